import { PlainVector } from '../engine/plainVector';
import { hessian } from '../landscape/curvature/hessian';
import { symmetricEigen } from '../landscape/curvature/symmetricEigen';
import type { LossFunction } from '../landscape/operator';
import { coordinates, planarObjective, type PlanarLoss } from '../planar/planarLoss';

/** Step of the central differences: their error, h² / 6 times a third derivative, stays below 1e-7 for the losses drawn here. */
const STEP = 1e-4;

/** Curvature of a loss of two parameters at one point. */
export interface PlanarCurvature {
  /** Second derivatives: [[d²L/dx², d²L/dxdy], [d²L/dxdy, d²L/dy²]] */
  readonly hessian: readonly [readonly [number, number], readonly [number, number]];
  /** Its eigenvalues, the larger one first. At a sharp minimum they are large. */
  readonly eigenvalues: readonly [number, number];
}

/** The Hessian of a loss of two parameters, by central differences of its gradient, and its eigenvalues. */
export async function planarCurvature(planar: PlanarLoss, [x, y]: readonly [number, number]): Promise<PlanarCurvature> {
  const matrix = hessian(lossOperator(planar), PlainVector.of(x, y), { step: STEP });
  const [a, b] = coordinates(await matrix.matvec(PlainVector.of(1, 0)));
  const [below, c] = coordinates(await matrix.matvec(PlainVector.of(0, 1)));
  // The two mixed derivatives are equal but for rounding.
  const mixed = (b + below) / 2;
  const rows = [[a, mixed], [mixed, c]] as const;
  const [larger, smaller] = symmetricEigen(rows);
  return { hessian: rows, eigenvalues: [larger!.value, smaller!.value] };
}

/** The loss as probes ask for it. */
function lossOperator(planar: PlanarLoss): LossFunction<PlainVector> {
  const objective = planarObjective(planar);
  return {
    source: { name: 'formula', images: 0, precision: 'float64' },
    evaluate: (point) => Promise.resolve({ loss: objective(point, 'first').loss }),
    gradient: (point) => Promise.resolve(objective(point, 'first')),
  };
}
