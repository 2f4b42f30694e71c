import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { binding, typeAttribute } from '../binding';
import { forgetUsedKernels, pinKernels, runKernel, usedKernels } from '../kernelChoice';
import { matMul } from '../dense';
import { inPrecision } from '../precision';
import { valueAndGradient } from '../tape';
import { execute1, scope, tensor, tensorCount, type Tensor } from '../tensor';
import { compiled, withoutGraphs, type Body } from './compiled';
import { countGraphs } from '../testing/graphRuns';

afterEach(() => pinKernels());

const type = [typeAttribute('T', 'float32')];
const times = (a: Tensor, b: Tensor): Tensor => execute1('Mul', type, [a, b]);

/** The function's outputs, and the numbers of ops and graphs that TensorFlow was called for. */
function call(owner: object, body: Body, inputs: readonly number[][]): { readonly values: number[][]; readonly ops: number; readonly graphs: number } {
  const executeOp = binding.executeOp.bind(binding);
  let ops = 0;
  binding.executeOp = (...given) => (ops++, executeOp(...given));
  try {
    const { result: values, graphs } = countGraphs(() =>
      scope(() => compiled(owner, 'a function', inputs.map((given) => tensor(given, [given.length])), body).map((output) => [...output.values()])),
    );
    return { values, ops, graphs };
  } finally {
    binding.executeOp = executeOp;
  }
}

test('from the third call on only the graph computes, on the inputs of the call, with the same bits, and leaves no tensor', () => {
  const owner = {};
  let runs = 0;
  const body: Body = ([a, b]) => {
    runs++;
    const [third, unused] = [tensor([1 / 3], []), times(a!, a!)];
    unused.dispose();
    const product = times(times(a!, b!), third);
    return [product, execute1('AddV2', type, [product, a!])];
  };
  const before = tensorCount();
  const inputs = [[1, 2, 3], [-1, 0.1, Infinity]];
  const expected = (xs: number[], ys: number[]): number[][] => {
    const round = Math.fround;
    const product = xs.map((x, index) => round(round(round(x) * round(ys[index]!)) * round(1 / 3)));
    return [product, product.map((value, index) => round(value + round(xs[index]!)))];
  };
  const [first, second, third] = [0, 1, 2].map(() => call(owner, body, inputs)) as [ReturnType<typeof call>, ReturnType<typeof call>, ReturnType<typeof call>];
  assert.deepEqual([first.values, second.values, third.values], Array(3).fill(expected(inputs[0]!, inputs[1]!)));
  assert.deepEqual([first.graphs, second.graphs, third.graphs, third.ops, runs], [0, 1, 1, 0, 2]);
  assert.deepEqual(call(owner, body, [[4, 5, 6], [7, 8, 9]]).values, expected([4, 5, 6], [7, 8, 9]));
  assert.equal(runs, 2);
  assert.equal(tensorCount(), before);
});

test('other shapes, another owner and another choice of kernels have graphs of their own', () => {
  const owner = {};
  const body: Body = ([a]) => [runKernel('a product', [{ name: 'square', run: () => times(a!, a!) }, { name: 'cube', run: () => times(times(a!, a!), a!) }])];
  const last = (...values: number[]): number[] => [0, 1, 2].map(() => call(owner, body, [values]).values[0]!).at(-1)!;
  assert.deepEqual(last(3), [9]);
  assert.deepEqual(last(3, 2), [9, 4]);
  pinKernels((_, names) => names[1]!);
  assert.deepEqual(last(3), [27]);
  const other: Body = ([a]) => [execute1('Neg', type, [a!])];
  assert.deepEqual(call({}, other, [[3]]).values, [[-3]]);
});

test('the kernels within a graph are recorded as used with each run', () => {
  const owner = {};
  const body: Body = ([a]) => [runKernel('a product', [{ name: 'square', run: () => times(a!, a!) }])];
  for (let run = 0; run < 3; run++) {
    forgetUsedKernels();
    call(owner, body, [[3]]);
    assert.deepEqual(usedKernels(), { 'a product': 'square' });
  }
});

/** Values of a function of [1], call by call, and how often the function itself ran. */
function callsOf(body: Body, calls: number): { readonly values: number[]; readonly runs: number } {
  const owner = {};
  let runs = 0;
  const counted: Body = (inputs) => (runs++, body(inputs));
  const before = tensorCount();
  const values = Array.from({ length: calls }, () => scope(() => compiled(owner, 'a function', [tensor([1], [1])], counted)[0]!.scalar()));
  assert.equal(tensorCount(), before);
  return { values, runs };
}

