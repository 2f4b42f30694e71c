import { shown } from '../../engine/shown';
import { checkLoss, finiteLossAt } from '../inputChecks';
import type { Vector } from '../../engine/vector';
import { ascentStep } from '../../optim/normBall';
import { longWork, type LongWork } from '../../progress/longWork';
import type { Stoppable } from '../../progress/work';
import type { LossFunction } from '../operator';
import { withTemporaryVectors } from '../temporaries';
import type { Sharpness } from './worstCase';

/** Which ball, and how SAM's perturbation ascends in it. */
export interface SamSharpnessOptions extends Stoppable {
  /** Radius of the ball in the p-norm. */
  readonly rho: number;
  /** 2 or Infinity. Default: 2. */
  readonly p?: number;
  /** Gradients of the ascent. Default: 1, SAM's own. */
  readonly ascentSteps?: number;
}

/** SAM's sharpness, and how its ascent was made. */
export interface SamSharpness extends Sharpness {
  readonly measure: 'sam';
  /** p = 2 or Infinity, as stored results name it. */
  readonly norm: 'L2' | 'Linf';
  /** Gradients that eps was made of. */
  readonly ascentSteps: number;
}

/**
 * The sharpness that SAM minimises, at SAM's own perturbation: L(w + eps) - L(w), with eps from exactly `ascentSteps` gradients.
 *
 * eps_0 = 0, eps_t+1 = P(eps_t + rho / T u(g(w + eps_t))), u(g) = g / |g|_2 or sign(g). With one step eps = rho u(g).
 * It is SAM's first-order guess, not a maximum: below the worst case, and negative where the loss falls again within rho.
 *
 * @throws RangeError if rho is negative or not finite, p is neither 2 nor Infinity, or there is less than one step; StoppedError when it is stopped.
 * @source Foret et al. 2021 (arXiv 2010.01412), eq. 2, and appendix C.3 for several steps.
 * @example
 * const { sharpness } = await landscape.samSharpness(loss, network.parameters, { rho: 0.05 });
 */
export function samSharpness<V extends Vector>(loss: LossFunction<V>, w: V, options: SamSharpnessOptions): Promise<SamSharpness> {
  return longWork('samSharpness', options, (work) => ascendOnce(work, loss, w, options));
}

async function ascendOnce<V extends Vector>(work: LongWork, loss: LossFunction<V>, w: V, { rho, p = 2, ascentSteps = 1 }: SamSharpnessOptions): Promise<SamSharpness> {
  if (!(Number.isFinite(rho) && rho >= 0)) {
    throw new RangeError(`samSharpness: expected a radius rho of 0 or more, got ${shown(rho)}; SAM's paper uses 0.05 on CIFAR-10.`);
  }
  if (!(Number.isSafeInteger(ascentSteps) && ascentSteps >= 1)) {
    throw new RangeError(`samSharpness: expected ascentSteps of at least 1, got ${ascentSteps}.`);
  }
  if (p !== 2 && p !== Infinity) {
    throw new RangeError(`samSharpness: expected p = 2 or Infinity, got ${shown(p)}.`);
  }
  checkLoss('samSharpness', loss, ['evaluate', 'gradient']);
  const baseLoss = await finiteLossAt('samSharpness', loss, w);
  const ball = { radius: rho, p };
  let eps = w.zeros();
  try {
    for (let step = 0; step < ascentSteps; step++) {
      const before = eps;
      eps = await withTemporaryVectors(async (own) => {
        const { gradient } = await loss.gradient(own(w.plus(before)));
        return ascentStep(before, own(gradient), ball, rho / ascentSteps);
      });
      before.dispose();
      await work.advance({ done: step + 1, of: ascentSteps + 2, unit: 'passes' });
    }
    const { loss: worstLoss } = await withTemporaryVectors((own) => loss.evaluate(own(w.plus(eps))));
    return { measure: 'sam', source: loss.source, sharpness: worstLoss - baseLoss, baseLoss, worstLoss, radius: rho, norm: p === 2 ? 'L2' : 'Linf', ascentSteps, gradientEvaluations: ascentSteps };
  } finally {
    eps.dispose();
  }
}
