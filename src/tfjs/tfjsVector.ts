import { abs, add, clipByValue, clone, div, engine, keep, max, mul, pow, sign, sqrt, square, stack, sub, sum, tensor, tidy, zerosLike, type Tensor } from '@tensorflow/tfjs-core';
import { adamFactors } from '../engine/adamStep';
import { pNorm, SMALLEST_FLOAT } from '../engine/scaling';
import type { AdamStep, MomentumStep, ParameterKind, ParameterSpec, Vector } from '../engine/vector';

/** Bodies of `tidy` that are running, innermost last, each with the vectors made in it that still live. */
const open: Set<TfjsVector>[] = [];

/**
 * A vector of tensors of TensorFlow.js, one a parameter, on whichever backend is in use.
 *
 * Its tensors outlive every `tf.tidy`: rules may hold them from step to step, and `dispose` frees them.
 */
export class TfjsVector implements Vector {
  private current: readonly Tensor[];

  /** Takes over the tensors, in the order of the specs. @throws RangeError if shapes do not fit. */
  constructor(
    readonly specs: readonly ParameterSpec[],
    tensors: readonly Tensor[],
  ) {
    specs.forEach(({ name, shape }, index) => {
      if (tensors[index]?.shape.join() !== shape.join()) {
        throw new RangeError(`TfjsVector: parameter ${name} has shape [${shape.join(', ')}], got [${tensors[index]?.shape.join(', ') ?? 'none'}].`);
      }
    });
    this.current = tensors.map(keep);
    open.at(-1)?.add(this);
  }

  /** The tensors, in the order of the specs. They stay the vector's own. */
  get tensors(): readonly Tensor[] {
    return this.current;
  }

  private compute(change: (element: Tensor, index: number) => Tensor): Tensor[] {
    return tidy(() => this.current.map(change));
  }

  private map(change: (element: Tensor, index: number) => Tensor): this {
    return new TfjsVector(this.specs, this.compute(change)) as this;
  }

  private replace(tensors: readonly Tensor[]): void {
    const replaced = this.current;
    this.current = tensors.map(keep);
    replaced.forEach((element) => element.dispose());
  }

  plus(other: this, scale = 1): this {
    return this.map((element, index) => addScaled(element, other.current[index]!, scale));
  }

  times(scale: number): this {
    return this.map((element) => mul(element, scale));
  }

  sign(): this {
    return this.map((element) => sign(element));
  }

  absPower(exponent: number): this {
    return this.map((element) => pow(abs(element), exponent));
  }

  multiply(other: this): this {
    return this.map((element, index) => mul(element, other.current[index]!));
  }

  clip(limit: number): this {
    return this.map((element) => clipByValue(element, -limit, limit));
  }

  /** One scalar a parameter, read from the backend at once. */
  private scalars(partial: (element: Tensor, index: number) => Tensor): Float32Array {
    if (this.current.length === 0) {
      return new Float32Array();
    }
    const stacked = tidy(() => stack(this.current.map(partial)));
    try {
      return readSync(stacked);
    } finally {
      stacked.dispose();
    }
  }

  /** Adds up the scalars in double precision. */
  private sum(partial: (element: Tensor, index: number) => Tensor): number {
    return this.scalars(partial).reduce((total, scalar) => total + scalar, 0);
  }

  dot(other: this): number {
    return this.sum((element, index) => sum(mul(element, other.current[index]!)));
  }

  norm(p = 2): number {
    if (p === Infinity) {
      return this.scalars((element) => max(abs(element))).reduce((largest, scalar) => Math.max(largest, scalar), 0);
    }
    return pNorm<TfjsVector>(this, p, SMALLEST_FLOAT, (vector) => vector.sum((element) => sum(p === 2 ? square(element) : pow(abs(element), p))));
  }

  zeros(): this {
    return this.map((element) => zerosLike(element));
  }

  clone(): this {
    return this.map((element) => clone(element));
  }

