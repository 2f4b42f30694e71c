import { adamFactors } from './adamStep';
import { typeAttribute } from './binding';
import { reshape } from './convolution';
import { adamInPlace, addScaledInPlace, momentumInPlace } from './inPlace';
import { pNorm, SMALLEST_FLOAT } from './scaling';
import { cloneTensor, execute1, scope, tensor, type Tensor } from './tensor';
import type { AdamStep, MomentumStep, ParameterKind, ParameterSpec, Vector } from './vector';

const float = typeAttribute('T', 'float32');

/** A vector of native float32 tensors, one a parameter. */
export class TensorVector implements Vector {
  private current: Tensor[];

  /** Takes over the tensors, in the order of the specs. @throws RangeError if shapes do not fit. */
  constructor(
    readonly specs: readonly ParameterSpec[],
    tensors: readonly Tensor[],
  ) {
    this.current = [...tensors];
    specs.forEach(({ name, shape }, index) => {
      if (tensors[index]?.shape.join() !== shape.join()) {
        throw new RangeError(`TensorVector: parameter ${name} has shape [${shape.join(', ')}], got [${tensors[index]?.shape.join(', ') ?? 'none'}].`);
      }
    });
  }

  /** Copies arrays, one a parameter, into native memory. */
  static from(specs: readonly ParameterSpec[], arrays: readonly Float32Array[]): TensorVector {
    return scope(
      () =>
        new TensorVector(
          specs,
          specs.map(({ shape }, index) => tensor(arrays[index] ?? [], shape)),
        ),
      ({ tensors }) => tensors,
    );
  }

  /** The tensors, in the order of the specs. They stay the vector's own. */
  get tensors(): readonly Tensor[] {
    return this.current;
  }

  private map(change: (element: Tensor, index: number) => Tensor): this {
    return new TensorVector(this.specs, this.current.map(change)) as this;
  }

  private withScalar<T>(value: number, body: (scalar: Tensor) => T): T {
    const scalar = tensor([value], []);
    try {
      return body(scalar);
    } finally {
      scalar.dispose();
    }
  }

  plus(other: this, scale = 1): this {
    if (scale === 1) {
      return this.map((element, index) => execute1('AddV2', [float], [element, other.current[index]!]));
    }
    const sum = this.clone();
    sum.addScaledInPlace(other, scale);
    return sum;
  }

  times(scale: number): this {
    return this.withScalar(scale, (factor) => this.map((element) => execute1('Mul', [float], [element, factor])));
  }

  sign(): this {
    return this.map((element) => execute1('Sign', [float], [element]));
  }

  absPower(exponent: number): this {
    return this.withScalar(exponent, (power) =>
      this.map((element) => {
        const magnitude = execute1('Abs', [float], [element]);
        const result = execute1('Pow', [float], [magnitude, power]);
        magnitude.dispose();
        return result;
      }),
    );
  }

  multiply(other: this): this {
    return this.map((element, index) => execute1('Mul', [float], [element, other.current[index]!]));
  }

  clip(limit: number): this {
    return this.withScalar(limit, (high) =>
      this.withScalar(-limit, (low) =>
        this.map((element) => {
          const belowHigh = execute1('Minimum', [float], [element, high]);
          const clipped = execute1('Maximum', [float], [belowHigh, low]);
          belowHigh.dispose();
          return clipped;
        }),
      ),
    );
  }

  /** Sums one scalar a parameter in double precision. */
  private sum(partial: (element: Tensor, index: number) => Tensor): number {
    return this.current.reduce((total, element, index) => total + scope(() => partial(element, index).scalar()), 0);
  }

  dot(other: this): number {
    // Not as a product of matrices: that adds one after another in single precision, 2 % off after a few million terms.
    return this.sum((element, index) => reduceAll('Sum', execute1('Mul', [float], [element, other.current[index]!])));
  }

  norm(p = 2): number {
    if (p === Infinity) {
      return this.current.reduce((largest, element) => Math.max(largest, scope(() => reduceAll('Max', execute1('Abs', [float], [element])).scalar())), 0);
    }
    return pNorm<TensorVector>(this, p, SMALLEST_FLOAT, (vector) => vector.sumOfPowers(p));
  }

