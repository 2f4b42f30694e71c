import { z } from 'zod';
import { lookSam as lookSamDescent } from '../../optim/lookSam';
import { setting } from '../setting';
import { BALL, samInBall } from './ball';
import { defineMethod } from './defineMethod';

/** SAM with a second pass only in every k-th step (Liu et al. 2022). */
export const lookSam = defineMethod({
  label: 'LookSAM',
  line: { colour: 'yellow', dash: 'dash', symbol: 'hexagon' },
  settings: {
    ...BALL,
    /** k: LookSAM's second pass every k steps. */
    lookEvery: setting(z.int().min(1), 5, 'a second pass every so many steps of lookSam', { letter: 'k' }),
    /** alpha: how strongly LookSAM's other steps follow the last second pass. */
    lookAlpha: setting(z.number().min(0), 0.1, "how strongly lookSam's other steps follow the last second pass", {
      letter: 'α',
      changesCost: false,
      inRunName: 'always',
      idle: ({ lookEvery }: { readonly lookEvery: number }) => lookEvery === 1 && 'each step has a second pass of its own',
    }),
  },
  rule: samInBall,
  descent: ({ lookEvery, lookAlpha }) => lookSamDescent({ every: lookEvery, alpha: lookAlpha }),
});
