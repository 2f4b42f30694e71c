import type { Vector } from '../engine/vector';
import { flatten, keptElements, largest } from './mask';
import type { PerturbationInput } from './perturbation';
import { checkMaskSettings, type MaskSource } from './sparse';
import { withTemporaries } from './temporaries';

/** How SSAM-F draws its masks. */
export interface FisherMaskSettings {
  /** Share of the elements that stay unperturbed, in [0, 1]. */
  readonly sparsity: number;
  /** Images of the batch at hand whose gradients estimate the Fisher information. */
  readonly samples: number;
  /** Steps between masks. */
  readonly every: number;
}

/**
 * The mask of SSAM-F: the (1 - s) N elements with the largest empirical Fisher information, the sum of squared
 * gradients of single images' losses. Those are taken with running batch-norm statistics, for one image has none.
 *
 * @throws RangeError if a setting is out of range; when drawing, if the batch has fewer images than `samples`.
 * @source Mi et al. 2022 (arXiv 2210.05177), section 4.2, eqs. 7 and 8.
 */
export function fisherMask({ sparsity, samples, every }: FisherMaskSettings): MaskSource {
  checkMaskSettings('fisherMask', { sparsity, every });
  if (!(Number.isSafeInteger(samples) && samples >= 1)) {
    throw new RangeError(`fisherMask: expected 1 or more samples, got ${samples}; the paper takes 16 to 1024.`);
  }
  return {
    name: 'Fisher',
    every,
    draw: (input) =>
      withTemporaries((own) => largest(flatten(own(fisherInformation(input, samples))), keptElements(input.gradient, sparsity))),
  };
}

/** Sum over images of squared gradients; divided by their number it would be the diagonal of the empirical Fisher matrix. */
export function fisherInformation<V extends Vector>({ gradient, batchSize: images, sampleGradient }: PerturbationInput<V>, samples: number): V {
  if (samples > images) {
    throw new RangeError(`fisherMask: expected at least ${samples} images in a batch, got ${images}; lower the number of samples or make batches larger.`);
  }
  const fisher = gradient.zeros();
  try {
    for (let index = 0; index < samples; index++) {
      withTemporaries((own) => fisher.addScaledInPlace(own(own(sampleGradient(index)).absPower(2)), 1));
    }
    return fisher;
  } catch (error) {
    fisher.dispose();
    throw error;
  }
}
