import assert from 'node:assert/strict';
import { reshape } from '../engine/convolution';
import { matMul } from '../engine/dense';
import { valueAndGradient } from '../engine/tape';
import { scope, tensor, tensorCount, type Tensor } from '../engine/tensor';
import { sizeOf } from '../engine/shape';
import { expectAllClose, type Tolerance } from './expectAllClose';
import { readFixture } from './fixture';
import { hashed } from './hashed';

/** What PyTorch computed in double precision for one op on hashed inputs (make_ops.py). */
export interface OpCase {
  readonly name: string;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly options: Readonly<Record<string, number>>;
  readonly shape: readonly number[];
  readonly y: readonly number[];
  readonly others: Readonly<Record<string, readonly number[]>>;
  /** Of sum(y * c), by input. */
  readonly gradients: Readonly<Record<string, readonly number[]>>;
}

/** An op on inputs by name. What it returns beside y is compared with the case's `others`. */
export type Op = (inputs: Readonly<Record<string, Tensor>>, options: Readonly<Record<string, number>>) => {
  readonly y: Tensor;
  readonly others?: Readonly<Record<string, Tensor>>;
};

/** The fixture's cases of an op. */
export function opCases(op: string): readonly OpCase[] {
  return (readFixture('ops.json') as Record<string, readonly OpCase[]>)[op] ?? assert.fail(`ops.json has no cases of ${op}`);
}

/** A tensor of hashed numbers. */
export function hashedTensor(name: string, shape: readonly number[]): Tensor {
  return tensor(hashed(name, sizeOf(shape)), shape);
}

/** sum(y * c) as a scalar with a gradient. */
export function weightedSum(y: Tensor, c: Tensor): Tensor {
  return reshape(matMul(reshape(y, [1, y.size]), reshape(c, [c.size, 1])), []);
}

/**
 * Sums of n products in single precision are off by at most n 2^-24 times the sum of their absolute values. The
 * cases have n <= 150 (7x7 taps of 3 channels; the gradients of the filters sum over at most 128 positions) and
 * values of about 1, so 150 * 6e-8 = 9e-6, on the scale of the largest value.
 */
function toleranceFor(expected: readonly number[]): Tolerance {
  return { absolute: 1e-5 * Math.max(1e-3, ...expected.map(Math.abs)) };
}

/** Compares an op's value, its other outputs and its gradients with a case, and counts tensors. */
export function expectOp({ name, shapes, options, shape, y, others, gradients }: OpCase, op: Op): void {
  const before = tensorCount();
  scope(() => {
    const keys = Object.keys(shapes);
    const inputs = Object.fromEntries(keys.map((key) => [key, hashedTensor(`${name}/${key}`, shapes[key]!)]));
    const tensors = keys.map((key) => inputs[key]!);
    const weights = hashedTensor(`${name}/c`, shape);
    const computed = valueAndGradient(
      tensors,
      () => {
        const result = op(inputs, options);
        return { loss: weightedSum(result.y, weights), auxiliary: { y: result.y, ...result.others } };
      },
      (auxiliary) => Object.values(auxiliary),
    );
    assert.deepEqual(computed.auxiliary.y.shape, shape, name);
    for (const [key, expected] of Object.entries({ y, ...others })) {
      expectAllClose((computed.auxiliary as Record<string, Tensor>)[key]!.values(), expected, toleranceFor(expected), `${name}, ${key}`);
    }
    keys.forEach((key, index) => {
      const gradient = computed.gradients[index]!;
      assert.deepEqual(gradient.shape, shapes[key], `${name}, shape of the gradient of ${key}`);
      expectAllClose(gradient.values(), gradients[key]!, toleranceFor(gradients[key]!), `${name}, gradient of ${key}`);
    });
    [...Object.values(computed.auxiliary), ...computed.gradients].forEach((result) => result.dispose());
  });
  assert.equal(tensorCount(), before, `${name}: tensors were left behind`);
}
