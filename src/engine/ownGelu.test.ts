import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { gelu, multiplyBy } from './activation';
import { boolAttribute, typeAttribute } from './binding';
import { compiled } from './graph/compiled';
import { pinKernels } from './kernelChoice';
import { hasOwnOperations, OWN } from './ownOperations';
import { converted } from './precision';
import { random } from './random';
import { valueAndGradient } from './tape';
import { execute, execute1, scope, tensor, tensorCount, type Tensor } from './tensor';
import { moving, tangentOf, withTangents } from './tangents/tangents';
import { countGraphs } from './testing/graphRuns';
import { weightedSum } from '../testing/opCase';

/** These need a machine on which the set-up could compile the operations. */
const own = { skip: hasOwnOperations ? false : 'no compiler made the operations on this machine' };

afterEach(() => pinKernels());

function preferOwn(): void {
  pinKernels((_, names) => names.find((name) => name === OWN) ?? names[0]!);
}

/** erfc(z) for z >= 0 in double precision: near 0 by the series of erf whose terms are all positive, else by Laplace's continued fraction. */
function erfc(z: number): number {
  if (z < 2) {
    let [term, sum] = [z, z];
    for (let k = 1; k < 60; k++) {
      term *= (2 * z * z) / (2 * k + 1);
      sum += term;
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * Math.exp(-z * z) * sum;
  }
  let tail = z;
  for (let k = 80; k > 0; k--) {
    tail = z + k / 2 / tail;
  }
  return Math.exp(-z * z) / (tail * Math.sqrt(Math.PI));
}

/** x Phi(x), and its derivative Phi(x) + x phi(x). */
function exact(x: number): readonly [number, number] {
  const tail = erfc(Math.abs(x) / Math.SQRT2) / 2;
  const cdf = x < 0 ? tail : 1 - tail;
  return [x * cdf, cdf + (x * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI)];
}

/** Relative error of one rounding to float32, and to bfloat16. */
const FLOAT = 2 ** -24;
const HALF = 2 ** -8;
/** Below it processors may take floats for 0. */
const LEAST = 2 ** -126;

function compute(x: Tensor, derivative = true): readonly Tensor[] {
  return execute('SamlabGelu', [typeAttribute('T', x.dtype), boolAttribute('derivative', derivative)], [x], 2);
}

function valuesOf(x: Tensor): Float32Array {
  return (x.dtype === 'float32' ? x : converted(x, 'float32')).values() as Float32Array;
}

test('GELU and its derivative are those in double precision, but for rounding', own, () => {
  const draw = random(0, 'GELU');
  // One element, fewer and more than a vector has, and a prime number that threads cannot share evenly.
  for (const shape of [[1], [7], [3, 5, 7, 13], [50_021]]) {
    const given = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => 4 * draw.normal());
    // Values that bfloat16 holds as well.
    const short = new Float32Array(Uint32Array.from(new Uint32Array(given.buffer), (bits) => bits & 0xffff0000).buffer);
    for (const [values, dtype] of [[given, 'float32'], [short, 'bfloat16']] as const) {
      scope(() => {
        const x = dtype === 'float32' ? tensor(values, shape) : converted(tensor(values, shape), dtype);
        const [y, slope] = compute(x).map(valuesOf) as [Float32Array, Float32Array];
        const [alone] = compute(x, false).map(valuesOf);
        assert.deepEqual(alone, y);
        values.forEach((value, index) => {
          const [wanted, wantedSlope] = exact(value);
          const stored = (of: number): number => (dtype === 'bfloat16' ? HALF * Math.abs(of) : 0);
          // The tail is off by 10 roundings, and by what one rounding of the exponent x²/2 makes of it; Phi above 0 is 1 less the tail, rounded once.
          const exponent = 0.5 * value ** 2;
          const tail = erfc(Math.abs(value) / Math.SQRT2) / 2;
          const cdf = (10 + exponent) * FLOAT * tail + (value > 0 ? FLOAT : 0) + LEAST;
          const density = (8 + exponent) * FLOAT * Math.abs(wantedSlope - (value < 0 ? tail : 1 - tail));
          const errors = [Math.abs(y[index]! - wanted), Math.abs(slope[index]! - wantedSlope)] as const;
          assert.ok(errors[0] <= Math.abs(value) * cdf + FLOAT * Math.abs(wanted) + stored(wanted), `x = ${value}: ${y[index]}, expected ${wanted}`);
          assert.ok(errors[1] <= cdf + density + FLOAT + stored(wantedSlope), `derivative at ${value}: ${slope[index]}, expected ${wantedSlope}`);
        });
      });
    }
  }
});

