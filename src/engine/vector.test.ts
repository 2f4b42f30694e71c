import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { expectAllClose } from '../testing/expectAllClose';
import { byParameter, elementsFor, scales, SINGLE_PRECISION } from '../testing/vectorPairs';
import { PlainVector } from './plainVector';
import { tensorCount } from './tensor';
import { TensorVector } from './tensorVector';
import type { ParameterKind, ParameterSpec, Vector } from './vector';

const specs: readonly ParameterSpec[] = [
  { name: 'fc.weight', kind: 'weight', shape: [2, 3] },
  { name: 'fc.bias', kind: 'bias', shape: [3] },
  { name: 'bn.weight', kind: 'normScale', shape: [2] },
  { name: 'bn.bias', kind: 'normShift', shape: [1] },
];

/** The same numbers as both kinds of vector. They are multiples of 1/8, which single precision holds and adds exactly. */
interface Pair {
  readonly plain: PlainVector;
  readonly native: TensorVector;
}

function pair(elements: readonly number[]): Pair {
  const arrays = byParameter(specs, elements);
  return {
    plain: new PlainVector(specs, arrays.map((array) => Float64Array.from(array))),
    native: TensorVector.from(specs, arrays.map((array) => Float32Array.from(array))),
  };
}

const elements = elementsFor(specs);

function expectSame(native: TensorVector, plain: PlainVector, what: string): void {
  assert.deepEqual(native.specs, plain.specs);
  native.toArrays().forEach((array, index) => expectAllClose(array, plain.toArrays()[index]!, SINGLE_PRECISION, `${what}, ${native.specs[index]!.name}`));
}

/** Runs `body` on random vectors, checks that it leaves them as they were, and frees everything. */
function forAllVectors(body: (a: Pair, b: Pair, scale: number) => void): void {
  fc.assert(
    fc.property(elements, elements, scales, (left, right, scale) => {
      const before = tensorCount();
      const [a, b] = [pair(left), pair(right)];
      body(a, b, scale);
      [a, b].forEach(({ native }, index) => {
        assert.deepEqual(native.toArrays().flatMap((array) => [...array]), (index === 0 ? left : right).map((value) => value + 0));
        native.dispose();
      });
      assert.equal(tensorCount(), before);
    }),
    { numRuns: 40 },
  );
}

/** Asserts that a method gives the same with both kinds of vector. */
function expectAgreement(what: string, method: <V extends Vector>(a: V, b: V, scale: number) => V): void {
  test(`both kinds of vector agree: ${what}`, () => {
    forAllVectors((a, b, scale) => {
      const native = method(a.native, b.native, scale);
      expectSame(native, method(a.plain, b.plain, scale), what);
      native.dispose();
    });
  });
}

expectAgreement('plus', (a, b) => a.plus(b));
expectAgreement('plus a multiple', (a, b, scale) => a.plus(b, scale));
expectAgreement('times', (a, _, scale) => a.times(scale));
expectAgreement('sign', (a) => a.sign());
expectAgreement('absolute value to a power', (a, _, scale) => a.absPower(Math.abs(scale)));
expectAgreement('multiply', (a, b) => a.multiply(b));
expectAgreement('clip', (a, _, scale) => a.clip(Math.abs(scale)));
expectAgreement('some kinds', (a) => a.select(['weight', 'normShift']));
expectAgreement('plus some kinds', (a, b) => {
  const part = b.select(['bias', 'normShift']);
  const sum = a.plusPart(part);
  part.dispose();
  return sum;
});
expectAgreement('zeros', (a) => a.zeros());
expectAgreement('clone', (a) => a.clone());
expectAgreement('restrict', (a) => a.restrict(({ kind }) => kind === 'bias'));
expectAgreement('elements put together again', (a) => a.withElements(a.toArrays()));

test('clipping by hand: what lies outside moves to the limit, what lies inside stays', () => {
  for (const vector of threeFourZero()) {
    const clipped = vector.clip(3.5);
    assert.deepEqual([...clipped.toArrays()[0]!], [3, -3.5, 0]);
    [vector, clipped].forEach((made) => made.dispose());
  }
});

