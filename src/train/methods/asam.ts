import { z } from 'zod';
import { asam as asamRule } from '../../optim/asam';
import { KINDS_BY_NAME } from '../parameterKinds';
import { setting } from '../setting';
import { defineMethod } from './defineMethod';

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
     * scales too, the authors' code, which takes every parameter whose name contains "weight". `all`: shifts and biases as well, the
     * original's code.
     */
    asamOn: setting(z.enum(['weights', 'weightsAndNormScales', 'all']), 'weights', "what asam scales: weights (the paper's text), weightsAndNormScales (the authors' code) or all (the original's code)", {
      words: (on) => (on === 'all' ? 'on all parameters' : 'on weights and batch-norm scales'),
    }),
  },
  rule: ({ asamEta, asamScaling, asamOn }) => asamRule({ eta: asamEta, scaling: asamScaling, scaledKinds: KINDS_BY_NAME[asamOn] }),
});
