import { descend } from '../planar/descent';
import { FLAT_WELL, SHARP_AND_FLAT, SHARP_WELL } from '../planar/planarLoss';
import { planarCurvature } from './planarCurvature';

/** One of the two minima of Figure 1's loss. */
export interface MinimumRow {
  readonly minimum: 'sharp' | 'flat';
  readonly w1: number;
  readonly w2: number;
  readonly loss: number;
  /** Eigenvalues of the Hessian there, the larger one first. */
  readonly lambda1: number;
  readonly lambda2: number;
}

/** Steep enough to settle within the steps below, and stable at the sharp minimum, whose curvature is about 35. */
const TO_THE_BOTTOM = { rho: 0, learningRate: 0.02, momentum: 0, steps: 2000 } as const;

/** The minima of Figure 1's loss, found by gradient descent from the middle of each well, with the curvature at their bottoms. */
export function figure1Minima(): Promise<readonly MinimumRow[]> {
  const wells = [['sharp', SHARP_WELL], ['flat', FLAT_WELL]] as const;
  return Promise.all(wells.map(async ([minimum, { centre }]) => {
    const { x, y, loss } = descend(SHARP_AND_FLAT, { ...TO_THE_BOTTOM, start: centre }).at(-1)!;
    const { eigenvalues: [lambda1, lambda2] } = await planarCurvature(SHARP_AND_FLAT, [x, y]);
    return { minimum, w1: x, w2: y, loss, lambda1, lambda2 };
  }));
}
