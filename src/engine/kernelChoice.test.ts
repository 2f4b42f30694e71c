import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, test } from 'node:test';
import { expectOp, hashedTensor, opCases } from '../testing/opCase';
import { expectNormalization } from '../testing/normalization';
import { relu } from './activation';
import { conv2d } from './convolution';
import { addBias, matMul } from './dense';
import { batchBucket, forgetUsedKernels, measureKernels, pinKernels, runKernel, usedKernels } from './kernelChoice';
import { hasOwnOperations } from './ownOperations';
import { maxPool3x3Stride2 } from './pooling';
import { scope, tensor, tensorCount, type Tensor } from './tensor';

afterEach(() => pinKernels());

function withTable(body: (file: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'kernels-'));
  try {
    body(join(folder, 'below', 'table.json'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface StoredTable {
  choices: Record<string, string>;
  fatal: string[];
  trying?: Record<string, string>;
}

const read = (file: string): StoredTable => JSON.parse(readFileSync(file, 'utf8')) as StoredTable;

/** One pass over the fixture's cases of each op that has several kernels. */
function expectAllOps(): void {
  for (const one of opCases('conv2d')) {
    expectOp(one, ({ x, filter }, options) => ({ y: conv2d(x!, filter!, options) }));
  }
  for (const one of opCases('affine')) {
    expectOp(one, ({ x, weight, bias }) => ({ y: addBias(matMul(x!, weight!), bias!) }));
  }
  expectNormalization('training');
  expectNormalization('evaluation');
  for (const one of opCases('maxPool')) {
    expectOp(one, ({ x }) => ({ y: maxPool3x3Stride2(relu(x!)) }));
  }
}

test('every kernel of every list computes what PyTorch does, values and gradients', () => {
  const seen = new Map<string, Set<string>>();
  for (let position = 0; position < 4; position++) {
    pinKernels((computation, names) => {
      const name = names[Math.min(position, names.length - 1)]!;
      const [op] = computation.split(' float32');
      seen.set(op!, (seen.get(op!) ?? new Set()).add(name));
      return name;
    });
    expectAllOps();
  }
  const own = hasOwnOperations ? 1 : 0;
  assert.deepEqual(Object.fromEntries([...seen].map(([op, names]) => [op, names.size])), {
    'convolution forward': 2,
    'convolution filter gradient': 4,
    'convolution input gradient': 4,
    'product nn': 2,
    'product nt': 4,
    'product tn': 4,
    transpose: 2,
    'FusedBatchNorm training': 2 + own,
    'FusedBatchNorm and Relu training': 3 + own,
    'FusedBatchNormGrad training': 2 + own,
    ...(hasOwnOperations ? { 'ReluGrad and FusedBatchNormGrad training': 2 } : {}),
    'FusedBatchNorm evaluation': 2,
    'FusedBatchNorm and Relu evaluation': 3,
    'FusedBatchNormGrad evaluation': 2,
    'max-pool': 2,
    ...(hasOwnOperations ? { 'sample of pixels': 2, 'pixels apart': 2 } : {}),
  });
});

/** Milliseconds on a clock that only kernels move. */
let clock = 0;

/** Kernels that take the given milliseconds and leave a scalar. */
function waiting(calls: string[], ...times: readonly [name: string, milliseconds: number][]): { readonly name: string; readonly run: () => Tensor }[] {
  return times.map(([name, milliseconds]) => ({
    name,
    run: () => {
      calls.push(name);
      clock += milliseconds;
      return tensor([milliseconds], []);
    },
  }));
}

test('the fastest kernel is found once, stored in the file, and reported as used; the slow one is dropped after one call', (context) => {
  context.mock.method(performance, 'now', () => clock);
  withTable((file) => {
    measureKernels(file);
    forgetUsedKernels();
    const calls: string[] = [];
    const before = tensorCount();
    const kernels = waiting(calls, ['slow', 40], ['fast', 1]);
    for (let call = 0; call < 2; call++) {
      const result = runKernel('a computation', kernels);
      assert.equal(result.scalar(), 1);
      result.dispose();
    }
    assert.equal(tensorCount(), before, 'no tensor of a measurement is left');
    assert.equal(calls.filter((name) => name === 'slow').length, 1);
    assert.deepEqual(usedKernels(), { 'a computation': 'fast' });
    assert.deepEqual(read(file), { choices: { 'a computation: slow | fast': 'fast' }, fatal: [] });

    pinKernels();
    runKernel('a computation', kernels).dispose();
    assert.equal(calls.at(-1), 'slow', 'pinned is the first of the list');
    measureKernels(file);
    calls.length = 0;
    runKernel('a computation', kernels).dispose();
    assert.deepEqual(calls, ['fast'], 'what the file holds is not timed again');

    runKernel('a computation', [...kernels, ...waiting(calls, ['fastest', 0])]).dispose();
    assert.equal(calls.at(-1), 'fastest', 'a choice among fewer kernels is no choice among these');
  });
});

test('a kernel that throws is not a candidate, and one that crashed the process while timed is not tried again', (context) => {
  context.mock.method(performance, 'now', () => clock);
  withTable((file) => {
    measureKernels(file);
    const calls: string[] = [];
    const kernels = [{ name: 'missing', run: () => assert.fail('this processor lacks it') }, ...waiting(calls, ['works', 0])];
    runKernel('first', kernels).dispose();
    assert.equal(read(file).choices['first: missing | works'], 'works');

    // The content of the file after a crash while "fatal" is timed.
    const gone = spawnSync(process.execPath, ['--eval', '']).pid;
    const others = { [`${hostname()} ${process.ppid}`]: 'second: busy', 'elsewhere 1': 'second: safe' };
    writeFileSync(file, JSON.stringify({ choices: {}, fatal: [], trying: { [`${hostname()} ${gone}`]: 'second: fatal', ...others } }));
    measureKernels(file);
    runKernel('second', waiting(calls, ['fatal', 0], ['safe', 1], ['busy', 2])).dispose();
    assert.ok(!calls.includes('fatal'));
    assert.ok(calls.includes('busy'), 'what a living process is timing is no reason to leave it out');
    assert.deepEqual(read(file), { choices: { 'second: fatal | safe | busy': 'safe' }, fatal: ['second: fatal'], trying: others });
  });
});

test('while a kernel is timed, the file says which', () => {
  withTable((file) => {
    measureKernels(file);
    const trying: unknown[] = [];
    const kernels = ['one', 'two'].map((name) => ({
      name,
      run: () => {
        trying.push(Object.values(read(file).trying ?? {}));
        return tensor([0], []);
      },
    }));
    runKernel('third', kernels).dispose();
    assert.deepEqual(trying.slice(0, 2), [['third: one'], ['third: two']]);
    assert.equal(read(file).trying, undefined);
  });
});

test('a kernel that chooses others while it runs is recorded again once they are chosen', () => {
  withTable((file) => {
    measureKernels(file);
    const trying: unknown[] = [];
    const noted = (): Tensor => {
      trying.push(...Object.values(read(file).trying ?? {}));
      return tensor([0], []);
    };
    const outer = (): Tensor => {
      runKernel('inner', [{ name: 'one', run: noted }]).dispose();
      return noted();
    };
    runKernel('outer', [{ name: 'outermost', run: outer }]).dispose();
    assert.equal(trying[0], 'inner: one');
    assert.equal(trying.at(-1), 'outer: outermost');
    assert.equal(read(file).trying, undefined);
  });
});

test('the choice of the first process holds for the others', (context) => {
  context.mock.method(performance, 'now', () => clock);
  withTable((file) => {
    measureKernels(file);
    const calls: string[] = [];
    const [slow, fast] = waiting(calls, ['slow', 9], ['fast', 1]);
    const meddling = {
      name: 'fast',
      run: () => {
        writeFileSync(file, JSON.stringify({ choices: { 'fourth: slow | fast': 'slow', other: 'x' }, fatal: [] }));
        return fast!.run();
      },
    };
    assert.equal(runKernel('fourth', [slow!, meddling]).scalar(), 9);
    assert.deepEqual(read(file).choices, { 'fourth: slow | fast': 'slow', other: 'x' });
  });
});

test('a file that is not a table is refused', () => {
  withTable((file) => {
    measureKernels(file);
    runKernel('any', [{ name: 'one', run: () => tensor([0], []) }]).dispose();
    for (const content of ['{', '{}', '[]', 'null', '{"choices": {"a": 1}, "fatal": []}']) {
      writeFileSync(file, content);
      assert.throws(() => measureKernels(file), { message: /^measureKernels: .*table\.json is no table of kernels \(.*\); delete it, and the kernels are timed again\.$/s });
    }
  });
});

test('a table left blank by a power cut counts as none; a damaged one of the project is set aside, with a notice', (context) => {
  withTable((file) => {
    const kernel = { name: 'one', run: () => tensor([0], []) };
    mkdirSync(dirname(file));
    for (const content of ['', '\0\0\0', '\n']) {
      writeFileSync(file, content);
      measureKernels(file);
      runKernel('any', [kernel]).dispose();
      assert.deepEqual(read(file).choices, { 'any: one': 'one' });
    }
    writeFileSync(file, '{"choices"');
    const warn = context.mock.method(console, 'error', () => undefined);
    measureKernels(file, 'setAside');
    runKernel('any', [kernel]).dispose();
    assert.deepEqual(read(file).choices, { 'any: one': 'one' });
    assert.equal(readFileSync(`${file}.damaged`, 'utf8'), '{"choices"');
    assert.match(String(warn.mock.calls[0]?.arguments[0]), /table\.json is no table of kernels .*table\.json\.damaged, and the kernels are timed again/);
  });
});

test('measured kernels give the numbers of pinned ones up to rounding', () => {
  withTable((file) => {
    const product = (): readonly number[] =>
      scope(() => {
        const y = conv2d(hashedTensor('x', [3, 5, 5, 4]), hashedTensor('w', [3, 3, 4, 6]), { padding: 1 });
        return [...y.values()];
      });
    const pinned = product();
    measureKernels(file);
    // Sums of 36 terms of at most 1: 36 * 36 * 2^-24.
    product().forEach((value, index) => assert.ok(Math.abs(value - pinned[index]!) < 8e-5));
  });
});

test('batches share a choice up to the next power of two', () => {
  assert.deepEqual([1, 2, 3, 104, 128, 129].map(batchBucket), [1, 2, 4, 128, 128, 256]);
});
