import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PlainVector } from '../engine/plainVector';
import { tensorCount } from '../engine/tensor';
import { TensorVector } from '../engine/tensorVector';
import type { Vector } from '../engine/vector';
import { expectAllClose } from '../testing/expectAllClose';
import { refusesWrong } from '../testing/refusesWrong';
import { ascend, AT_START } from './ascend';
import { sam, samPerturbation, samStep } from './sam';
import { sgd } from './sgd';
import { plainStep, type Objective, type Step, type StepOutput } from './step';

const spec = [{ name: 'w', kind: 'weight', shape: [2] }] as const;

function native(...elements: readonly number[]): TensorVector {
  return TensorVector.from(spec, [Float32Array.from(elements)]);
}

function elementsOf(vector: Vector): number[] {
  return vector.toArrays().flatMap((array) => [...array]);
}

/** Gradients that are not all zero, and not so small as to count as zero. */
const gradients = fc
  .array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 1, maxLength: 6 })
  .filter((elements) => elements.some((element) => Math.abs(element) > 1e-6));
const exponents = fc.constantFrom(1, 1.25, 1.5, 2, 3, 10, Infinity);
const radii = fc.double({ min: 1e-3, max: 10, noNaN: true });

type Perturbation = typeof samPerturbation;

function expectSam(perturbation: Perturbation): void {
  for (const gradient of [PlainVector.of(3, -4), native(3, -4)]) {
    const found = [2, Infinity, 1.5, 1].map((p) => perturbation<Vector>(gradient, 0.5, p));
    expectAllClose(elementsOf(found[0]!), [0.3, -0.4], { relative: 1e-6 });
    expectAllClose(elementsOf(found[1]!), [0.5, -0.5], { relative: 1e-6 });
    // q = 3: (9, -16) / (27 + 64)^(2/3), times rho.
    expectAllClose(elementsOf(found[2]!), [9, -16].map((power) => (0.5 * power) / 91 ** (2 / 3)), { relative: 1e-6 });
    // All of it on the largest element.
    assert.deepEqual(elementsOf(found[3]!), [0, -0.5]);
    [gradient, ...found].forEach((vector) => vector.dispose());
  }
  // With p = 1, equally large elements share the radius.
  assert.deepEqual(elementsOf(perturbation(PlainVector.of(4, -4, 1), 0.5, 1)), [0.25, -0.25, 0]);
  for (const p of [1, 1.5, 2, Infinity]) {
    assert.deepEqual(elementsOf(perturbation(PlainVector.of(0, 0), 0.05, p)), [0, 0]);
  }
}

/** SAM's perturbation with one norm replaced. */
function otherFor(exponent: number, other: <V extends Vector>(gradient: V, rho: number) => V): Perturbation {
  return (gradient, rho, p) => ((p ?? 2) === exponent ? other(gradient, rho) : samPerturbation(gradient, rho, p));
}

refusesWrong('the perturbation by hand, for p of 2, infinity, 3/2 and 1', expectSam, samPerturbation, {
  'drops the norm': otherFor(2, (g, rho) => g.times(rho)),
  'descends instead': otherFor(2, (g, rho) => samPerturbation(g, rho).times(-1)),
  'does not perturb at all': otherFor(2, (g) => g.zeros()),
  'forgets the sign for p = infinity': otherFor(Infinity, (g, rho) => g.times(rho)),
  'gives each of the largest elements the full rho for p = 1': otherFor(1, (g, rho) => samPerturbation(g, rho, 1).sign().times(rho)),
  'loses the root 1/p, as the original prints it': otherFor(1.5, (g, rho) => g.absPower(2).multiply(g.sign()).times(rho / g.norm(3) ** 3)),
  'takes a wrong power': otherFor(1.5, (g, rho) => g.absPower(3).multiply(g.sign()).times(rho / g.absPower(3).norm(1.5))),
  'has no guard for a zero gradient': otherFor(2, (g, rho) => g.times(rho / g.norm())),
});

