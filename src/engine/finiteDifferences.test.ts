import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashed } from '../testing/hashed';
import { addRelu, gelu, multiplyBy, relu } from './activation';
import { batchNormalizeEvaluation, batchNormalizeTraining } from './batchNormalization';
import { padChannels } from './channels';
import { conv2d, reshape, subsample } from './convolution';
import { softmaxCrossEntropy } from './crossEntropy';
import { addBias, matMul } from './dense';
import { globalAveragePool, maxPool, maxPool3x3Stride2 } from './pooling';
import { valueAndGradient } from './tape';
import { scope, tensor, type Tensor } from './tensor';
import { sizeOf } from './shape';

/** An op on inputs of given shapes; the cross-entropy of its output makes it a scalar that is not linear in any input. */
interface Case {
  readonly name: string;
  readonly shapes: readonly (readonly number[])[];
  readonly op: (...inputs: Tensor[]) => Tensor;
  /** Instead of hashed numbers: inputs that stay off the op's kinks. */
  readonly start?: (input: number, index: number, u: number) => number;
  /** The larger of the two steps; ops that are linear in all inputs need a long one, so that the curvature of the cross-entropy shows. */
  readonly step?: number;
}

const statistics = () => ({ mean: tensor([0.2, -0.3], [2]), variance: tensor([0.7, 1.4], [2]) });
/** At least 1.4 from 0; a second input is too small to undo that. */
const awayFromZero = (input: number, _index: number, u: number): number => (input === 0 ? u + Math.sign(u) * 1.4 : 0.2 * u);
/** All 9 values differ by 0.25 or more. */
const apart = (_input: number, index: number): number => 0.3 + 0.25 * ((index * 5) % 9);

const cases: readonly Case[] = [
  ...[1, 2].flatMap((stride) => [
    { name: `3x3 convolution, stride ${stride}`, shapes: [[2, 5, 5, 2], [3, 3, 2, 3]], op: (x: Tensor, f: Tensor) => conv2d(x, f, { stride, padding: 1 }) },
    { name: `3x3 convolution on 2x2, stride ${stride}`, shapes: [[2, 2, 2, 2], [3, 3, 2, 3]], op: (x: Tensor, f: Tensor) => conv2d(x, f, { stride, padding: 1 }) },
    { name: `1x1 convolution, stride ${stride}`, shapes: [[2, 3, 3, 2], [1, 1, 2, 3]], op: (x: Tensor, f: Tensor) => conv2d(x, f, { stride }) },
  ]),
  { name: '7x7 convolution of stride 2', shapes: [[2, 6, 6, 2], [7, 7, 2, 3]], op: (x, f) => conv2d(x, f, { stride: 2, padding: 3 }) },
  {
    name: 'batch norm in training',
    shapes: [[3, 2, 2, 2], [2], [2]],
    op: (x, scale, shift) => batchNormalizeTraining(x, { scale, shift, epsilon: 1e-5 }, statistics(), 0.1).y,
  },
  { name: 'batch norm in evaluation', shapes: [[3, 2, 2, 2], [2], [2]], op: (x, scale, shift) => batchNormalizeEvaluation(x, { scale, shift, epsilon: 1e-5 }, statistics()), step: 0.25 },
  { name: 'relu alone', shapes: [[3, 5]], op: relu, start: awayFromZero, step: 0.8 },
  { name: 'relu of a sum', shapes: [[3, 5], [3, 5]], op: addRelu, start: awayFromZero, step: 0.5 },
  { name: 'max-pool', shapes: [[1, 3, 3, 1]], op: maxPool3x3Stride2, start: apart },
  { name: 'max-pool of 2x2', shapes: [[1, 4, 4, 1]], op: (x) => maxPool(x, { size: 2, stride: 2 }), start: (_input, index) => 0.3 + 0.25 * ((index * 5) % 16), step: 0.1 },
  { name: 'gelu', shapes: [[3, 5]], op: gelu, step: 0.25 },
  { name: 'multiple', shapes: [[3, 5]], op: (x) => multiplyBy(x, 0.7), step: 0.6 },
  { name: 'bias of maps', shapes: [[2, 2, 2, 2], [2]], op: addBias, step: 0.4 },
  { name: 'global average pool', shapes: [[3, 2, 2, 4]], op: globalAveragePool, step: 1 },
  { name: 'affine', shapes: [[3, 4], [4, 5], [5]], op: (x, weight, bias) => addBias(matMul(x, weight), bias) },
  { name: 'pad channels', shapes: [[2, 2, 2, 3]], op: (x) => padChannels(x, 1, 2), step: 0.6 },
  { name: 'every second pixel of a row', shapes: [[2, 3, 3, 2]], op: (x) => subsample(x, 2), step: 0.6 },
];

/** Cross-entropy of all outputs of an image against hashed targets. */
function lossOf(y: Tensor): Tensor {
  const batch = y.shape[0]!;
  const classes = y.size / batch;
  const weights = hashed('targets', y.size).map((u) => (1 + u) ** 4);
  const targets = weights.map((weight, index) => {
    const row = weights.subarray(Math.floor(index / classes) * classes, (Math.floor(index / classes) + 1) * classes);
    return weight / row.reduce((a, b) => a + b);
  });
  return softmaxCrossEntropy(reshape(y, [batch, classes]), tensor(targets, [batch, classes]));
}

/** Inputs at start + h direction. */
function inputsAt({ name, shapes, start = (_input, _index, u) => u }: Case, h: number): Tensor[] {
  return shapes.map((shape, input) => {
    const directions = hashed(`${name}/direction ${input}`, sizeOf(shape));
    const values = hashed(`${name}/input ${input}`, sizeOf(shape)).map((u, index) => start(input, index, u) + h * directions[index]!);
    return tensor(values, shape);
  });
}

function lossAt(one: Case, h: number): number {
  return scope(() => lossOf(one.op(...inputsAt(one, h))).scalar());
}

/** Slope of the loss along the direction, from the gradients. */
function slope(one: Case): number {
  return scope(() => {
    const inputs = inputsAt(one, 0);
    const { gradients } = valueAndGradient(inputs, () => ({ loss: lossOf(one.op(...inputs)), auxiliary: undefined }));
    return gradients.reduce((total, gradient, input) => {
      const directions = hashed(`${one.name}/direction ${input}`, gradient.size);
      return directions.reduce((sum, direction, index) => sum + direction * gradient.values()[index]!, total);
    }, 0);
  });
}

/*
 * A central difference is off by f'''/6 h^2 + O(h^4). The losses are about 2 and are rounded to 2^-22 = 2.4e-7, which adds
 * at most 2.4e-7 / h to the difference with the smaller step h / 2. The error with the larger step h has to be 50
 * times that; the ratio of the two is then 4, up to 8 % of rounding and the O(h^4) term.
 */
test('the error of central differences falls fourfold when the step is halved, for every op', () => {
  for (const one of cases) {
    const h = one.step ?? 0.12;
    const exact = slope(one);
    const error = (step: number): number => (lossAt(one, step) - lossAt(one, -step)) / (2 * step) - exact;
    const ratio = error(h) / error(h / 2);
    assert.ok(Math.abs(error(h)) > (50 * 2.4e-7) / h, `${one.name}: error ${error(h)} is lost in rounding`);
    assert.ok(ratio > 3.6 && ratio < 4.4, `${one.name}: errors ${error(h)} and ${error(h / 2)}, ratio ${ratio}`);
  }
});
