import type { Vector } from '../../engine/vector';
import type { LinearOperator } from '../operator';
import { withTemporaryVectors } from '../temporaries';

/** The error of an approximate eigenpair, measured by products. */
export interface MeasuredResidual {
  /** |A v - value v| for the unit vector v. */
  readonly residual: number;
  /** Where products are differences, |A v - A' v| with A' by differences over twice the step. */
  readonly stepError?: number;
}

/** Measures a pair by a product of its own; by two where products are differences. */
export async function measuredResidual<V extends Vector>(operator: LinearOperator<V>, vector: V, value: number): Promise<MeasuredResidual> {
  return withTemporaryVectors(async (own) => {
    const image = own(await operator.matvec(vector));
    const residual = own(image.plus(vector, -value)).norm();
    if (operator.matvecAtTwiceTheStep === undefined) {
      return { residual };
    }
    return { residual, stepError: own(image.plus(own(await operator.matvecAtTwiceTheStep(vector)), -1)).norm() };
  });
}

/** Whether neither the residual nor the error of the step is above a limit. */
export function isWithin({ residual, stepError = 0 }: MeasuredResidual, limit: number): boolean {
  return residual <= limit && stepError <= limit;
}

/** Products that a residual takes. */
export function residualProducts<V extends Vector>(operator: LinearOperator<V>): number {
  return operator.matvecAtTwiceTheStep === undefined ? 1 : 2;
}
