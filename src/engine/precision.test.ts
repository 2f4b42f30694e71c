import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { expectAllClose } from '../testing/expectAllClose';
import { hashedTensor, opCases, weightedSum, type OpCase } from '../testing/opCase';
import { runningStatistics } from '../testing/runningStatistics';
import { addRelu, gelu, relu } from './activation';
import { batchNormalizeEvaluation, batchNormalizeTraining } from './batchNormalization';
import { padChannels } from './channels';
import { conv2d, subsample } from './convolution';
import { addBias, matMul } from './dense';
import { pinKernels, type KernelChoice } from './kernelChoice';
import { globalAveragePool, maxPool, maxPool3x3Stride2 } from './pooling';
import { cast, converted, inPrecision } from './precision';
import { valueAndGradient } from './tape';
import { scope, tensor, tensorCount, type Tensor } from './tensor';

afterEach(() => pinKernels());

type MixedOp = (activations: readonly Tensor[], parameters: readonly Tensor[], options: Readonly<Record<string, number>>) => Tensor;

/** An op: which of its inputs are activations (bfloat16 when mixed), which parameters (float32 always). */
interface MixedCase {
  readonly op: string;
  readonly activations: readonly string[];
  readonly parameters: readonly string[];
  readonly apply: MixedOp;
}

/** Each op of the networks. */
const OPS: readonly MixedCase[] = [
  { op: 'conv2d', activations: ['x'], parameters: ['filter'], apply: ([x], [filter], options) => conv2d(x!, filter!, options) },
  { op: 'subsample', activations: ['x'], parameters: [], apply: ([x], _, { stride }) => subsample(x!, stride!) },
  ...(['identity', 'relu'] as const).flatMap((activation) => [
    {
      op: activation === 'relu' ? 'batchNormalizeTrainingRelu' : 'batchNormalizeTraining',
      activations: ['x'],
      parameters: ['scale', 'shift'],
      apply: ([x], [scale, shift], { momentum, epsilon }) =>
        batchNormalizeTraining(x!, { scale: scale!, shift: shift!, epsilon: epsilon! }, runningStatistics(scale!.size), momentum!, activation).y,
    } satisfies MixedCase,
    {
      op: activation === 'relu' ? 'batchNormalizeEvaluationRelu' : 'batchNormalizeEvaluation',
      activations: ['x'],
      parameters: ['scale', 'shift'],
      apply: ([x], [scale, shift], { epsilon }) =>
        batchNormalizeEvaluation(x!, { scale: scale!, shift: shift!, epsilon: epsilon! }, runningStatistics(scale!.size), activation),
    } satisfies MixedCase,
  ]),
  { op: 'relu', activations: ['x'], parameters: [], apply: ([x]) => relu(x!) },
  { op: 'addRelu', activations: ['a', 'b'], parameters: [], apply: ([a, b]) => addRelu(a!, b!) },
  { op: 'maxPool', activations: ['x'], parameters: [], apply: ([x]) => maxPool3x3Stride2(relu(x!)) },
  { op: 'maxPoolWindows', activations: ['x'], parameters: [], apply: ([x], _, { size, stride }) => maxPool(x!, { size: size!, stride: stride! }) },
  { op: 'gelu', activations: ['x'], parameters: [], apply: ([x]) => gelu(x!) },
  { op: 'mapBias', activations: ['x'], parameters: ['bias'], apply: ([x], [bias]) => addBias(x!, bias!) },
  { op: 'globalAveragePool', activations: ['x'], parameters: [], apply: ([x]) => globalAveragePool(x!) },
  { op: 'padChannels', activations: ['x'], parameters: [], apply: ([x], _, { before, after }) => padChannels(x!, before!, after!) },
  { op: 'affine', activations: ['x'], parameters: ['weight', 'bias'], apply: ([x], [weight, bias]) => addBias(matMul(cast(x!, 'float32'), weight!), bias!) },
];

/** Rounded to bfloat16 and back, so that both precisions start from the same numbers. */
function rounded(x: Tensor): Tensor {
  return converted(converted(x, 'bfloat16'), 'float32');
}

interface Computed {
  readonly y: Float32Array;
  readonly gradients: readonly Float32Array[];
}

