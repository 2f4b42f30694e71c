import type { Vector } from '../engine/vector';
import type { LossAndGradient } from '../optim/step';

/** What a loss is measured on; stored beside every number that is computed from it. */
export interface LossSource {
  /** Such as "resnet20 on CIFAR-10". */
  readonly name: string;
  /** How many images the loss is the mean of; 0 for a formula. */
  readonly images: number;
  /** Of one gradient. Differences of float32 gradients carry rounding of 1e-7 of the gradient, divided by the step. */
  readonly precision: 'float32' | 'float64';
  /** Images per pass, which matters where a batch is normalised by its own moments. */
  readonly batchSize?: number;
  readonly batchNorm?: BatchNormMode;
  readonly labelSmoothing?: number;
}

/**
 * Which moments batch normalisation uses at a point:
 * - `frozen`: the running statistics of the trained network, at every point;
 * - `batch`: those of each batch, as in training; gradients flow through them;
 * - `re-estimated`: the mean over all batches of the batches' moments, measured again at every point.
 */
export type BatchNormMode = 'frozen' | 'batch' | 're-estimated';

/** Loss at a point. */
export interface PointLoss {
  /** In nats, for a network. */
  readonly loss: number;
  /** Top-1 error in percent, where there are classes. */
  readonly error?: number;
}

/**
 * A loss as a function of all parameters: the only view that probes have of a network or of a formula.
 *
 * Neither method moves the point. A probe gets to another point by making another vector, `w.plus(direction, a)`, which
 * leaves w unchanged to the bit, whatever happens.
 */
export interface LossFunction<V extends Vector> {
  readonly source: LossSource;
  evaluate(point: V): Promise<PointLoss>;
  /** The caller owns the gradient. */
  gradient(point: V): Promise<LossAndGradient<V>>;
  /** Absent where a loss gives only gradients: products with its curvature are then differences. */
  readonly second?: SecondDerivatives<V>;
}

/** A loss's gradient, differentiated again along a direction. */
export interface SecondDerivatives<V extends Vector> {
  /** Name of an operation of the loss that cannot be differentiated twice, if it has one. */
  obstacle(point: V): string | undefined;
  /** H v for the Hessian H at the point, exact but for rounding. The caller owns it. */
  hessianProduct(point: V, v: V): Promise<V>;
}

/** One batch of a loss that is the mean cross-entropy of a network's outputs. n is the batch's number of images. */
export interface OutputBatch<V extends Vector> {
  readonly size: number;
  readonly classes: number;
  /** Target distributions: [n, classes], row by row. */
  readonly targets: Float64Array;
  /** [n, classes], row by row. */
  logits(point: V): ArrayLike<number>;
  /**
   * J^T u: the gradient of the sum of u * logits with respect to the parameters.
   *
   * @param weights u, [n, classes], row by row.
   */
  pullback(point: V, weights: Float64Array): V;
  /** The logits at the point, and J v, how they move along v, exact but for rounding; present where the loss has second derivatives. */
  pushforward?(point: V, v: V): { readonly logits: ArrayLike<number>; readonly moved: ArrayLike<number> };
}

/** A loss that also gives access to its outputs, as the Gauss-Newton and the Fisher matrix need them. */
export interface OutputFunction<V extends Vector> extends LossFunction<V> {
  /** All images once, always in the same batches. Other work of the process runs between them. */
  batches(): AsyncIterable<OutputBatch<V>>;
}

/** A symmetric matrix over the parameters that is never written out. */
export interface LinearOperator<V extends Vector> {
  readonly source: LinearOperatorSource;
  /** Number of rows. */
  readonly dimension: number;
  /** The product with a vector; a new vector, which belongs to the caller. */
  matvec(v: V): Promise<V>;
  /** Where products are differences: the product with twice the step, which shows how much the step matters. */
  matvecAtTwiceTheStep?(v: V): Promise<V>;
  /** A vector with one draw in each element that the matrix acts on, and 0 in the others. */
  draw(element: () => number): V;
}

/** What a matrix is; stored beside its eigenvalues. */
export interface LinearOperatorSource {
  readonly matrix: 'hessian' | 'gauss-newton' | 'empirical-fisher' | 'given';
  /** What the matrix is the curvature of; absent for a matrix that was given. */
  readonly loss?: LossSource;
  /** Names of the parameters it acts on, or all. */
  readonly parameters: 'all' | readonly string[];
  /** Whether products are derivatives, exact but for rounding, or differences over a step; absent for a matrix that was given. */
  readonly products?: 'exact' | 'differences';
  /** Length of the step of central differences, in the 2-norm over the parameters. */
  readonly step?: number;
  /** Why products are differences. */
  readonly reason?: string;
}
