import { z } from 'zod';
import { gsam as gsamDescent } from '../../optim/gsam';
import { setting } from '../setting';
import { BALL, samInBall } from './ball';
import { defineMethod } from './defineMethod';

/** SAM that lowers the surrogate gap too (Zhuang et al. 2022). */
export const gsam = defineMethod({
  label: 'GSAM',
  line: { colour: 'green', dash: 'dot', symbol: 'pentagon' },
  settings: {
    ...BALL,
    /** alpha: how much of the plain gradient's part orthogonal to SAM's GSAM subtracts, 0 or more. */
    gsamAlpha: setting(z.number().min(0), 0.4, "how much of the plain gradient's part orthogonal to SAM's gsam subtracts", { letter: 'α', changesCost: false }),
  },
  rule: samInBall,
  descent: ({ gsamAlpha }) => gsamDescent({ alpha: gsamAlpha }),
});