test('some kinds are selected, and added back in place', () => {
  const { plain, native } = pair(Array.from({ length: 12 }, (_, index) => index + 1));
  const flat = (vector: Vector): number[][] => vector.toArrays().map((array) => [...array]);
  for (const whole of [plain, native] as readonly Vector[]) {
    const part = whole.select(['normScale', 'bias']);
    assert.deepEqual([part.specs.map(({ name }) => name), flat(part)], [['fc.bias', 'bn.weight'], [[7, 8, 9], [10, 11]]]);
    const sum = whole.plusPart(part);
    assert.deepEqual(flat(sum), [[1, 2, 3, 4, 5, 6], [14, 16, 18], [20, 22], [12]]);
    [part, sum, whole].forEach((made) => made.dispose());
  }
});

test('a restricted vector keeps the parameters that were picked, and zeros elsewhere', () => {
  const { plain, native } = pair(Array.from({ length: 12 }, (_, index) => index + 1));
  for (const restricted of [plain.restrict(({ name }) => name === 'fc.bias'), native.restrict(({ name }) => name === 'fc.bias')] as const) {
    assert.deepEqual(restricted.toArrays().map((array) => [...array]), [[0, 0, 0, 0, 0, 0], [7, 8, 9], [0, 0], [0]]);
    restricted.dispose();
  }
  native.dispose();
});

test('both kinds of vector agree: inner product and norms', () => {
  forAllVectors((a, b) => {
    expectAllClose([a.native.dot(b.native)], [a.plain.dot(b.plain)], { absolute: 1e-3, relative: 1e-5 }, 'dot');
    for (const p of [1, 1.5, 2, 3, Infinity]) {
      expectAllClose([a.native.norm(p)], [a.plain.norm(p)], SINGLE_PRECISION, `${p}-norm`);
    }
  });
});

/** Asserts that a change in place is the same for both kinds of vector, and leaves clones made before as they were. */
function expectAgreementInPlace(what: string, change: <V extends Vector>(target: V, other: V, more: V, scale: number) => void): void {
  test(`both kinds of vector agree, and clones keep their values: ${what}`, () => {
    forAllVectors((a, b, scale) => {
      const targets = { native: a.native.clone(), plain: a.plain.clone() };
      const others = { native: b.native.clone(), plain: b.plain.clone() };
      change(targets.native, others.native, a.native, scale);
      change(targets.plain, others.plain, a.plain, scale);
      expectSame(targets.native, targets.plain, what);
      expectSame(others.native, others.plain, `${what}, second vector`);
      targets.native.dispose();
      others.native.dispose();
    });
  });
}

const kinds: readonly ParameterKind[] = ['weight', 'normShift'];
expectAgreementInPlace('add a multiple', (target, other, _, scale) => target.addScaledInPlace(other, scale));
expectAgreementInPlace('add a multiple to some kinds', (target, other, _, scale) => target.addScaledInPlace(other, scale, kinds));
for (const nesterov of [false, true]) {
  expectAgreementInPlace(`momentum step, Nesterov ${nesterov ? 'on' : 'off'}`, (target, velocity, gradient, scale) =>
    target.momentumStepInPlace(velocity, gradient, { learningRate: scale, momentum: 0.5, nesterov, weightDecay: 0 }),
  );
  for (const decaying of [{}, { decayKinds: kinds }]) {
    expectAgreementInPlace(`momentum step with weight decay on ${'decayKinds' in decaying ? 'some kinds' : 'all kinds'}, Nesterov ${nesterov ? 'on' : 'off'}`, (target, gradient, velocity, scale) => {
      const own = velocity.clone();
      target.momentumStepInPlace(own, gradient, { learningRate: scale, momentum: 0.5, nesterov, weightDecay: 0.25, ...decaying });
      own.dispose();
    });
  }
}

