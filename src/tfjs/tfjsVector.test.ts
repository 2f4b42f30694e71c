import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { PlainVector } from '../engine/plainVector';
import type { ParameterKind, ParameterSpec, Vector } from '../engine/vector';
import { expectAllClose } from '../testing/expectAllClose';
import { byParameter, elementsFor, scales, SINGLE_PRECISION } from '../testing/vectorPairs';
import { TfjsVector } from './tfjsVector';

before(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
});

const specs: readonly ParameterSpec[] = [
  { name: 'dense/kernel', kind: 'weight', shape: [2, 2] },
  { name: 'dense/bias', kind: 'bias', shape: [2] },
  { name: 'norm/gamma', kind: 'normScale', shape: [] },
];

interface Pair {
  readonly plain: PlainVector;
  readonly tfjs: TfjsVector;
}

/** The same numbers as both kinds of vector. They are multiples of 1/8, which single precision holds and adds exactly. */
function pair(elements: readonly number[]): Pair {
  const arrays = byParameter(specs, elements);
  return {
    plain: new PlainVector(specs, arrays.map((array) => Float64Array.from(array))),
    tfjs: new TfjsVector(specs, arrays.map((array, index) => tf.tensor(array, [...specs[index]!.shape], 'float32'))),
  };
}

const elements = elementsFor(specs);

function expectSame(tfjs: Vector, plain: Vector, what: string): void {
  assert.deepEqual(tfjs.specs, plain.specs);
  tfjs.toArrays().forEach((array, index) => expectAllClose(array, plain.toArrays()[index]!, SINGLE_PRECISION, `${what}, parameter ${index}`));
}

/** Asserts that a method gives the same with both kinds of vector, leaves them as they were, survives `tf.tidy` and leaves no tensor. */
function expectAgreement(what: string, method: <V extends Vector>(a: V, b: V, scale: number) => V): void {
  test(`tensors and plain numbers agree: ${what}`, () => {
    fc.assert(
      fc.property(elements, elements, scales, (left, right, scale) => {
        const held = tf.memory().numTensors;
        const [a, b] = [pair(left), pair(right)];
        let found: TfjsVector | undefined;
        tf.tidy(() => {
          found = method(a.tfjs, b.tfjs, scale);
        });
        expectSame(found!, method(a.plain, b.plain, scale), what);
        [found!, a.tfjs, b.tfjs].forEach((vector) => vector.dispose());
        assert.equal(tf.memory().numTensors, held);
      }),
      { numRuns: 30 },
    );
  });
}

/** The same for a method that changes its vector. */
function expectAgreementInPlace(what: string, change: <V extends Vector>(target: V, other: V, scale: number) => void): void {
  expectAgreement(what, (a, b, scale) => {
    const target = a.clone();
    change(target, b, scale);
    return target;
  });
}

const kinds: readonly ParameterKind[] = ['weight', 'normScale'];
expectAgreement('plus', (a, b) => a.plus(b));
expectAgreement('plus a multiple', (a, b, scale) => a.plus(b, scale));
expectAgreement('times', (a, _, scale) => a.times(scale));
expectAgreement('sign', (a) => a.sign());
expectAgreement('absolute value to a power', (a, _, scale) => a.absPower(Math.abs(scale)));
expectAgreement('multiply', (a, b) => a.multiply(b));
expectAgreement('clip', (a, _, scale) => a.clip(Math.abs(scale)));
expectAgreement('zeros', (a) => a.zeros());
expectAgreement('select', (a) => a.select(kinds));
expectAgreement('restrict', (a) => a.restrict(({ kind }) => kind === 'bias'));
expectAgreement('elements put together again', (a) => a.withElements(a.toArrays()));
expectAgreementInPlace('add a multiple', (target, other, scale) => target.addScaledInPlace(other, scale));
expectAgreementInPlace('add a multiple to some kinds', (target, other, scale) => target.addScaledInPlace(other, scale, kinds));
expectAgreement('plus a part', (a, b) => {
  const part = b.select(kinds);
  const sum = a.plusPart(part);
  part.dispose();
  return sum;
});
for (const nesterov of [false, true]) {
  expectAgreement(`momentum step, Nesterov ${nesterov ? 'on' : 'off'}`, (a, b, scale) => {
    const [w, v] = [a.clone(), b.clone()];
    const gradient = a.clone();
    w.momentumStepInPlace(v, gradient, { learningRate: scale, momentum: 0.5, nesterov, weightDecay: 0.25, decayKinds: kinds });
    const both = w.plus(v, 2);
    [w, v, gradient].forEach((vector) => vector.dispose());
    return both;
  });
}

expectAgreement('two steps of Adam', (a, b, scale) => {
  const [w, m, v] = [a.clone(), a.zeros(), a.zeros()];
  // Epsilon is as large as the elements: near 0, the quotient of the moments jumps from -1 to 1.
  const settings = { learningRate: scale, beta1: 0.5, beta2: 0.75, epsilon: 0.5, weightDecay: 0.25, decayKinds: kinds };
  w.adamStepInPlace(m, v, b, { ...settings, step: 1 });
  w.adamStepInPlace(m, v, a, { ...settings, step: 2 });
  [m, v].forEach((vector) => vector.dispose());
  return w;
});

test('inner product and norms agree', () => {
  fc.assert(
    fc.property(elements, elements, (left, right) => {
      const [a, b] = [pair(left), pair(right)];
      expectAllClose([a.tfjs.dot(b.tfjs)], [a.plain.dot(b.plain)], { absolute: 1e-3, relative: 1e-5 }, 'dot');
      for (const p of [1, 1.5, 2, 3, Infinity]) {
        expectAllClose([a.tfjs.norm(p)], [a.plain.norm(p)], SINGLE_PRECISION, `${p}-norm`);
      }
      [a.tfjs, b.tfjs].forEach((vector) => vector.dispose());
    }),
    { numRuns: 30 },
  );
});

test('tensors that do not fit are refused', () => {
  tf.tidy(() => {
    assert.throws(() => new TfjsVector(specs, [tf.zeros([2, 2]), tf.zeros([3])]), {
      name: 'RangeError',
      message: 'TfjsVector: parameter dense/bias has shape [2], got [3].',
    });
    assert.throws(() => new TfjsVector(specs.slice(0, 1), []), { message: 'TfjsVector: parameter dense/kernel has shape [2, 2], got [none].' });
  });
});
