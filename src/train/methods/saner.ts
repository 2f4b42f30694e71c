import { z } from 'zod';
import { saner as sanerDescent } from '../../optim/saner';
import { setting } from '../setting';
import { BALL, samInBall } from './ball';
import { defineMethod } from './defineMethod';

/** SAM with less weight on what wrong labels ask for (Luong et al. 2026). */
export const saner = defineMethod({
  label: 'SANER',
  line: { colour: 'black', dash: 'longdash', symbol: 'bowtie' },
  settings: {
    ...BALL,
    /** alpha: how much SANER takes off the elements that SAM makes smaller, in [0, 1]. */
    sanerAlpha: setting(z.number().min(0).max(1), 0.5, 'how much saner takes off elements that SAM makes smaller, 0 to 1', { letter: 'α', changesCost: false }),
    /** Epochs over which SANER's alpha rises from 0; 0 takes all of it from the start. */
    sanerRampEpochs: setting(z.int().min(0), 0, "epochs over which saner's alpha rises from 0", { words: (epochs) => `α rising over ${epochs} epochs`, changesCost: false }),
  },
  rule: samInBall,
  descent: ({ sanerAlpha, sanerRampEpochs }, { stepsPerEpoch }) => sanerDescent({ alpha: sanerAlpha, rampSteps: sanerRampEpochs * stepsPerEpoch }),
});
