import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlainVector } from '../engine/plainVector';
import { tensorCount } from '../engine/tensor';
import { TensorVector } from '../engine/tensorVector';
import type { ParameterSpec, Vector } from '../engine/vector';
import { sizeOf } from '../engine/shape';
import { expectAllClose, type Tolerance } from '../testing/expectAllClose';
import { readFixture } from '../testing/fixture';
import { hashed } from '../testing/hashed';
import { adamW, type AdamWSettings } from './adamW';
import { clipByGlobalNorm } from './clipByGlobalNorm';

interface OptionCase {
  readonly name: string;
  readonly settings: AdamWSettings & { readonly clipNorm?: number };
  readonly parameters: readonly (readonly number[])[];
  readonly firstMoment: readonly (readonly number[])[];
  readonly secondMoment: readonly (readonly number[])[];
}

/** PyTorch in double precision (make_adamw.py). */
const fixture = readFixture('adamw.json') as { readonly steps: number; readonly learningRate: number; readonly shapes: Readonly<Record<string, readonly number[]>>; readonly options: readonly OptionCase[] };

const KINDS: Readonly<Record<string, ParameterSpec['kind']>> = { 'conv.weight': 'weight', 'norm.weight': 'normScale', 'norm.bias': 'normShift', 'linear.bias': 'bias' };
const specs: readonly ParameterSpec[] = Object.entries(fixture.shapes).map(([name, shape]) => ({ name, kind: KINDS[name]!, shape }));

const single = (numbers: ArrayLike<number>): Float32Array => Float32Array.from(numbers);
const hashedArrays = (suffix: string, scale: number): Float32Array[] =>
  specs.map(({ name, shape }) => hashed(`adamw/${name}${suffix}`, sizeOf(shape)).map((value) => scale * value));

interface VectorKind {
  readonly name: string;
  readonly from: (arrays: readonly Float32Array[]) => Vector;
  readonly parameters: Tolerance;
  readonly firstMoment: Tolerance;
  readonly secondMoment: Tolerance;
}

// The fixture has nine digits. In single precision ten steps of a few roundings each, of 2^-24 of numbers up to 2.5 (in moments, and
// squared up to 6.25), add up to less than 1e-5; in a step these are divided by roots near 1, and count times the learning rate.
// The op's 1 - beta2 is that of 0.999 in single precision, which is 5e-5 of it off: the bias correction takes that off again.
const exact = { absolute: 1e-9, relative: 1e-8 };
const KINDS_OF_VECTOR: readonly VectorKind[] = [
  { name: 'plain numbers', from: (arrays) => new PlainVector(specs, arrays.map((array) => Float64Array.from(array))), parameters: exact, firstMoment: exact, secondMoment: exact },
  { name: 'native tensors', from: (arrays) => TensorVector.from(specs, arrays), parameters: { absolute: 2e-6 }, firstMoment: { absolute: 1e-5 }, secondMoment: { absolute: 1e-5, relative: 6e-5 } },
];

for (const { name: kind, from, ...tolerances } of KINDS_OF_VECTOR) {
  for (const { name, settings, ...expected } of fixture.options) {
    test(`ten steps on ${kind} are PyTorch's: ${name}`, () => {
      const before = tensorCount();
      const { clipNorm = 0, ...own } = settings;
      const optimizer = clipNorm > 0 ? clipByGlobalNorm(adamW(own), clipNorm) : adamW(own);
      const parameters = from(hashedArrays('', 1));
      let current = { parameters, state: optimizer.init(parameters) };
      for (let step = 0; step < fixture.steps; step++) {
        const arrays = hashedArrays(`/${step}`, 0.5 + (step % 3));
        const gradient = from(arrays);
        current = optimizer.update(current.parameters, gradient, current.state, fixture.learningRate);
        assert.deepEqual(gradient.toArrays().map(single), arrays, 'the gradient was changed');
        gradient.dispose();
      }
      const found = { parameters: current.parameters, firstMoment: current.state.firstMoment, secondMoment: current.state.secondMoment };
      for (const part of ['parameters', 'firstMoment', 'secondMoment'] as const) {
        found[part].toArrays().forEach((array, index) => expectAllClose(array, expected[part][index]!, tolerances[part], `${part}, ${specs[index]!.name}`));
        found[part].dispose();
      }
      assert.equal(current.state.step, fixture.steps);
      assert.equal(tensorCount(), before);
    });
  }
}

