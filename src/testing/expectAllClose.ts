import assert from 'node:assert/strict';

/** Numbers to compare: an array, or a tensor with its shape. */
export type Numbers = ArrayLike<number> | { readonly shape: readonly number[]; values(): ArrayLike<number> };

/** An element passes if |actual - expected| <= absolute + relative |expected|. */
export interface Tolerance {
  readonly absolute?: number;
  readonly relative?: number;
}

function split(numbers: Numbers): { readonly shape: readonly number[] | undefined; readonly values: ArrayLike<number> } {
  return 'values' in numbers && 'shape' in numbers ? { shape: numbers.shape, values: numbers.values() } : { shape: undefined, values: numbers };
}

/** Where row `index` of the flat values lies, such as "[1, 0, 2]". */
function position(index: number, shape: readonly number[]): string {
  let rest = index;
  const coordinates = [...shape].reverse().map((length) => {
    const coordinate = rest % length;
    rest = Math.floor(rest / length);
    return coordinate;
  });
  return `[${coordinates.reverse().join(', ')}]`;
}

/**
 * Asserts that all numbers are close to the expected ones. The error names the worst element and both of its
 * values. NaN is close to nothing, not even to NaN; infinity is close to itself.
 *
 * @throws AssertionError, also if the numbers of elements differ, or the shapes where both sides have one.
 */
export function expectAllClose(actual: Numbers, expected: Numbers, { absolute = 0, relative = 0 }: Tolerance, what = 'values'): void {
  const left = split(actual);
  const right = split(expected);
  const shape = left.shape ?? right.shape ?? [left.values.length];
  if (left.values.length !== right.values.length || (left.shape && right.shape && left.shape.join() !== right.shape.join())) {
    const sizes = [left, right].map((side) => `[${(side.shape ?? [side.values.length]).join(', ')}]`);
    assert.fail(`${what}: shape ${sizes[0]!}, expected ${sizes[1]!}`);
  }
  let worst = -1;
  let worstExcess = 0;
  for (let index = 0; index < left.values.length; index++) {
    const a = left.values[index]!;
    const b = right.values[index]!;
    const excess = a === b ? 0 : Math.abs(a - b) / (absolute + relative * Math.abs(b));
    if (!(excess <= 1) && !(excess <= worstExcess) && !Number.isNaN(worstExcess)) {
      worst = index;
      worstExcess = excess;
    }
  }
  if (worst >= 0) {
    const [a, b] = [left.values[worst]!, right.values[worst]!];
    assert.fail(`${what}: worst at ${position(worst, shape)}: got ${a}, expected ${b}, difference ${Math.abs(a - b)} of ${absolute + relative * Math.abs(b)} allowed`);
  }
}