  /** sum |element|^p */
  private sumOfPowers(p: number): number {
    if (p === 2) {
      return 2 * this.sum((element) => execute1('L2Loss', [float], [element]));
    }
    const powers = this.absPower(p);
    try {
      return powers.sum((element) => reduceAll('Sum', element));
    } finally {
      powers.dispose();
    }
  }

  zeros(): this {
    return this.map((element) => execute1('ZerosLike', [float], [element]));
  }

  clone(): this {
    return this.map(cloneTensor);
  }

  restrict(keep: (spec: ParameterSpec) => boolean): this {
    return this.map((element, index) => (keep(this.specs[index]!) ? cloneTensor(element) : execute1('ZerosLike', [float], [element])));
  }

  withElements(arrays: readonly ArrayLike<number>[]): this {
    return TensorVector.from(this.specs, arrays.map((array) => Float32Array.from(array))) as this;
  }

  select(kinds: readonly ParameterKind[]): this {
    const chosen = this.specs.flatMap(({ kind }, index) => (kinds.includes(kind) ? [index] : []));
    return new TensorVector(chosen.map((index) => this.specs[index]!), chosen.map((index) => cloneTensor(this.current[index]!))) as this;
  }

  plusPart(part: this): this {
    const position = new Map(part.specs.map(({ name }, index) => [name, index]));
    return this.map((element, index) => {
      const added = position.get(this.specs[index]!.name);
      return added === undefined ? cloneTensor(element) : execute1('AddV2', [float], [element, part.current[added]!]);
    });
  }

  addScaledInPlace(other: this, scale: number, kinds?: readonly ParameterKind[]): void {
    const chosen = this.current.flatMap((_, index) => (kinds === undefined || kinds.includes(this.specs[index]!.kind) ? [index] : []));
    const pick = (tensors: readonly Tensor[]): Tensor[] => chosen.map((index) => tensors[index]!);
    const changed = addScaledInPlace(pick(this.current), pick(other.current), scale);
    chosen.forEach((index, position) => (this.current[index] = changed[position]!));
  }

  momentumStepInPlace(velocity: this, gradient: this, step: MomentumStep): void {
    const decays = this.specs.map(({ kind }, index) => (step.decayKinds?.includes(kind) ?? true ? (step.shares?.[index]?.decay ?? 1) * step.weightDecay : 0));
    const rates = this.specs.map((_, index) => (step.shares?.[index]?.rate ?? 1) * step.learningRate);
    const { w, v, g } = momentumInPlace({ w: this.current, v: velocity.current, g: gradient.current }, rates, decays, step);
    this.current = w;
    velocity.current = v;
    gradient.current = g;
  }

  adamStepInPlace(firstMoment: this, secondMoment: this, gradient: this, step: AdamStep): void {
    // The op rounds beta1 and beta2 to single precision, so the corrections must use the rounded values: else they are off by up to 5e-5 at 0.999.
    const rounded = { ...step, beta1: Math.fround(step.beta1), beta2: Math.fround(step.beta2) };
    const { epsilon, factors } = adamFactors(this.specs, rounded);
    const { w, m, v } = adamInPlace({ w: this.current, m: firstMoment.current, v: secondMoment.current }, gradient.current, factors, { ...rounded, epsilon });
    this.current = w;
    firstMoment.current = m;
    secondMoment.current = v;
  }

  toArrays(): Float32Array[] {
    return this.current.map((element) => element.values() as Float32Array);
  }

  tidy<Result>(body: () => Result, keep: (result: Result) => readonly (Vector | undefined)[]): Result {
    return scope(body, (result) => keep(result).flatMap((vector) => (vector instanceof TensorVector ? vector.tensors : [])));
  }

  dispose(): void {
    this.current.forEach((element) => element.dispose());
  }
}

function reduceAll(op: 'Max' | 'Sum', x: Tensor): Tensor {
  const flat = reshape(x, [x.size]);
  const axis = tensor(Int32Array.of(0), [1]);
  return execute1(op, [float, typeAttribute('Tidx', 'int32')], [flat, axis]);
}
