import { sequential } from './combine';
import { dirac, whitening } from './initialValues';
import { network, type Layer } from './layer';
import { batchNorm, conv, flatten, gelu, linear, maxPool, scaleBy } from './layers';
import type { Model } from './model';

/** Logits are multiplied by this. */
const LOGIT_SCALE = 1 / 9;

/** Batch norm of the fast recipe, whose scales are not trained. */
const UNSCALED = batchNorm({ scale: false, momentum: 0.4, epsilon: 1e-12 });

/** Two 3x3 convolutions that start as identities on their first channels, with a 2x2 max-pool after the first. */
function group(filters: number, norm: Layer): Layer {
  return sequential({
    conv1: conv({ filters, initial: dirac }),
    pool: maxPool({ size: 2 }),
    norm1: norm,
    gelu1: gelu(),
    conv2: conv({ filters, initial: dirac }),
    norm2: norm,
    gelu2: gelu(),
  });
}

/**
 * The network of 2 million parameters that learns CIFAR-10 to 94 % in ten epochs: 2x2 convolution that whitens patches,
 * three groups of widths 64, 256 and 256, 3x3 max-pool, linear layer without bias, and scaled logits.
 *
 * Its recipe is the preset `fast`, in which the whitening filters stay as they start, and their bias is trained for three
 * epochs.
 *
 * @source Jordan 2024 (arXiv 2404.00498), section 3 and listing 4.
 */
export function fastNetwork(classes: number): Model {
  const layers = sequential({
    whiten: conv({ filters: 24, kernel: 2, padding: 0, bias: true, initial: whitening() }),
    gelu: gelu(),
    ...groups(UNSCALED, classes),
  });
  return network({ name: 'fast', inputShape: [32, 32, 3], layers });
}

/** All that comes after the first layer. */
function groups(norm: Layer, classes: number): Readonly<Record<string, Layer>> {
  return {
    group1: group(64, norm),
    group2: group(256, norm),
    group3: group(256, norm),
    pool: maxPool({ size: 3 }),
    flatten: flatten(),
    linear: linear({ outputs: classes, bias: false }),
    scale: scaleBy(LOGIT_SCALE),
  };
}

/**
 * The fast network without what its recipe needs: the first convolution starts at random and is trained, and batch norm has
 * trained scales. It trains with plain SGD at usual rates, for instance on small subsets with wrong labels.
 */
export function plainFastNetwork(classes: number): Model {
  const layers = sequential({
    first: conv({ filters: 24, kernel: 2, padding: 0, bias: true }),
    gelu: gelu(),
    ...groups(batchNorm(), classes),
  });
  return network({ name: 'fastPlain', inputShape: [32, 32, 3], layers });
}
