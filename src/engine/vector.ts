/** All kinds of parameters. */
export const PARAMETER_KINDS = ['weight', 'bias', 'normScale', 'normShift'] as const;

/** What a parameter is. Weight decay, perturbations and filter normalisation treat the kinds differently. */
export type ParameterKind = (typeof PARAMETER_KINDS)[number];

/** Name, kind and shape of one parameter of a model. */
export interface ParameterSpec {
  /** torchvision's name, such as "layer1.0.conv1.weight". */
  readonly name: string;
  readonly kind: ParameterKind;
  /** Convolutions: [kernel, kernel, channels, filters]; linear layers: [inputs, outputs]; else [channels]. */
  readonly shape: readonly number[];
}

/** Multiples of a step's learning rate and weight decay that one parameter gets. */
export interface StepShare {
  readonly rate: number;
  readonly decay: number;
}

/** Settings of one momentum step. */
export interface MomentumStep {
  readonly learningRate: number;
  readonly momentum: number;
  readonly nesterov: boolean;
  /** Multiple of w that is added to the gradient beforehand. */
  readonly weightDecay: number;
  /** The kinds of parameters that decay. Default: all. */
  readonly decayKinds?: readonly ParameterKind[];
  /** One for each parameter, in the order of the specs; default: 1 and 1 for all. */
  readonly shares?: readonly StepShare[];
}

/** Settings of one step of Adam with decoupled weight decay. */
export interface AdamStep {
  readonly learningRate: number;
  /** Share of the mean of gradients that is kept. */
  readonly beta1: number;
  /** Share of the mean of their squares that is kept. */
  readonly beta2: number;
  /** Added to the root of that mean. */
  readonly epsilon: number;
  /** Number of this step, counted from 1, for the bias corrections. */
  readonly step: number;
  /** Multiple of learningRate w that is taken off beforehand. */
  readonly weightDecay: number;
  /** The kinds of parameters that decay. Default: all. */
  readonly decayKinds?: readonly ParameterKind[];
  /** One for each parameter, in the order of the specs; default: 1 and 1 for all. */
  readonly shares?: readonly StepShare[];
}

/**
 * A point or a direction in the space of all parameters of a model.
 *
 * Optimizers, perturbations and probes use only this interface. They run on native
 * tensors (`TensorVector`) and on plain double-precision arrays (`PlainVector`) alike.
 * Names ending in `InPlace` change the vector; all others leave it as it is and return a new one.
 */
export interface Vector {
  readonly specs: readonly ParameterSpec[];
  /** this + scale · other */
  plus(other: this, scale?: number): this;
  /** scale · this */
  times(scale: number): this;
  /** sign of each element: -1, 0 or 1 */
  sign(): this;
  /** |element|^exponent, element by element; 0^0 is 1 */
  absPower(exponent: number): this;
  /** element-wise product */
  multiply(other: this): this;
  /** each element, moved to the nearest number in [-limit, limit] */
  clip(limit: number): this;
  /** Inner product. */
  dot(other: this): number;
  /** p-norm over all elements, p in [1, Infinity]. */
  norm(p?: number): number;
  /** A vector of the same layout with every element 0. */
  zeros(): this;
  /** The same elements, changed independently from then on. */
  clone(): this;
  /** Only the parameters of these kinds, in the same order; changed independently from then on. */
  select(kinds: readonly ParameterKind[]): this;
  /** this + part, where `part` holds some of the parameters, by name; the others stay as they are. */
  plusPart(part: this): this;
  /** The same elements in the parameters that `keep` picks, and 0 in the others. */
  restrict(keep: (spec: ParameterSpec) => boolean): this;
  /** A vector of the same layout with these elements, one array a parameter: the inverse of `toArrays`. */
  withElements(arrays: readonly ArrayLike<number>[]): this;
  /** this += scale · other; on the kinds named, if any are. */
  addScaledInPlace(other: this, scale: number, kinds?: readonly ParameterKind[]): void;
  /** With this = w: gradient += weightDecay w, then velocity = momentum velocity + gradient, w -= learningRate (velocity, or gradient + momentum velocity with Nesterov). */
  momentumStepInPlace(velocity: this, gradient: this, step: MomentumStep): void;
  /**
   * With this = w and t = step: w -= learningRate weightDecay w; m = beta1 m + (1 - beta1) gradient; v = beta2 v + (1 - beta2) gradient^2;
   * w -= learningRate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon). The gradient stays as it is.
   */
  adamStepInPlace(firstMoment: this, secondMoment: this, gradient: this, step: AdamStep): void;
  /** Copies out the elements of each parameter, in the order of `specs`. */
  toArrays(): (Float32Array | Float64Array)[];
  /**
   * Runs `body` and frees every vector of this kind that was made in it, except those that `keep` picks from its result; all of
   * them if it throws. So a formula of several vectors reads like the formula. `body` is synchronous.
   */
  tidy<Result>(body: () => Result, keep: (result: Result) => readonly (Vector | undefined)[]): Result;
  /** Frees its memory. */
  dispose(): void;
}
