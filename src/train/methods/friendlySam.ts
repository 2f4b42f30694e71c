import { z } from 'zod';
import { friendlySam as friendlySamRule } from '../../optim/friendlySam';
import { setting } from '../setting';
import { defineMethod } from './defineMethod';

/** SAM along the batch's own part of the gradient (Li et al. 2024). */
export const friendlySam = defineMethod({
  label: 'Friendly SAM',
  line: { colour: 'skyBlue', dash: 'dash', symbol: 'x' },
  settings: {
    /** sigma: how much of the running mean of gradients Friendly SAM takes off, 0 or more. */
    friendlySigma: setting(z.number().min(0), 1, 'how much of the mean gradient friendlySam takes off', { letter: 'σ', changesCost: false }),
    /** lambda: the share of that mean which each step keeps, in [0, 1). */
    friendlyLambda: setting(z.number().min(0).lt(1), 0.9, "share of friendlySam's mean gradient that each step keeps, 0 to 1", { letter: 'λ', changesCost: false }),
  },
  rule: ({ friendlySigma, friendlyLambda }) => friendlySamRule({ sigma: friendlySigma, lambda: friendlyLambda }),
});
