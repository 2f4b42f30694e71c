import type { Vector } from '../engine/vector';
import type { LinearOperator, LossFunction } from './operator';

/** A value in words, for error messages. */
function kindOf(value: unknown): string {
  if (value === null || Array.isArray(value)) {
    return value === null ? 'null' : 'an array';
  }
  return typeof value === 'object' ? `an object with ${Object.keys(value).slice(0, 4).join(', ') || 'nothing'}` : `a ${typeof value}`;
}

function has(value: unknown, methods: readonly string[]): boolean {
  return typeof value === 'object' && value !== null && methods.every((name) => typeof (value as Readonly<Record<string, unknown>>)[name] === 'function');
}

/**
 * Checks weights before a probe begins.
 *
 * @throws TypeError for what is no vector; RangeError that names the first parameter that holds NaN or Infinity.
 */
export function checkPoint(caller: string, point: Vector, what = 'the weights'): void {
  if (!has(point, ['norm', 'plus', 'toArrays'])) {
    throw new TypeError(`${caller}: expected ${what} as a vector, got ${kindOf(point)}; pass a PlainVector, or the parameters of a network.`);
  }
  // On some backends the largest element ignores NaN; a sum never does.
  if (Number.isFinite(point.norm(1))) {
    return;
  }
  const arrays = point.toArrays();
  const index = arrays.findIndex((array) => array.some((element) => !Number.isFinite(element)));
  const bad = arrays[index]?.find((element) => !Number.isFinite(element)) ?? Infinity;
  throw new RangeError(`${caller}: expected ${what} to be finite, got ${bad} in ${point.specs[index]?.name ?? 'their norm'}; training may have diverged, take weights from before that.`);
}

/** Checks a loss. @throws TypeError unless it has `source` and the methods that a probe needs. */
export function checkLoss<V extends Vector>(caller: string, loss: Partial<LossFunction<V>>, methods: readonly ('evaluate' | 'gradient')[]): void {
  if (!has(loss, methods) || typeof loss.source !== 'object') {
    throw new TypeError(`${caller}: expected a loss with source and ${methods.join(' and ')}, got ${kindOf(loss)}; networkLoss makes one of a network.`);
  }
}

/** Checks a matrix. @throws TypeError unless it has `matvec`, `draw` and `source`; RangeError for a dimension that is no positive integer. */
export function checkOperator<V extends Vector>(caller: string, operator: LinearOperator<V>): void {
  if (!has(operator, ['matvec', 'draw']) || typeof operator.source !== 'object') {
    throw new TypeError(`${caller}: expected a matrix with source, dimension, matvec and draw, got ${kindOf(operator)}; hessian makes one of a loss and weights.`);
  }
  if (!(Number.isSafeInteger(operator.dimension) && operator.dimension >= 1)) {
    throw new RangeError(`${caller}: expected a matrix of 1 row or more, got a dimension of ${operator.dimension}; count the parameters that it acts on.`);
  }
}

/**
 * L(w), for probes that compare other losses with it.
 *
 * @throws as {@link checkPoint} and {@link checkLoss}; RangeError for a loss that is not finite.
 */
export async function finiteLossAt<V extends Vector>(caller: string, loss: LossFunction<V>, w: V): Promise<number> {
  checkPoint(caller, w);
  checkLoss(caller, loss, ['evaluate']);
  const found = (await loss.evaluate(w)).loss;
  if (!Number.isFinite(found)) {
    throw new RangeError(`${caller}: expected a finite loss at the weights, got ${found}; check whether training diverged, and the images and labels.`);
  }
  return found;
}