test('a graph that gives different bits is not used', () => {
  const runSavedModel = binding.runSavedModel.bind(binding);
  const differing: typeof runSavedModel = (...given) =>
    runSavedModel(...given).map(({ id }) => {
      const [negated] = binding.executeOp('Neg', type, [id], 1);
      binding.deleteTensor(id);
      return negated!;
    });
  try {
    binding.runSavedModel = differing;
    assert.deepEqual(callsOf(([a]) => [times(a!, a!)], 4), { values: [1, 1, 1, 1], runs: 5 });
  } finally {
    binding.runSavedModel = runSavedModel;
  }
});

test('a function that depends on more than its inputs is computed op by op', () => {
  let draws = 0;
  assert.deepEqual(callsOf(([a]) => [times(a!, tensor([++draws], []))], 4), { values: [1, 2, 3, 4], runs: 4 });
  let flips = 0;
  assert.deepEqual(callsOf(([a]) => [execute1(flips++ % 2 === 0 ? 'Neg' : 'Abs', type, [a!])], 4).values, [-1, 1, -1, 1]);
});

test('a function that reads values, or tensors that are not among its inputs, is computed op by op', () => {
  const outside = tensor([2], [1]);
  assert.deepEqual(callsOf(([a]) => [times(a!, outside)], 3).values, [2, 2, 2]);
  assert.deepEqual(callsOf(([a]) => [times(a!, tensor([a!.values()[0]! + 2], []))], 3).values, [3, 3, 3]);
  outside.dispose();
});

test('an error of the function itself passes through and leaves no tensor', () => {
  const failing: Body = ([a]) => {
    times(a!, a!);
    throw new Error('by itself');
  };
  const before = tensorCount();
  assert.throws(() => scope(() => compiled({}, 'a function', [tensor([1], [1])], failing)), /^Error: by itself$/);
  assert.equal(tensorCount(), before);
});

test('NaN results count as equal', () => {
  const owner = {};
  const body: Body = ([a]) => [execute1('Sqrt', type, [a!])];
  assert.deepEqual([0, 1, 2].map(() => call(owner, body, [[-1, 4]])).map(({ values, ops }) => [values, ops === 0]).at(-1), [[[NaN, 2]], true]);
});

test('the bfloat16 copy of an input is made again within the graph', () => {
  const owner = {};
  const body: Body = ([a]) => [execute1('Cast', [typeAttribute('SrcT', 'bfloat16'), typeAttribute('DstT', 'float32')], [inPrecision(a!, 'bfloat16')])];
  const { result, graphs } = countGraphs(() =>
    [1, 2, 3.5].map((value) =>
      scope(() => {
        const x = tensor([value], [1]);
        inPrecision(x, 'bfloat16');
        const rounded = compiled(owner, 'rounding', [x], body)[0]!.scalar();
        x.dispose();
        return rounded;
      }),
    ),
  );
  assert.deepEqual([result, graphs], [[1, 2, 3.5], 2]);
});

test('while the tape records, gradients pass through', () => {
  const owner = {};
  for (let run = 0; run < 3; run++) {
    scope(() => {
      const w = tensor([3], [1, 1]);
      const { gradients } = valueAndGradient([w], () => ({ loss: compiled(owner, 'a square', [w], ([x]) => [matMul(x!, x!)])[0]!, auxiliary: undefined }));
      assert.equal(gradients[0]!.scalar(), 6);
    });
  }
});

test('without graphs everything is computed op by op', () => {
  const owner = {};
  const body: Body = ([a]) => [times(a!, a!)];
  assert.deepEqual(withoutGraphs(() => [0, 1, 2].map(() => call(owner, body, [[3]]).graphs)), [0, 0, 0]);
});

test('of many graphs the least recently used is dropped', () => {
  const owner = {};
  const body: Body = ([a]) => [times(a!, a!)];
  const used = (length: number): boolean => call(owner, body, [Array(length).fill(2) as number[]]).ops === 0;
  const made = (length: number): boolean => [0, 1, 2].map(() => used(length)).at(-1)!;
  for (let length = 1; length <= 32; length++) {
    assert.ok(made(length));
  }
  assert.ok(used(1));
  assert.ok(made(33));
  assert.deepEqual([used(1), used(3), used(2)], [true, true, false]);
});
