import { z } from 'zod';
import type { ParameterKind } from '../../engine/vector';
import { asam as asamRule } from '../../optim/asam';
import { setting } from '../setting';
import { defineMethod } from './defineMethod';

const ASAM_ON = ['weights', 'weightsAndNormScales', 'all'] as const;

/** The kinds of parameters that ASAM scales. */
const SCALED: Readonly<Record<(typeof ASAM_ON)[number], readonly ParameterKind[]>> = {
  weights: ['weight'],
  weightsAndNormScales: ['weight', 'normScale'],
  all: ['weight', 'bias', 'normScale', 'normShift'],
};

/** SAM in a ball that stretches with the weights (Kwon et al. 2021). */
export const asam = defineMethod({
  label: 'ASAM',
  line: { colour: 'green', dash: 'dashdot', symbol: 'triangle-up' },
  settings: {
    /** eta of ASAM, added to the weights' magnitudes. */
    asamEta: setting(z.number().min(0), 0.01, "added to the weights' magnitudes in asam", { letter: 'η', changesCost: false }),
    /** What ASAM scales with: each element, or the norm of its filter or layer. */
    asamScaling: setting(z.enum(['element', 'filter', 'layer']), 'element', 'element, filter or layer'),
    /**
     * What ASAM scales. `weights`: those of convolutions and linear layers, the paper's text (default). `weightsAndNormScales`: batch-norm
     * scales too, the authors' code, which takes every parameter whose name holds "weight". `all`: shifts and biases as well, the
     * code of the replicated report.
     */
    asamOn: setting(z.enum(ASAM_ON), 'weights', "what asam scales: weights (the paper's text), weightsAndNormScales (the authors' code) or all (the replicated report's code)", {
      words: (on) => (on === 'all' ? 'on all parameters' : 'on weights and batch-norm scales'),
    }),
  },
  rule: ({ asamEta, asamScaling, asamOn }) => asamRule({ eta: asamEta, scaling: asamScaling, scaled: SCALED[asamOn] }),
});