test('with p = 1, equally large elements of native tensors share the radius too', () => {
  const gradient = TensorVector.from([{ name: 'w', kind: 'weight', shape: [3] }], [Float32Array.of(4, -4, 1)]);
  const perturbation = samPerturbation(gradient, 0.5, 1);
  assert.deepEqual(elementsOf(perturbation), [0.25, -0.25, 0]);
  [gradient, perturbation].forEach((vector) => vector.dispose());
});

test('the perturbation lies on the sphere of radius rho and attains the dual norm of the gradient', () => {
  fc.assert(
    fc.property(gradients, radii, exponents, (elements, rho, p) => {
      const gradient = PlainVector.of(...elements);
      const perturbation = samPerturbation(gradient, rho, p);
      // With p = infinity a zero element of g may stay; the others reach rho.
      expectAllClose([perturbation.norm(p)], [rho], { relative: 1e-9 }, `${p}-norm`);
      // By Hoelder's inequality no vector on the sphere has a larger product with g than rho |g|_q.
      const q = p === Infinity ? 1 : p === 1 ? Infinity : p / (p - 1);
      expectAllClose([perturbation.dot(gradient)], [rho * gradient.norm(q)], { relative: 1e-9 }, 'product');
    }),
  );
});

test('a zero gradient gives a zero perturbation', () => {
  for (const p of [1, 1.5, 2, Infinity]) {
    for (const gradient of [PlainVector.of(0, 0), native(0, 0)]) {
      const perturbation = samPerturbation<Vector>(gradient, 0.05, p);
      assert.deepEqual(elementsOf(perturbation), [0, 0]);
      [gradient, perturbation].forEach((vector) => vector.dispose());
    }
  }
});

test('ascending leaves the weights unchanged', () => {
  const before = tensorCount();
  const [w, g] = [native(1, 2), native(3, 4)];
  const { point: ascended } = ascend(sam(), { ...AT_START, parameters: w, gradient: g, rho: 5 });
  assert.deepEqual([elementsOf(w), elementsOf(g), elementsOf(ascended)], [[1, 2], [3, 4], [4, 6]]);
  [w, g, ascended].forEach((vector) => vector.dispose());
  assert.equal(tensorCount(), before);
});

/** x^2 + 2 y^2, and the points and phases in which it was evaluated. */
function quadratic(): { readonly objective: Objective<PlainVector>; readonly asked: (readonly [string, ...number[]])[] } {
  const asked: (readonly [string, ...number[]])[] = [];
  return {
    asked,
    objective: (parameters, phase) => {
      const [x, y] = elementsOf(parameters) as [number, number];
      asked.push([phase, x, y]);
      return { loss: x * x + 2 * y * y, gradient: PlainVector.of(2 * x, 4 * y) };
    },
  };
}

function expectStep(stepOf: typeof samStep): void {
  // At (1.5, 1) the gradient is (3, 4), so eps = (3, 4) / 2 for rho = 2.5; at (3, 3) it is (6, 12).
  const { objective, asked } = quadratic();
  const walked = (weightDecay: number): StepOutput<PlainVector, PlainVector> => {
    const optimizer = sgd<PlainVector>({ momentum: 0, nesterov: false, weightDecay });
    const parameters = PlainVector.of(1.5, 1);
    return stepOf(2.5)({ parameters, state: optimizer.init(parameters), objective, optimizer, learningRate: 0.25 });
  };
  const result = walked(0);
  assert.deepEqual(asked, [['first', 1.5, 1], ['perturbed', 3, 3]]);
  assert.deepEqual(elementsOf(result.parameters), [1.5 - 1.5, 1 - 3]);
  assert.deepEqual([result.loss, result.gradientEvaluations], [4.25, 2]);
  // Weight decay acts at w, not at w + eps.
  assert.deepEqual(elementsOf(walked(0.5).parameters), [0 - 0.25 * 0.75, -2 - 0.25 * 0.5]);
}

