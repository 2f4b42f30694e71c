import { BALL, samInBall } from './ball';
import { defineMethod } from './method';

/** Sharpness-aware minimisation (Foret et al. 2021). */
export const sam = defineMethod({
  label: 'SAM',
  line: { colour: 'vermilion', dash: 'dash', symbol: 'diamond' },
  settings: BALL,
  rule: samInBall,
});
