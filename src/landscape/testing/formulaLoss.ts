import { PlainVector } from '../../engine/plainVector';
import type { Vector } from '../../engine/vector';
import type { LossFunction } from '../operator';

/** All elements of a vector, parameter by parameter. */
export function elementsOf(vector: Vector): number[] {
  return vector.toArrays().flatMap((array) => [...array]);
}

/** A loss of a vector with one parameter by a formula, with the gradient by another, for tests. */
export function formulaLoss(formula: (w: readonly number[]) => number, gradient: (w: readonly number[]) => readonly number[] = () => []): LossFunction<PlainVector> {
  return {
    source: { name: 'formula', images: 0, precision: 'float64' },
    evaluate: async (point) => Promise.resolve({ loss: formula(elementsOf(point)) }),
    gradient: async (point) => Promise.resolve({ loss: formula(elementsOf(point)), gradient: PlainVector.of(...gradient(elementsOf(point))) }),
  };
}
