import { adamFactors } from './adamStep';
import { pNorm } from './scaling';
import type { AdamStep, MomentumStep, ParameterKind, ParameterSpec, Vector } from './vector';
import { sizeOf } from './shape';

/** The smallest normal number of double precision. */
const SMALLEST_DOUBLE = 2 ** -1022;

/** A vector of double-precision numbers in JavaScript: for small problems, and as an oracle for `TensorVector`. */
export class PlainVector implements Vector {
  /**
   * @param elements one array a parameter, row by row.
   * @throws RangeError if the arrays do not fit the specs.
   */
  constructor(
    readonly specs: readonly ParameterSpec[],
    readonly elements: readonly Float64Array[],
  ) {
    specs.forEach(({ name, shape }, index) => {
      const size = sizeOf(shape);
      if (elements[index]?.length !== size) {
        throw new RangeError(`PlainVector: parameter ${name} has ${size} elements, got ${elements[index]?.length ?? 'none'}.`);
      }
    });
  }

  /** A vector with one parameter, for functions of a few variables. */
  static of(...elements: readonly number[]): PlainVector {
    return new PlainVector([{ name: 'w', kind: 'weight', shape: [elements.length] }], [Float64Array.from(elements)]);
  }

  private map(change: (element: number, parameter: number, index: number) => number): this {
    const elements = this.elements.map((array, parameter) => array.map((element, index) => change(element, parameter, index)));
    return new PlainVector(this.specs, elements) as this;
  }

  private reduce(combine: (sum: number, element: number, parameter: number, index: number) => number): number {
    return this.elements.reduce(
      (total, array, parameter) => array.reduce((sum, element, index) => combine(sum, element, parameter, index), total),
      0,
    );
  }

  plus(other: this, scale = 1): this {
    return this.map((element, parameter, index) => element + scale * other.elements[parameter]![index]!);
  }

  times(scale: number): this {
    return this.map((element) => scale * element);
  }

  sign(): this {
    return this.map(Math.sign);
  }

  absPower(exponent: number): this {
    return this.map((element) => Math.abs(element) ** exponent);
  }

  multiply(other: this): this {
    return this.map((element, parameter, index) => element * other.elements[parameter]![index]!);
  }

  clip(limit: number): this {
    return this.map((element) => Math.max(-limit, Math.min(limit, element)));
  }

  dot(other: this): number {
    return this.reduce((sum, element, parameter, index) => sum + element * other.elements[parameter]![index]!);
  }

  norm(p = 2): number {
    if (p === Infinity) {
      return this.reduce((largest, element) => Math.max(largest, Math.abs(element)));
    }
    return pNorm<PlainVector>(this, p, SMALLEST_DOUBLE, (vector) => vector.reduce((sum, element) => sum + Math.abs(element) ** p));
  }

  zeros(): this {
    return this.map(() => 0);
  }

  clone(): this {
    return this.map((element) => element);
  }

  restrict(keep: (spec: ParameterSpec) => boolean): this {
    return this.map((element, parameter) => (keep(this.specs[parameter]!) ? element : 0));
  }

  withElements(arrays: readonly ArrayLike<number>[]): this {
    return new PlainVector(this.specs, arrays.map((array) => Float64Array.from(array))) as this;
  }

  select(kinds: readonly ParameterKind[]): this {
    const chosen = this.specs.flatMap(({ kind }, index) => (kinds.includes(kind) ? [index] : []));
    return new PlainVector(chosen.map((index) => this.specs[index]!), chosen.map((index) => this.elements[index]!.slice())) as this;
  }

  plusPart(part: this): this {
    const position = new Map(part.specs.map(({ name }, index) => [name, index]));
    return this.map((element, parameter, index) => element + (part.elements[position.get(this.specs[parameter]!.name) ?? -1]?.[index] ?? 0));
  }

  addScaledInPlace(other: this, scale: number, kinds?: readonly ParameterKind[]): void {
    this.specs.forEach(({ kind }, parameter) => {
      if (kinds === undefined || kinds.includes(kind)) {
        const array = this.elements[parameter]!;
        array.forEach((element, index) => (array[index] = element + scale * other.elements[parameter]![index]!));
      }
    });
  }

  momentumStepInPlace(velocity: this, gradient: this, { learningRate, momentum, nesterov, weightDecay, decayKinds, shares }: MomentumStep): void {
    this.elements.forEach((array, parameter) => {
      const v = velocity.elements[parameter]!;
      const g = gradient.elements[parameter]!;
      const { rate, decay } = shares?.[parameter] ?? { rate: 1, decay: 1 };
      const penalty = decayKinds?.includes(this.specs[parameter]!.kind) ?? true ? decay * weightDecay : 0;
      array.forEach((element, index) => {
        g[index] = g[index]! + penalty * element;
        v[index] = momentum * v[index]! + g[index];
        array[index] = element - rate * learningRate * (nesterov ? g[index] + momentum * v[index] : v[index]);
      });
    });
  }

  adamStepInPlace(firstMoment: this, secondMoment: this, gradient: this, step: AdamStep): void {
    const { beta1, beta2 } = step;
    const { epsilon, factors } = adamFactors(this.specs, step);
    this.elements.forEach((array, parameter) => {
      const m = firstMoment.elements[parameter]!;
      const v = secondMoment.elements[parameter]!;
      const { rate, keep } = factors[parameter]!;
      gradient.elements[parameter]!.forEach((g, index) => {
        m[index] = beta1 * m[index]! + (1 - beta1) * g;
        v[index] = beta2 * v[index]! + (1 - beta2) * g * g;
        array[index] = keep * array[index]! - (rate * m[index]) / (Math.sqrt(v[index]) + epsilon);
      });
    });
  }

  toArrays(): Float64Array[] {
    return this.elements.map((array) => array.slice());
  }

  tidy<Result>(body: () => Result): Result {
    return body();
  }

  dispose(): void {
    // JavaScript's own memory needs no freeing.
  }
}
