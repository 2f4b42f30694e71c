import { z } from 'zod';
import { wsam as wsamDescent } from '../../optim/wsam';
import { setting } from '../setting';
import { BALL, samInBall } from './ball';
import { defineMethod } from './defineMethod';

/** SAM with a weight of its own for sharpness (Yue et al. 2023). */
export const wsam = defineMethod({
  label: 'WSAM',
  line: { colour: 'purple', dash: 'dashdot', symbol: 'hourglass' },
  settings: {
    ...BALL,
    /** gamma of WSAM in [0, 1), the weight of sharpness in the loss. */
    wsamGamma: setting(z.number().min(0).lt(1), 0.9, "weight of sharpness in wsam's loss, 0 to 1; 0.5 without decoupling is sam", { letter: 'γ', changesCost: false }),
    /** Whether WSAM's sharpness moves the weights outside the base step. */
    wsamDecoupled: setting(z.boolean(), true, "move the weights by wsam's sharpness outside the base step", { words: () => 'not decoupled' }),
  },
  rule: samInBall,
  descent: ({ wsamGamma, wsamDecoupled }) => wsamDescent({ gamma: wsamGamma, decoupled: wsamDecoupled }),
});
