import { z } from 'zod';
import { dynamicMask } from '../../optim/dynamicMask';
import { sam } from '../../optim/sam';
import { sparse } from '../../optim/sparse';
import { setting } from '../setting';
import { MASK } from './mask';
import { defineMethod } from './defineMethod';

/** Sparse SAM on a mask that drops flat parameters and grows others at random (Mi et al. 2022). */
export const ssamD = defineMethod({
  label: 'Sparse SAM, dynamic mask',
  line: { colour: 'skyBlue', dash: 'longdashdot', symbol: 'star' },
  settings: {
    ...MASK,
    /** Share of the live parameters that the first change of SSAM-D's mask drops, in [0, 1]. */
    dropRate: setting(z.number().min(0).max(1), 0.5, 'share of live parameters that ssamD first drops, 0 to 1'),
  },
  rule: ({ sparsity, maskAt, maskEpochs, dropRate }, { stepsPerEpoch, perturbedSteps, seed }) =>
    sparse(sam(), dynamicMask({ sparsity, dropRate, every: maskEpochs * stepsPerEpoch, totalSteps: Math.max(1, perturbedSteps), seed }), maskAt),
});
