import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectAllClose } from '../../testing/expectAllClose';
import { hashed } from '../../testing/hashed';
import { boolAttribute, typeAttribute } from '../binding';
import { addBias, matMul } from '../dense';
import { lossAndGradient, record } from '../tape';
import { execute1, scope, tensor, tensorCount, type Tensor } from '../tensor';
import { moving, NoTangent, tangentOf, withTangents } from './tangents';

const float = typeAttribute('T', 'float32');

function apply(op: string, ...inputs: readonly Tensor[]): Tensor {
  return execute1(op, [float], inputs);
}

/** Op, f, f', and the places: all of size about 1, where float32 rounds results by some 1e-7. */
const functions: readonly (readonly [string, (x: number) => number])[] = [
  ['Exp', Math.exp],
  ['Log', (x) => 1 / x],
  ['Square', (x) => 2 * x],
  ['Sqrt', (x) => 1 / (2 * Math.sqrt(x))],
  ['Rsqrt', (x) => -0.5 * x ** -1.5],
  ['Erf', (x) => (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x)],
  ['Tanh', (x) => 1 / Math.cosh(x) ** 2],
  ['Sigmoid', (x) => Math.exp(-x) / (1 + Math.exp(-x)) ** 2],
  ['Neg', () => -1],
  ['Abs', () => 1],
];

test('tangents of functions of each element are their derivatives by hand', () => {
  const before = tensorCount();
  const places = [0.25, 0.75, 1.5];
  for (const [op, derivative] of functions) {
    const found = scope(() => withTangents(() => tangentOf(apply(op, moving(tensor(places, [3]), tensor([1, -2, 3], [3])))).values()));
    expectAllClose(found, places.map((x, index) => derivative(x) * [1, -2, 3][index]!), { absolute: 2e-6 }, op);
  }
  assert.equal(tensorCount(), before);
});

test('gradients of activations are differentiated too: f″ by hand', () => {
  const places = [-1, 0.25, 0.75];
  for (const [op, second] of [
    ['Tanh', (x: number) => -2 * Math.tanh(x) * (1 - Math.tanh(x) ** 2)],
    ['Sigmoid', (x: number) => { const s = 1 / (1 + Math.exp(-x)); return s * (1 - s) * (1 - 2 * s); }],
  ] as const) {
    const found = scope(() =>
      withTangents(() => {
        const x = moving(tensor(places, [3]), tensor([1, 1, 1], [3]));
        const gradient = execute1(`${op}Grad`, [float], [apply(op, x), tensor([1, 1, 1], [3])]);
        return tangentOf(gradient).values();
      }),
    );
    expectAllClose(found, places.map(second), { absolute: 1e-6 }, op);
  }
});

test('sums, products and quotients, also of smaller operands that are repeated', () => {
  scope(() =>
    withTangents(() => {
      const a = moving(tensor([1, 2, 3, 4], [2, 2]), tensor([1, 0, -1, 2], [2, 2]));
      const b = moving(tensor([2, 4], [2]), tensor([1, -1], [2]));
      expectAllClose(tangentOf(apply('AddV2', a, b)).values(), [2, -1, 0, 1], {});
      expectAllClose(tangentOf(apply('AddV2', a, tensor([9, 9], [2]))).values(), [1, 0, -1, 2], {});
      expectAllClose(tangentOf(apply('Sub', tensor([9, 9], [2]), b)).values(), [-1, 1], {});
      expectAllClose(tangentOf(apply('Mul', a, b)).values(), [3, -2, 1, 4], {});
      expectAllClose(tangentOf(apply('RealDiv', a, b)).values(), [(1 - 0.5) / 2, 0.5 / 4, (-1 - 1.5) / 2, (2 + 1) / 4], {});
      expectAllClose(tangentOf(apply('Mul', tensor([3, 3], [2]), tensor([3, 3], [2]))).values(), [0, 0], {});
    }),
  );
});

test('a layer of plain ops needs no rule of its own: H v of tanh regression by hand', () => {
  // L = sum tanh(w x + b): H = sum of -2 t (1 - t^2) (x, 1) (x, 1)^T
  const before = tensorCount();
  const [xs, [w, b], [vw, vb]] = [[-1, 0.5, 2], [0.3, -0.2], [1.5, -0.5]] as const;
  const tanh = (x: Tensor): Tensor => {
    const y = apply('Tanh', x);
    return record([x], y, () => ({ saved: [y], backward: (dy) => [execute1('TanhGrad', [float], [y, dy])] }));
  };
  const found = scope(() =>
    withTangents(() => {
      const parameters = [moving(tensor([w], [1, 1]), tensor([vw], [1, 1])), moving(tensor([b], [1]), tensor([vb], [1]))];
      const { gradients } = lossAndGradient(parameters, () => {
        const y = tanh(addBias(matMul(tensor(xs, [3, 1]), parameters[0]!), parameters[1]!));
        return { loss: matMul(tensor([1, 1, 1], [1, 3]), y), auxiliary: undefined };
      });
      return gradients.map((gradient) => tangentOf(gradient).values()[0]!);
    }),
  );
  const bend = xs.map((x) => { const t = Math.tanh(w * x + b); return -2 * t * (1 - t * t) * (vw * x + vb); });
  expectAllClose(found, [bend.reduce((sum, value, index) => sum + value * xs[index]!, 0), bend.reduce((sum, value) => sum + value, 0)], { absolute: 1e-6 });
  assert.equal(tensorCount(), before);
});

test('an op without a rule and values that are read are named; what does not move passes, and nothing leaks', () => {
  const before = tensorCount();
  const x = tensor(hashed('tangents', 4), [4]);
  const bessel = (): Tensor => apply('Lgamma', moving(x, x));
  assert.throws(() => scope(() => withTangents(bessel)), (error) => error instanceof NoTangent && error.operation === 'Lgamma' && /no rule for the tangents of Lgamma/.test(error.message));
  assert.throws(() => scope(() => withTangents(() => moving(x, x).values())), { name: 'NoTangent', message: /values that are read into JavaScript/ });
  scope(() => withTangents(() => apply('Lgamma', x).values()));
  scope(() => withTangents(() => execute1('ArgMax', [float, typeAttribute('Tidx', 'int32'), typeAttribute('output_type', 'int32')], [moving(x, x), tensor(Int32Array.of(0), [])]).values()));
  // Outside `withTangents` no tangent is computed.
  scope(() => assert.equal(execute1('Sum', [float, typeAttribute('Tidx', 'int32'), boolAttribute('keep_dims', false)], [moving(x, x), tensor(Int32Array.of(0), [1])]).tangent, undefined));
  x.dispose();
  assert.equal(tensorCount(), before);
});