test('far from 0 GELU is x or 0, and what is not a number stays so', own, () => {
  scope(() => {
    const [y, slope] = compute(tensor([-1e30, -14, 14, 1e30, NaN], [5])).map((found) => [...found.values()]);
    assert.deepEqual(y, [-0, -0, 14, Math.fround(1e30), NaN]);
    assert.deepEqual(slope, [0, 0, 1, 1, NaN]);
  });
});

test('GELU goes both ways through the tape as with TensorFlow\'s operations, but for rounding, and leaves no tensor', own, () => {
  const draw = random(1, 'GELU');
  const given = Float32Array.from({ length: 1000 }, () => 2 * draw.normal());
  const weights = Float32Array.from({ length: 1000 }, () => draw.normal());
  const through = (): { readonly y: Float32Array; readonly gradient: Float32Array; readonly left: number } =>
    scope(() => {
      const [x, weighted] = [tensor(given, [10, 100]), tensor(weights, [10, 100])];
      const before = tensorCount();
      let y: Float32Array | undefined;
      const { gradients } = valueAndGradient([x], () => {
        const found = gelu(x);
        y = Float32Array.from(found.values());
        return { loss: weightedSum(found, weighted), auxiliary: undefined };
      });
      return { y: y!, gradient: Float32Array.from(gradients[0]!.values()), left: tensorCount() - before };
    });
  pinKernels();
  const theirs = through();
  preferOwn();
  const ours = through();
  // The gradient alone.
  assert.deepEqual([theirs.left, ours.left], [1, 1]);
  // Either is off by 1 + erf's few roundings of 1 at |x| < 8 and a weight below 4: eight of each.
  for (const values of ['y', 'gradient'] as const) {
    const apart = ours[values].map((value, index) => Math.abs(value - theirs[values][index]!));
    assert.ok(Math.max(...apart) <= 8 * 8 * 4 * FLOAT, `${values}: ${Math.max(...apart)}`);
    assert.ok(Math.max(...apart) > 0, 'the same bits: were they computed by other kernels?');
  }
});

test('along a direction GELU is computed by the operations that have tangents', own, () => {
  const along = (): number[] => scope(() => withTangents(() => [...tangentOf(gelu(moving(tensor([-1, 0.5, 2], [3]), tensor([1, -2, 3], [3])))).values()]));
  pinKernels();
  const expected = along();
  preferOwn();
  assert.deepEqual(along(), expected);
});

test('in a recorded graph GELU gives the same bits as op by op', own, () => {
  preferOwn();
  const owner = {};
  const { result: results, graphs } = countGraphs(() =>
    Array.from({ length: 3 }, () =>
      scope(() => {
        const draw = random(2, 'GELU');
        const x = tensor(Float32Array.from({ length: 5000 }, () => draw.normal()), [50, 100]);
        return compiled(owner, 'gelu', [x], ([given]) => [gelu(multiplyBy(given!, 3)), ...compute(execute1('Neg', [typeAttribute('T', 'float32')], [given!]))]).map((output) => [...output.values()]);
      }),
    ),
  );
  assert.deepEqual(results[1], results[0]);
  assert.deepEqual(results[2], results[0]);
  assert.equal(graphs, 2);
});
