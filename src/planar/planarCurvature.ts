import type { PlanarLoss } from './planarLoss';

/** Step of the central differences: their error, h² / 6 times a third derivative, stays below 1e-7 for the losses drawn here. */
const STEP = 1e-4;

/** Curvature of a loss of two parameters at one point. */
export interface PlanarCurvature {
  /** Second derivatives: [[d²L/dx², d²L/dxdy], [d²L/dxdy, d²L/dy²]] */
  readonly hessian: readonly [readonly [number, number], readonly [number, number]];
  /** Its eigenvalues, the larger one first. At a sharp minimum they are large. */
  readonly eigenvalues: readonly [number, number];
}

/**
 * The Hessian of a loss of two parameters by central differences of its gradient, and its eigenvalues
 *
 * lambda = (a + c) / 2 ± sqrt(((a - c) / 2)² + b²) for [[a, b], [b, c]]
 */
export function planarCurvature(planar: PlanarLoss, [x, y]: readonly [number, number]): PlanarCurvature {
  const [right, left] = [planar.gradient(x + STEP, y), planar.gradient(x - STEP, y)];
  const [above, below] = [planar.gradient(x, y + STEP), planar.gradient(x, y - STEP)];
  const a = (right[0] - left[0]) / (2 * STEP);
  const c = (above[1] - below[1]) / (2 * STEP);
  // The two mixed derivatives are equal but for rounding.
  const b = (right[1] - left[1] + above[0] - below[0]) / (4 * STEP);
  const centre = (a + c) / 2;
  const radius = Math.hypot((a - c) / 2, b);
  return { hessian: [[a, b], [b, c]], eigenvalues: [centre + radius, centre - radius] };
}
