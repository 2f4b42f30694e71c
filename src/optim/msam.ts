import { scaleTo } from '../engine/scaling';
import { checkRho, type PerturbationRule } from './perturbation';
import { withTemporaries } from './temporaries';

/**
 * Momentum-SAM: the perturbation comes from the base optimizer's momentum v instead of the gradient, so that one
 * pass a step is enough:
 *
 * eps = -rho v / |v|_2
 *
 * v points up the slope (w moves along -v), so w + eps lies ahead on the way down; where the slope turns, the loss
 * rises there. v is 0 before the first step, which is therefore the base optimizer's. Loss and batch-norm statistics
 * come from the one pass, at w + eps. The paper's radius is about 3. Its official code adds weight decay at w + eps, as a penalty in
 * the loss does (`weightDecayIn: 'loss'`); by default the base step adds it at w.
 *
 * @source Becker et al. 2024 (arXiv 2401.12033), algorithm 1.
 */
export function msam(): PerturbationRule {
  return {
    name: 'MSAM',
    ascendsAlong: 'momentum',
    perturb({ gradient: momentum, rho }) {
      checkRho('msam', rho);
      const norm = momentum.norm();
      return norm === 0 ? momentum.zeros() : withTemporaries((own) => own(scaleTo(momentum, norm, rho)).times(-1));
    },
  };
}