function compute({ name, shapes, options }: OpCase, { activations, parameters, apply }: MixedCase, mixed: boolean): Computed {
  return scope(() => {
    const inputs = [...activations, ...parameters].map((key) => rounded(hashedTensor(`${name}/${key}`, shapes[key]!)));
    const { gradients, auxiliary } = valueAndGradient(inputs, () => {
      const taken = inputs.slice(0, activations.length).map((input) => (mixed ? cast(input, 'bfloat16') : input));
      const y = apply(taken, inputs.slice(activations.length), options);
      const result = cast(y, 'float32');
      return { loss: weightedSum(result, rounded(hashedTensor(`${name}/c`, y.shape))), auxiliary: result.values() as Float32Array };
    });
    for (const gradient of gradients) {
      assert.equal(gradient.dtype, 'float32', `${name}: gradients of float32 inputs are float32`);
    }
    return { y: auxiliary, gradients: gradients.map((gradient) => gradient.values() as Float32Array) };
  });
}

/**
 * From the same inputs, a bfloat16 op that adds up in single precision differs by the rounding of its result, 2^-9 of
 * it, once more where an intermediate gradient is rounded (relu after add), and by the rounding of single-precision sums,
 * 1e-5 of the largest value in the fixture's cases (see opCase.ts). Max-pool's gradient adds the windows that share a
 * pixel, four at most, in bfloat16: three more roundings, each at most 2^-9 of four of the largest gradient. GELU's
 * gradient multiplies by a derivative that has been rounded itself, by up to 2^-8 of it as the product is.
 *
 * @param roundedTerms sum of the largest sizes of terms that are rounded before they are added up.
 */
function expectMixedClose(op: string, mixed: Float32Array, full: Float32Array, label: string, roundedTerms = 0): void {
  const largest = full.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
  const sums = op.startsWith('maxPool') ? 3 * 4 * 2 ** -9 : 1e-5;
  expectAllClose(mixed, full, { relative: op === 'gelu' ? 2 ** -7 : 2 ** -8, absolute: sums * largest + 2 ** -9 * roundedTerms }, label);
}

/**
 * The filter's gradient on a small map sums, for each tap, a block of the dense matrix's gradient for each pair of
 * positions that the tap joins, and a product in bfloat16 rounds these blocks. A block's element sums over the images
 * a product of two numbers below 1.
 */
function roundedTermsOfFilterGradient({ shapes, options, shape }: OpCase): number {
  const [images, height, width] = shapes['x'] as [number, number, number];
  const small = shapes['filter']![0] === 3 && options['padding'] === 1 && height <= 2 && width <= 2;
  const outputs = shape[1]! * shape[2]!;
  return small ? outputs * images : 0;
}

/** The kernel at a position of the list, or the first where this processor does not have it. */
function available(position: number): KernelChoice {
  return (_, names, time) => {
    const name = names[Math.min(position, names.length - 1)]!;
    try {
      time(name);
      return name;
    } catch {
      return names[0]!;
    }
  };
}

for (const position of [0, 1, 2, 3, 4, 5]) {
  test(`mixed precision: value and gradients of every op are float32's up to the rounding of its result, kernel ${position + 1}`, () => {
    pinKernels(available(position));
    const before = tensorCount();
    for (const one of OPS) {
      for (const oneCase of opCases(one.op)) {
        const [mixed, full] = [compute(oneCase, one, true), compute(oneCase, one, false)];
        expectMixedClose(one.op, mixed.y, full.y, oneCase.name);
        full.gradients.forEach((gradient, index) => {
          const terms = one.op === 'conv2d' && index === 1 ? roundedTermsOfFilterGradient(oneCase) : 0;
          expectMixedClose(one.op, mixed.gradients[index]!, gradient, `${oneCase.name}, gradient ${index}`, terms);
        });
      }
    }
    assert.equal(tensorCount(), before);
  });
}

test('a parameter is rounded once for each of its values, and the copy is freed with it', () => {
  const before = tensorCount();
  const parameter = tensor([1, 1 + 2 ** -9, 1 + 2 ** -7], [3]);
  const copies = [1, 2].map(() => scope(() => inPrecision(parameter, 'bfloat16')));
  assert.equal(copies[0], copies[1]);
  assert.equal(tensorCount(), before + 2);
  scope(() => assert.deepEqual([...converted(copies[0]!, 'float32').values()], [1, 1, 1 + 2 ** -7], 'to the nearest, of two the even'));
  assert.equal(inPrecision(parameter, 'float32'), parameter);
  parameter.dispose();
  assert.equal(tensorCount(), before);
});
