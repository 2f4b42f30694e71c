import { padChannels } from '../engine/channels';
import { subsample } from '../engine/convolution';
import { release } from '../engine/tensor';
import { observed, residual, sequential } from './combine';
import { network, type Layer } from './layer';
import { batchNorm, conv, globalAveragePool, linear } from './layers';
import type { Model } from './model';

/** Basic blocks per stage: depth = 6 n + 2. */
const BLOCKS = { resnet20: 3, resnet32: 5, resnet56: 9 } as const;

/** Depths of the small CIFAR family. */
export type BasicDepth = keyof typeof BLOCKS;

/** The shortcut without parameters: every second pixel, and zeros for as many new channels (He et al. 2015, option A). */
const PADDED_SHORTCUT: Layer = {
  type: 'paddedShortcut',
  place: ([height, width, channels]) => ({
    output: [Math.ceil(height! / 2), Math.ceil(width! / 2), 2 * channels!],
    apply: (x) => {
      const sampled = subsample(x, 2);
      const y = padChannels(sampled, channels! / 2, channels! / 2);
      release(sampled);
      return y;
    },
  }),
};

/** relu(x + bn2(conv3x3(relu(bn1(conv3x3(x)))))), at stride 2 with twice the channels. */
function basicBlock(filters: number, stride: 1 | 2): Layer {
  const branch = {
    conv1: conv({ filters, stride }),
    bn1: batchNorm({ activation: 'relu' }),
    conv2: conv({ filters }),
    bn2: batchNorm(),
  };
  // No zero-init where channels are new: zeros of the shortcut plus zeros of the branch would meet ReLU at 0, whose gradient
  // is 0, and those channels would never learn.
  return residual(branch, stride === 1 ? {} : { shortcut: { padded: PADDED_SHORTCUT }, zeroInit: false });
}

/**
 * The small ResNets for 32x32 images (He et al. 2015, section 4.2): a 3x3 convolution, three stages
 * of n basic blocks with 16, 32 and 64 channels at 32x32, 16x16 and 8x8, and shortcuts without parameters.
 */
export function cifarResNet(depth: BasicDepth, classes: number): Model {
  const stage = (index: number): Layer =>
    sequential(Array.from({ length: BLOCKS[depth] }, (_, block) => observed(basicBlock(16 * 2 ** index, index > 0 && block === 0 ? 2 : 1))));
  const layers = sequential({
    conv1: conv({ filters: 16 }),
    bn1: observed(batchNorm({ activation: 'relu' }), 'stem'),
    layer1: stage(0),
    layer2: stage(1),
    layer3: stage(2),
    avgpool: globalAveragePool(),
    linear: observed(linear({ outputs: classes })),
  });
  return network({ name: depth, inputShape: [32, 32, 3], layers });
}
