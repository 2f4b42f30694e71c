import { finiteLossAt } from '../inputChecks';
import type { Vector } from '../../engine/vector';
import { longWork } from '../../progress/longWork';
import type { LossFunction, LossSource } from '../operator';
import { withTemporaryVectors } from '../temporaries';
import { ascend, type AscentOptions, type AscentResult } from './ascent';

/** The result of every measure of sharpness, as plain data. */
export interface Sharpness {
  readonly measure: 'worst-case' | 'adaptive worst-case' | 'eps-sharpness' | 'sam';
  /** What the loss is measured on, and on how many images. */
  readonly source: LossSource;
  readonly sharpness: number;
  /** L(w) */
  readonly baseLoss: number;
  /** L at the worst point found. */
  readonly worstLoss: number;
  /** Of the ball: rho, or Keskar's epsilon. */
  readonly radius: number;
  readonly gradientEvaluations: number;
}

/** A sharpness that an ascent has found. */
export interface AscentSharpness extends Sharpness {
  readonly ascent: AscentResult;
}

/** Which ball, and how its worst point is sought. */
export interface WorstCaseOptions extends AscentOptions {
  /** rho */
  readonly rho: number;
  /** Measures each eps in units of its weight: |eps / w| at most rho. Weights of 0 stay. */
  readonly adaptive?: boolean;
}

/**
 * Worst-case sharpness: max over |eps|_2 <= rho of L(w + eps) - L(w); adaptive: over |eps / |w||_2 <= rho.
 *
 * The maximum is sought by projected ascent (see {@link ascend}), so the value is a lower bound. It is 0 or more,
 * since w itself lies in the ball.
 *
 * @throws RangeError if rho is negative or not finite, or steps or starts are below 1.
 * @source Andriushchenko et al. 2023 (arXiv 2302.07011), eq. 2 and 3.
 * @example
 * const { sharpness } = await landscape.worstCaseSharpness(loss, network.parameters, { rho: 0.05, seed: 0 }); // in the loss's unit, nats
 */
export function worstCaseSharpness<V extends Vector>(loss: LossFunction<V>, w: V, options: WorstCaseOptions): Promise<AscentSharpness> {
  const { rho, adaptive = false } = options;
  return longWork('worstCaseSharpness', options, () => withTemporaryVectors(async (own) => {
    const baseLoss = await finiteLossAt('worstCaseSharpness', loss, w);
    const ball = { radius: rho, p: 2, ...(adaptive ? { scale: own(w.absPower(1)) } : {}) } as const;
    const ascent = await ascend(loss, w, ball, options);
    const worstLoss = Math.max(ascent.loss, baseLoss);
    const measure = adaptive ? 'adaptive worst-case' : 'worst-case';
    return { measure, source: loss.source, sharpness: worstLoss - baseLoss, baseLoss, worstLoss, radius: rho, gradientEvaluations: ascent.gradientEvaluations, ascent };
  }));
}

/** Which box, and how its worst point is sought. */
export interface EpsSharpnessOptions extends AscentOptions {
  /** Default: 1e-3, as in the paper (which also has 5e-4). */
  readonly epsilon?: number;
}

/**
 * Keskar's eps-sharpness, in percent: 100 (max L(w + eps) - L(w)) / (1 + L(w)) over the box |eps_i| <= epsilon (|w_i| + 1).
 *
 * The paper seeks the maximum by L-BFGS-B, this function by projected ascent with signs of gradients (see {@link ascend}).
 *
 * @throws RangeError if epsilon is negative or not finite, or steps or starts are below 1.
 * @source Keskar et al. 2017 (arXiv 1609.04836), metric 2.1 with A the identity.
 */
export function epsSharpness<V extends Vector>(loss: LossFunction<V>, w: V, options: EpsSharpnessOptions): Promise<AscentSharpness> {
  const { epsilon = 1e-3 } = options;
  return longWork('epsSharpness', options, () => withTemporaryVectors(async (own) => {
    const baseLoss = await finiteLossAt('epsSharpness', loss, w);
    const scale = own(w.absPower(1));
    scale.addScaledInPlace(own(w.absPower(0)), 1);
    const ascent = await ascend(loss, w, { radius: epsilon, p: Infinity, scale }, options);
    const worstLoss = Math.max(ascent.loss, baseLoss);
    const sharpness = (100 * (worstLoss - baseLoss)) / (1 + baseLoss);
    return { measure: 'eps-sharpness', source: loss.source, sharpness, baseLoss, worstLoss, radius: epsilon, gradientEvaluations: ascent.gradientEvaluations, ascent };
  }));
}
