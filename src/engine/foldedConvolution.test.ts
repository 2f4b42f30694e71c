import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { convolveFolded, foldBatchNorm } from './foldedConvolution';
import { pinKernels } from './kernelChoice';
import { converted, oneDnnHas } from './precision';
import { random } from './random';
import { scope, tensor, tensorCount, type Tensor } from './tensor';

afterEach(() => pinKernels());

interface Case {
  readonly side: number;
  readonly kernel: number;
  readonly stride: number;
  readonly sum: boolean;
  readonly relu: boolean;
}

const [BATCH, CHANNELS, FILTERS] = [2, 8, 16];
const EPSILON = 1e-5;

/** Values that bfloat16 holds, so that both element types compute from the same. */
function short(values: Float32Array): Float32Array {
  return new Float32Array(Uint32Array.from(new Uint32Array(values.buffer), (bits) => bits & 0xffff0000).buffer);
}

/** Inputs by their names; the first channel of batch norm has no variance at all, the second next to none. */
function inputsOf({ side, kernel, stride }: Case) {
  const draw = random(1, 'folded');
  const normal = (length: number): Float32Array => short(Float32Array.from({ length }, () => draw.normal()));
  const out = Math.ceil(side / stride);
  const variance = normal(FILTERS).map((value) => value * value);
  variance.set([0, 1e-12]);
  return {
    out,
    x: normal(BATCH * side * side * CHANNELS),
    filter: normal(kernel * kernel * CHANNELS * FILTERS),
    scale: normal(FILTERS),
    shift: normal(FILTERS),
    mean: normal(FILTERS),
    variance,
    added: normal(BATCH * out * out * FILTERS),
  };
}

/** The layers' exact result in double precision, number by number, each with the sum of its terms' magnitudes. */
function oracle({ side, kernel, stride, sum, relu }: Case, { out, x, filter, scale, shift, mean, variance, added }: ReturnType<typeof inputsOf>): { readonly value: number; readonly magnitude: number }[] {
  const padding = (kernel - 1) / 2;
  return Array.from({ length: BATCH * out * out * FILTERS }, (_, index) => {
    const f = index % FILTERS;
    const [column, row, image] = [Math.floor(index / FILTERS) % out, Math.floor(index / FILTERS / out) % out, Math.floor(index / FILTERS / out / out)];
    const factor = scale[f]! / Math.sqrt(variance[f]! + EPSILON);
    let value = shift[f]! - mean[f]! * factor + (sum ? added[index]! : 0);
    let magnitude = Math.abs(shift[f]!) + Math.abs(mean[f]! * factor) + (sum ? Math.abs(added[index]!) : 0);
    for (let a = 0; a < kernel; a++) {
      for (let b = 0; b < kernel; b++) {
        const [i, j] = [row * stride + a - padding, column * stride + b - padding];
        for (let c = 0; c < CHANNELS && i >= 0 && j >= 0 && i < side && j < side; c++) {
          const term = x[((image * side + i) * side + j) * CHANNELS + c]! * filter[((a * kernel + b) * CHANNELS + c) * FILTERS + f]! * factor;
          value += term;
          magnitude += Math.abs(term);
        }
      }
    }
    return { value: relu ? Math.max(value, 0) : value, magnitude };
  });
}

const CASES: readonly Case[] = [
  { side: 5, kernel: 3, stride: 1, sum: false, relu: true },
  { side: 6, kernel: 3, stride: 2, sum: true, relu: true },
  { side: 4, kernel: 1, stride: 1, sum: true, relu: true },
  { side: 4, kernel: 1, stride: 2, sum: false, relu: false },
  { side: 4, kernel: 1, stride: 1, sum: false, relu: true },
  // As a dense product of matrices.
  { side: 2, kernel: 3, stride: 1, sum: true, relu: true },
];

for (const dtype of ['float32', 'bfloat16'] as const) {
  test(`batch norm folded into a convolution, ${dtype}, is within rounding of the two separately by every kernel, also with zero variance`, (context) => {
    if (!oneDnnHas(dtype)) {
      context.skip('this processor does not multiply bfloat16');
      return;
    }
    const ran = new Set<string>();
    for (const one of CASES) {
      const inputs = inputsOf(one);
      const expected = oracle(one, inputs);
      /*
       * n terms are added up, and each has a few more roundings: the root, its inverse, two products, the sums.
       * Of bfloat16 (unit 2^-8) filter and bias are rounded, and then the convolution, the sum with the bias and that with the side,
       * in steps; its sums are float32's.
       */
      const terms = one.kernel * one.kernel * CHANNELS;
      const unit = dtype === 'float32' ? (terms + 10) * 2 ** -24 : 5 * 2 ** -8;
      for (const name of ['in steps', 'oneDNN, fused', 'oneDNN, fused product']) {
        const before = tensorCount();
        pinKernels((_, names) => (ran.add(names.includes(name) ? name : names[0]!), names.find((kernel) => kernel === name) ?? names[0]!));
        const found = scope(() => {
          const inType = (values: Float32Array, shape: readonly number[]): Tensor => (dtype === 'float32' ? tensor(values, shape) : converted(tensor(values, shape), dtype));
          const vector = (values: Float32Array): Tensor => tensor(values, [FILTERS]);
          const norm = { scale: vector(inputs.scale), shift: vector(inputs.shift), epsilon: EPSILON };
          const filter = tensor(inputs.filter, [one.kernel, one.kernel, CHANNELS, FILTERS]);
          const folded = foldBatchNorm(filter, norm, { mean: vector(inputs.mean), variance: vector(inputs.variance) });
          const side = one.sum ? inType(inputs.added, [BATCH, inputs.out, inputs.out, FILTERS]) : undefined;
          const x = inType(inputs.x, [BATCH, one.side, one.side, CHANNELS]);
          const y = convolveFolded(x, folded, { stride: one.stride, padding: (one.kernel - 1) / 2 }, { activation: one.relu ? 'relu' : 'identity', side });
          return converted(y, 'float32').values();
        });
        assert.equal(tensorCount(), before);
        assert.equal(found.length, expected.length);
        expected.forEach(({ value, magnitude }, index) => {
          assert.ok(Math.abs(found[index]! - value) <= unit * magnitude, `${name}, ${JSON.stringify(one)}, element ${index}: ${found[index]} instead of ${value}, bound ${unit * magnitude}`);
        });
      }
    }
    assert.deepEqual([...ran].filter((name) => name.startsWith('oneDNN, fused')).sort(), ['oneDNN, fused', 'oneDNN, fused product']);
  });
}