test('no option passes for another', () => {
  const ways = fixture.options.map(({ parameters }) => parameters.flat());
  ways.forEach((way, index) => ways.slice(index + 1).forEach((other, later) => {
    const apart = Math.max(...way.map((value, element) => Math.abs(value - other[element]!)));
    assert.ok(apart > 1e-4, `${fixture.options[index]!.name} and ${fixture.options[index + 1 + later]!.name} are ${apart} apart`);
  }));
});

test('factors multiply learning rate and decay, parameter by parameter', () => {
  const shares = [{ rate: 0, decay: 0 }, { rate: 2, decay: 0 }, { rate: 1, decay: 3 }, { rate: 1, decay: 1 }];
  for (const { from } of KINDS_OF_VECTOR) {
    const optimizer = adamW({ weightDecay: 0.1, shares });
    const start = hashedArrays('', 1);
    const [parameters, gradient] = [from(start), from(start.map((array) => array.map(() => 5)))];
    const { parameters: moved, state } = optimizer.update(parameters, gradient, optimizer.init(parameters), 0.01);
    // The first step is the gradient's sign times the rate: both corrected moments are those of one gradient.
    const expected = start.map((array, index) => array.map((w) => w - shares[index]!.rate * 0.01 * (1 + 0.1 * shares[index]!.decay * w)));
    moved.toArrays().forEach((array, index) => expectAllClose(array, expected[index]!, { absolute: 5e-7 }));
    [moved, gradient, state.firstMoment, state.secondMoment].forEach((vector) => vector.dispose());
  }
});

test('clipping leaves gradients within the norm unchanged, as well as the momentum of the wrapped optimizer', () => {
  const optimizer = clipByGlobalNorm(adamW<PlainVector>({ beta1: 0, beta2: 0 }), 5);
  const parameters = PlainVector.of(0, 0);
  const within = optimizer.update(parameters, PlainVector.of(3, 3.9), optimizer.init(parameters), 1);
  assert.deepEqual([...optimizer.momentum!(within.state).elements[0]!], [3, 3.9]);
  const clipped = optimizer.update(parameters, PlainVector.of(30, 40), within.state, 1);
  // 50 / (50 + 1e-6) of (3, 4).
  expectAllClose(optimizer.momentum!(clipped.state).elements[0]!, [3, 4].map((value) => (value * 50) / (50 + 1e-6)), { relative: 1e-14 });
});

test('settings out of range are refused, by name', () => {
  for (const [settings, message] of [
    [{ beta1: 1 }, 'adamW: expected beta1 in [0, 1), got 1; 0.9 is usual.'],
    [{ beta2: NaN }, 'adamW: expected beta2 in [0, 1), got NaN; 0.999 is usual.'],
    [{ epsilon: 0 }, 'adamW: expected an epsilon above 0, got 0; 1e-8 is usual.'],
    [{ weightDecay: -1 }, 'adamW: expected weight decay of 0 or more, got -1; 0.01 is usual.'],
  ] as const) {
    assert.throws(() => adamW(settings), { name: 'RangeError', message });
  }
  for (const norm of [0, -1, NaN]) {
    assert.throws(() => clipByGlobalNorm(adamW(), norm), { name: 'RangeError', message: `clipByGlobalNorm: expected a norm above 0, got ${norm}; 1 is usual, and without clipping leave the wrapper out.` });
  }
});
