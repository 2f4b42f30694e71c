import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectAllClose } from '../../testing/expectAllClose';
import { hashed } from '../../testing/hashed';
import { binding as native, boolAttribute, DTYPE_NUMBERS, typeAttribute, type Attribute, type Binding } from '../binding';
import * as nativeChoice from '../kernelChoice';
import { exp, tanh } from './exponential';
import * as plainChoice from './kernelChoice';
import { loadBinding } from './nativeBinding';

const plain = loadBinding();

/** An operand: a shape, filled with hashed numbers in (-2, 2), or whole numbers. */
type Operand = { readonly shape: readonly number[]; readonly values?: readonly number[] } | Int32Array;

interface Case {
  readonly op: string;
  readonly attributes?: readonly Attribute[];
  readonly operands: readonly Operand[];
  readonly outputs?: number;
}

const float = typeAttribute('T', 'float32');
const index = typeAttribute('Tidx', 'int32');
const matrix = { shape: [7, 5] };
const product = (a: boolean, b: boolean): readonly Attribute[] => [float, boolAttribute('transpose_a', a), boolAttribute('transpose_b', b)];
const TARGETS = { shape: [7, 2], values: [1, 0, 0, 1, 0.9, 0.1, 0, 1, 1, 0, 0.5, 0.5, 0, 1] };

/** Every op that networks of linear layers, their optimizers and their tangents use; those with two operands also with a smaller, broadcast one. */
const CASES: readonly Case[] = [
  ...['Neg', 'Abs', 'Sign', 'Square', 'Relu', 'Tanh', 'Identity', 'ZerosLike', 'L2Loss'].map((op) => ({ op, operands: [matrix] })),
  { op: 'Sign', operands: [{ shape: [3], values: [0, -3, 2] }] },
  { op: 'Tanh', operands: [{ shape: [6], values: [-40, -0.01, 0, 1e-6, 0.019, 9.9] }] },
  ...['AddV2', 'Sub', 'Mul', 'Minimum', 'Maximum'].flatMap((op) => [[7, 5], [], [5], [7, 1]].map((shape) => ({ op, operands: [matrix, { shape }] }))),
  { op: 'Mul', operands: [{ shape: [] }, matrix] },
  ...['ReluGrad', 'TanhGrad'].map((op) => ({ op, operands: [matrix, { shape: [7, 5] }] })),
  ...[1, 2, 0.5].map((power) => ({ op: 'Pow', operands: [{ shape: [3], values: [0, 0.3, 2] }, { shape: [], values: [power] }] })),
  { op: 'MatMul', attributes: product(false, false), operands: [{ shape: [7, 5] }, { shape: [5, 6] }] },
  { op: 'MatMul', attributes: product(true, false), operands: [{ shape: [5, 7] }, { shape: [5, 3] }] },
  { op: 'MatMul', attributes: product(false, true), operands: [{ shape: [7, 5] }, { shape: [2, 5] }] },
  { op: 'MatMul', attributes: product(true, true), operands: [{ shape: [5, 4] }, { shape: [9, 5] }] },
  { op: 'BiasAdd', operands: [matrix, { shape: [5] }] },
  { op: 'BiasAddGrad', operands: [matrix] },
  ...['Sum', 'Mean', 'Max'].flatMap((op) => [[0], [1], [0, 1]].map((axes) => ({ op, attributes: [float, index, boolAttribute('keep_dims', axes[0] === 1)], operands: [matrix, Int32Array.from(axes)] }))),
  { op: 'Reshape', attributes: [float, typeAttribute('Tshape', 'int32')], operands: [matrix, Int32Array.of(5, -1)] },
  { op: 'SoftmaxCrossEntropyWithLogits', operands: [{ shape: [7, 2] }, TARGETS], outputs: 2 },
];

function make(binding: Binding, operand: Operand, name: string): number {
  if (operand instanceof Int32Array) {
    return binding.createTensor([operand.length], DTYPE_NUMBERS.int32, operand);
  }
  const { shape, values } = operand;
  const size = shape.reduce((total, length) => total * length, 1);
  return binding.createTensor(shape, DTYPE_NUMBERS.float32, Float32Array.from(values ?? hashed(name, size).map((value) => 2 * value)));
}

function outputsOf(binding: Binding, { op, attributes = [float], operands, outputs = 1 }: Case): readonly { readonly shape: readonly number[]; values(): ArrayLike<number> }[] {
  const inputs = operands.map((operand, position) => make(binding, operand, `${op} ${position}`));
  const made = binding.executeOp(op, attributes, inputs, outputs).map(({ id, shape }) => {
    const values = binding.tensorDataSync(id);
    binding.deleteTensor(id);
    return { shape: [...shape], values: () => values };
  });
  inputs.forEach((id) => binding.deleteTensor(id));
  return made;
}

test('each kernel gives TensorFlow\'s numbers, rounded once: within a few units of the last place of sums of up to 35 terms', () => {
  const [before, nativeBefore] = [plain.getNumOfTensors(), native.getNumOfTensors()];
  for (const one of CASES) {
    const [found, expected] = [outputsOf(plain, one), outputsOf(native, one)];
    assert.equal(found.length, expected.length);
    // 35 sums of products below 4, each rounded to 2^-24 of its size by TensorFlow.
    found.forEach((output, position) => expectAllClose(output, expected[position]!, { relative: 2e-6, absolute: 2e-6 }, `${one.op} of ${one.operands.map((operand) => (operand instanceof Int32Array ? operand.join() : operand.shape.join(' x '))).join(' and ')}`));
  }
  assert.deepEqual([plain.getNumOfTensors(), native.getNumOfTensors()], [before, nativeBefore]);
});

test('memory is reused only when no live tensor shares it', () => {
  const x = plain.createTensor([3], DTYPE_NUMBERS.float32, Float32Array.of(1, 2, 3));
  const [clone] = plain.executeOp('Identity', [float], [x], 1);
  const [flat] = plain.executeOp('Reshape', [float], [x, plain.createTensor([2], DTYPE_NUMBERS.int32, Int32Array.of(3, 1))], 1);
  plain.deleteTensor(x);
  plain.deleteTensor(clone!.id);
  plain.executeOp('Neg', [float], [flat!.id], 1);
  assert.deepEqual(plain.tensorDataSync(flat!.id), Float32Array.of(1, 2, 3));
});

test('exp and tanh are within the documented error of Math.exp and Math.tanh, also at the limits of float32', () => {
  for (let place = -103; place < 89; place += 0.137) {
    assert.ok(Math.abs(exp(place) / Math.exp(place) - 1) < 2e-11, String(place));
  }
  for (let place = -9.99; place < 10; place += 0.0071) {
    assert.ok(Math.abs(tanh(place) / Math.tanh(place) - 1) < 1e-10, String(place));
  }
  assert.deepEqual([exp(-200), exp(0), exp(200), exp(NaN), tanh(0), tanh(50), tanh(-50)], [0, 1, Infinity, NaN, 0, 1, -1]);
  assert.ok(Number.isNaN(tanh(NaN)));
});

test('an op without a kernel is named, and the browser modules export the same functions as those they replace', () => {
  assert.throws(() => plain.executeOp('Conv2D', [], [], 1), /there is no kernel of Conv2D in plain JavaScript; linear layers, relu and tanh have theirs/);
  assert.throws(() => plain.loadSavedModel('', ''), /there are no graphs in plain JavaScript/);
  const missing = Object.keys(plainChoice).filter((name) => !(name in nativeChoice));
  assert.deepEqual(missing, []);
});