  select(kinds: readonly ParameterKind[]): this {
    const chosen = this.specs.flatMap(({ kind }, index) => (kinds.includes(kind) ? [index] : []));
    return new TfjsVector(chosen.map((index) => this.specs[index]!), chosen.map((index) => clone(this.current[index]!))) as this;
  }

  plusPart(part: this): this {
    const position = new Map(part.specs.map(({ name }, index) => [name, index]));
    return this.map((element, index) => {
      const added = position.get(this.specs[index]!.name);
      return added === undefined ? clone(element) : add(element, part.current[added]!);
    });
  }

  restrict(pick: (spec: ParameterSpec) => boolean): this {
    return this.map((element, index) => (pick(this.specs[index]!) ? clone(element) : zerosLike(element)));
  }

  withElements(arrays: readonly ArrayLike<number>[]): this {
    return this.map((element, index) => tensor(Float32Array.from(arrays[index] ?? []), element.shape));
  }

  addScaledInPlace(other: this, scale: number, kinds?: readonly ParameterKind[]): void {
    this.replace(
      this.compute((element, index) =>
        kinds === undefined || kinds.includes(this.specs[index]!.kind) ? addScaled(element, other.current[index]!, scale) : clone(element),
      ),
    );
  }

  momentumStepInPlace(velocity: this, gradient: this, { learningRate, momentum, nesterov, weightDecay, decayKinds }: MomentumStep): void {
    if (weightDecay > 0) {
      gradient.addScaledInPlace(this, weightDecay, decayKinds);
    }
    velocity.replace(velocity.compute((element, index) => add(mul(element, momentum), gradient.current[index]!)));
    this.replace(
      this.compute((element, index) => {
        const v = velocity.current[index]!;
        const direction = nesterov ? addScaled(gradient.current[index]!, v, momentum) : v;
        return addScaled(element, direction, -learningRate);
      }),
    );
  }

  adamStepInPlace(firstMoment: this, secondMoment: this, gradient: this, step: AdamStep): void {
    const { epsilon, factors } = adamFactors(this.specs, step);
    const mean = (old: Tensor, value: Tensor, share: number): Tensor => add(mul(old, share), mul(value, 1 - share));
    firstMoment.replace(firstMoment.compute((element, index) => mean(element, gradient.current[index]!, step.beta1)));
    secondMoment.replace(secondMoment.compute((element, index) => mean(element, square(gradient.current[index]!), step.beta2)));
    this.replace(
      this.compute((element, index) => {
        const direction = div(firstMoment.current[index]!, add(sqrt(secondMoment.current[index]!), epsilon));
        return sub(mul(element, factors[index]!.keep), mul(direction, factors[index]!.rate));
      }),
    );
  }

  toArrays(): Float32Array[] {
    return this.current.map(readSync);
  }

  tidy<Result>(body: () => Result, kept: (result: Result) => readonly (Vector | undefined)[]): Result {
    const made = new Set<TfjsVector>();
    open.push(made);
    let survivors: readonly (Vector | undefined)[] = [];
    try {
      const result = body();
      survivors = kept(result);
      return result;
    } finally {
      open.pop();
      for (const vector of made) {
        if (survivors.includes(vector)) {
          open.at(-1)?.add(vector);
        } else {
          vector.dispose();
        }
      }
    }
  }

  dispose(): void {
    open.forEach((made) => made.delete(this));
    this.current.forEach((element) => element.dispose());
  }
}

function addScaled(element: Tensor, other: Tensor, scale: number): Tensor {
  return add(element, scale === 1 ? other : mul(other, scale));
}

/** Copies a tensor out of its backend. WebGPU can do this synchronously only in a browser. */
export function readSync(element: Tensor): Float32Array {
  try {
    return element.dataSync<'float32'>().slice();
  } catch (cause) {
    throw new Error(
      `SharpnessAwareOptimizer: the backend ${engine().backendName} cannot read numbers synchronously here, and perturbations need them; ` +
        'step in two phases with ascendAsync, or choose another backend with tf.setBackend.',
      { cause },
    );
  }
}