for (const decaying of [{}, { decayKinds: kinds }]) {
  expectAgreementInPlace(`two steps of Adam with weight decay on ${'decayKinds' in decaying ? 'some kinds' : 'all kinds'}`, (target, gradient, more, scale) => {
    const [first, second] = [gradient.zeros(), gradient.zeros()];
    // Epsilon is as large as the elements: near 0, the quotient of the moments jumps from -1 to 1.
    const step = { learningRate: scale, beta1: 0.5, beta2: 0.75, epsilon: 0.5, weightDecay: 0.25, ...decaying };
    target.adamStepInPlace(first, second, gradient, { ...step, step: 1 });
    target.adamStepInPlace(first, second, more, { ...step, step: 2 });
    [first, second].forEach((moment) => moment.dispose());
  });
}

/** Both kinds of vector with the elements 3, -4, 0 in one parameter. */
function threeFourZero(): readonly Vector[] {
  const spec = [{ name: 'w', kind: 'weight', shape: [3] }] as const;
  return [PlainVector.of(3, -4, 0), TensorVector.from(spec, [Float32Array.of(3, -4, 0)])];
}

test('norms by hand', () => {
  for (const vector of threeFourZero()) {
    // 1-norm 7, 2-norm 5, 3-norm (27 + 64)^(1/3), largest 4.
    const norms = [1, 2, 3, Infinity].map((p) => vector.norm(p));
    expectAllClose(norms, [7, 5, 91 ** (1 / 3), 4], { relative: 1e-6 });
    assert.equal(vector.norm(), vector.norm(2));
    vector.dispose();
  }
});

test('powers by hand: 0^0 is 1', () => {
  for (const vector of threeFourZero()) {
    const [none, square] = [vector.absPower(0), vector.absPower(2)];
    assert.deepEqual([...none.toArrays()[0]!, ...square.toArrays()[0]!], [1, 1, 1, 9, 16, 0]);
    [vector, none, square].forEach((made) => made.dispose());
  }
});

test('momentum by hand, two steps at rate 1 and momentum 1/2 with gradient 1', () => {
  // v: 1, 1.5. Plain: w = -1, -2.5. Nesterov, g + v / 2: 1.5, 1.75, so w = -1.5, -3.25.
  for (const [nesterov, expected] of [[false, -2.5], [true, -3.25]] as const) {
    const spec = [{ name: 'w', kind: 'weight', shape: [1] }] as const;
    for (const make of [(value: number) => PlainVector.of(value), (value: number) => TensorVector.from(spec, [Float32Array.of(value)])]) {
      const [w, v, g] = [make(0), make(0), make(1)] as [Vector, Vector, Vector];
      for (let step = 0; step < 2; step++) {
        w.momentumStepInPlace(v, g, { learningRate: 1, momentum: 0.5, nesterov, weightDecay: 0 });
      }
      assert.deepEqual([w, v, g].map((vector) => vector.toArrays()[0]![0]), [expected, 1.5, 1]);
      [w, v, g].forEach((vector) => vector.dispose());
    }
  }
});

test('the norm of a large vector is exact to single precision', () => {
  const size = 3_000_000;
  const spec = [{ name: 'w', kind: 'weight', shape: [size] }] as const;
  const vector = TensorVector.from(spec, [new Float32Array(size).fill(0.1)]);
  // Float32's 0.1 is 0.1 (1 + 1.5e-8). A running sum in single precision would be off by several per cent.
  expectAllClose([vector.norm(), vector.norm(1), vector.dot(vector)], [0.1 * Math.sqrt(size), 0.1 * size, 0.01 * size], { relative: 1e-5 });
  vector.dispose();
});

test('arrays that do not fit are refused', () => {
  assert.throws(() => new PlainVector(specs, [new Float64Array(6), new Float64Array(4)]), {
    name: 'RangeError',
    message: 'PlainVector: parameter fc.bias has 3 elements, got 4.',
  });
  assert.throws(() => new PlainVector(specs.slice(0, 1), []), { message: 'PlainVector: parameter fc.weight has 6 elements, got none.' });
  const before = tensorCount();
  assert.throws(() => TensorVector.from(specs.slice(0, 2), [new Float32Array(6), new Float32Array(4)]), {
    name: 'RangeError',
    message: 'tensor: shape [3] holds 3 values, got 4.',
  });
  assert.throws(() => new TensorVector(specs.slice(0, 1), []), { message: 'TensorVector: parameter fc.weight has shape [2, 3], got [none].' });
  assert.equal(tensorCount(), before);
});
