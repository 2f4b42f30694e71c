import { BALL, samInBall } from './ball';
import { defineMethod, type Method } from './defineMethod';

/** Sharpness-aware minimisation (Foret et al. 2021). */
export const sam: Method<typeof BALL> = defineMethod({
  label: 'SAM',
  line: { colour: 'vermilion', dash: 'dash', symbol: 'diamond' },
  settings: BALL,
  rule: samInBall,
});