/** SAM's step with a modified objective. */
function asking(other: <V extends Vector>(input: { readonly parameters: V; readonly objective: Objective<V> }) => Objective<V>): typeof samStep {
  return (rho) => (input) => samStep(rho)({ ...input, objective: other(input) });
}

refusesWrong('a step by hand on x^2 + 2 y^2: the gradient of w + eps, applied at w', expectStep, samStep, {
  'takes the second gradient at w': asking(({ parameters, objective }) => (point, phase) => objective(phase === 'perturbed' ? parameters : point, phase)),
  'moves statistics in both phases': asking(({ objective }) => (point) => objective(point, 'first')),
  'decays weights at w + eps too': asking(({ objective }) => (point, phase) => {
    const { loss, gradient } = objective(point, phase);
    return { loss, gradient: phase === 'perturbed' ? gradient.plus(point, 0.01) : gradient };
  }),
  'is the base step': () => plainStep,
});

test('with rho 0 the steps are the base optimizer\'s to the bit', () => {
  const walk = (step: Step): number[] => {
    const optimizer = sgd<PlainVector>({ momentum: 0.9, nesterov: true, weightDecay: 5e-4 });
    let current = { parameters: PlainVector.of(0.3, -0.7), state: PlainVector.of(0, 0) };
    for (let index = 0; index < 20; index++) {
      current = step({ ...current, objective: quadratic().objective, optimizer, learningRate: 0.05 });
    }
    return elementsOf(current.parameters);
  };
  assert.deepEqual(walk(samStep(0)), walk(plainStep));
  assert.notDeepEqual(walk(samStep(0.05)), walk(plainStep));
});

/** The quadratic on native tensors, which fails in one of the phases. */
function failing(when: 'first' | 'perturbed'): Objective<TensorVector> {
  return (parameters, phase) => {
    if (phase === when) {
      throw new Error(`no ${phase} gradient`);
    }
    return { loss: 1, gradient: parameters.times(2) };
  };
}

test('an objective that throws leaves the weights to the bit, and no tensor', () => {
  const optimizer = sgd<TensorVector>({ momentum: 0.9, nesterov: true, weightDecay: 5e-4 });
  const parameters = native(0.1, -0.7);
  const state = native(0.5, 0.25);
  const saved = elementsOf(parameters);
  const before = tensorCount();
  for (const [step, phase] of [[samStep(0.05), 'perturbed'], [samStep(0.05), 'first'], [plainStep, 'first']] as const) {
    assert.throws(() => step({ parameters, state, objective: failing(phase), optimizer, learningRate: 0.1 }), { message: `no ${phase} gradient` });
    assert.deepEqual([elementsOf(parameters), elementsOf(state)], [saved, [0.5, 0.25]]);
    assert.equal(tensorCount(), before);
  }
  [parameters, state].forEach((vector) => vector.dispose());
});

test('a radius or a norm out of range is refused', () => {
  for (const rho of [-0.05, NaN, Infinity]) {
    const message = `expected a radius rho of 0 or more, got ${rho}; SAM's paper uses 0.05 on CIFAR-10.`;
    assert.throws(() => samStep(rho), { name: 'RangeError', message: `samStep: ${message}` });
    assert.throws(() => samPerturbation(PlainVector.of(1), rho), { name: 'RangeError', message: `samPerturbation: ${message}` });
  }
  for (const p of [0.5, 0, NaN]) {
    const message = `expected the exponent p of a norm, 1 or more, got ${p}; use 2 or Infinity.`;
    assert.throws(() => samPerturbation(PlainVector.of(1), 0.05, p), { name: 'RangeError', message: `samPerturbation: ${message}` });
    assert.throws(() => sam({ p }), { name: 'RangeError', message: `sam: ${message}` });
  }
});
