import { z } from 'zod';
import { fisherMask } from '../../optim/fisherMask';
import { sam } from '../../optim/sam';
import { sparse } from '../../optim/sparse';
import { setting } from '../setting';
import { MASK } from './mask';
import { defineMethod, type Method } from './defineMethod';

const SAMPLES = {
  /** Images whose gradients decide the mask of SSAM-F. */
  maskSamples: setting(z.int().min(1), 16, "images that decide ssamF's mask"),
};

/** Sparse SAM on the parameters of the largest Fisher information (Mi et al. 2022). */
export const ssamF: Method<typeof MASK & typeof SAMPLES> = defineMethod({
  label: 'Sparse SAM, Fisher mask',
  line: { colour: 'purple', dash: 'longdash', symbol: 'triangle-down' },
  settings: { ...MASK, ...SAMPLES },
  rule: ({ sparsity, maskAt, maskEpochs, maskSamples }, { stepsPerEpoch }) => sparse(sam(), fisherMask({ sparsity, samples: maskSamples, every: maskEpochs * stepsPerEpoch }), maskAt),
  problem: ({ maskSamples }, { images, of }) =>
    maskSamples > images ? `maskSamples ${maskSamples} are more images than the ${images} that are perturbed together; lower maskSamples, or make ${of} larger.` : undefined,
});
