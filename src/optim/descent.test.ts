import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlainVector } from '../engine/plainVector';
import { tensorCount } from '../engine/tensor';
import { TensorVector } from '../engine/tensorVector';
import type { Vector } from '../engine/vector';
import { expectAllClose } from '../testing/expectAllClose';
import { refusesWrong } from '../testing/refusesWrong';
import { withBothGradients } from './descent';
import { friendlySam } from './friendlySam';
import { gsam } from './gsam';
import { orthogonalPart, lookSam } from './lookSam';
import type { Optimizer } from './optimizer';
import { sam } from './sam';
import { saner } from './saner';
import { sgd } from './sgd';
import { sharpnessAware } from './sharpnessAware';
import type { Descent, MethodState, Objective } from './step';
import { wsam } from './wsam';

/** One step at rate 1 without momentum, with these gradients at w and at w + eps: the movement of w, and the base optimizer's input. */
function oneStep(descent: Descent, gradient: readonly number[], perturbed: readonly number[], step = 0): { readonly moved: number[]; readonly along: number[] } {
  const base = sgd<PlainVector>({ momentum: 0, nesterov: false, weightDecay: 0 });
  let along: number[] = [];
  const optimizer: Optimizer<PlainVector, PlainVector> = {
    ...base,
    update: (parameters, given, state, learningRate) => ((along = [...given.elements[0]!]), base.update(parameters, given, state, learningRate)),
  };
  const method = sharpnessAware({ rule: sam(), descent });
  const parameters = PlainVector.of(...gradient.map(() => 0));
  const objective: Objective<PlainVector> = (_, phase) => ({ loss: 1, gradient: PlainVector.of(...(phase === 'first' ? gradient : perturbed)) });
  const output = method.step({ parameters, state: base.init(parameters), objective, optimizer, learningRate: 1, rho: 0.1, method: { ...method.init(), step } });
  return { moved: [...output.parameters.elements[0]!].map((element) => -element), along };
}

/** The descent that steps along a vector made of both gradients. */
function along(combine: Combination): Descent {
  return (step) => withBothGradients(step, (gradient, perturbed) => ({ along: combine(gradient, perturbed) }));
}

type Combination = <V extends Vector>(gradient: V, perturbed: V) => V;

function expectGsam(descent: typeof gsam): void {
  // The part of the gradient (1, 3) orthogonal to (2, 0) is (0, 3).
  expectAllClose(oneStep(descent({ alpha: 0.5 }), [1, 3], [2, 0]).moved, [2, -1.5], { relative: 1e-12 });
  expectAllClose(oneStep(descent({ alpha: 0 }), [1, 3], [2, 0]).moved, [2, 0], { relative: 0 });
}

refusesWrong('GSAM by hand: the part of g orthogonal to the perturbed gradient is subtracted from it', expectGsam, gsam, {
  'adds the orthogonal part': ({ alpha = 0.4 } = {}) => along((gradient, perturbed) => perturbed.plus(orthogonalPart(perturbed, gradient), alpha)),
  'takes the part orthogonal to the plain gradient': ({ alpha = 0.4 } = {}) => along((gradient, perturbed) => perturbed.plus(orthogonalPart(gradient, perturbed), -alpha)),
});

function expectWsam(descent: typeof wsam): void {
  // gamma / (1 - gamma) = 3: (1, 3) + 3 ((2, 0) - (1, 3)) = (4, -6).
  const decoupled = oneStep(descent({ gamma: 0.75 }), [1, 3], [2, 0]);
  expectAllClose(decoupled.along, [1, 3], { relative: 1e-12 });
  expectAllClose(decoupled.moved, [4, -6], { relative: 1e-12 });
  const coupled = oneStep(descent({ gamma: 0.75, decoupled: false }), [1, 3], [2, 0]);
  expectAllClose(coupled.along, [4, -6], { relative: 1e-12 });
  expectAllClose(oneStep(descent({ gamma: 0.5, decoupled: false }), [1, 3], [2, 0]).moved, [2, 0], { relative: 1e-12 });
  expectAllClose(oneStep(descent({ gamma: 0 }), [1, 3], [2, 0]).moved, [1, 3], { relative: 1e-12 });
}

refusesWrong('WSAM by hand: decoupled, the base optimizer gets the plain gradient, and the sharpness term moves w separately', expectWsam, wsam, {
  'takes gamma itself as the weight': ({ gamma = 0.9, ...others } = {}) => wsam({ gamma: gamma / (1 + gamma), ...others }),
  'takes the sharpness through the base step, too': (settings) => wsam({ ...settings, decoupled: false }),
  'makes only the base step': (settings) => (settings?.decoupled === false ? wsam(settings) : along((gradient) => gradient.clone())),
});

function expectSaner(descent: typeof saner): void {
  const gradient = [2, -2, 2, 2, -2, 0, 2];
  const perturbed = [1, -1.5, 2, 3, 1, 1, 0];
  expectAllClose(oneStep(descent({ alpha: 0.5 }), gradient, perturbed).moved, [0.5, -0.75, 2, 3, 1, 1, 0], { relative: 1e-12 });
  expectAllClose(oneStep(descent({ alpha: 0.8, rampSteps: 4 }), gradient, perturbed, 1).moved, [0.8, -1.2, 2, 3, 1, 1, 0], { relative: 1e-12 });
  expectAllClose(oneStep(descent({ alpha: 0.8, rampSteps: 4 }), gradient, perturbed, 0).moved, perturbed, { relative: 0 });
}

/** Reduces those elements by the share alpha, from the first step on. */
function weakening(counts: (gradient: number, perturbed: number) => boolean): typeof saner {
  return (settings) =>
    along((gradient, perturbed) => {
      const alpha = settings?.alpha ?? 0.5;
      const elements = gradient.toArrays();
      return perturbed.withElements(perturbed.toArrays().map((array, parameter) => array.map((element, index) => (counts(elements[parameter]![index]!, element) ? (1 - alpha) * element : element))));
    });
}

refusesWrong('SANER by hand: elements that shrink without changing sign are scaled down; equal, larger, reversed and zero ones stay', expectSaner, saner, {
  'also weakens elements that change sign': weakening((gradient, perturbed) => Math.abs(perturbed) < Math.abs(gradient)),
  'weakens elements that grow': weakening((gradient, perturbed) => gradient * perturbed > 0 && Math.abs(perturbed) > Math.abs(gradient)),
  'has no ramp': weakening((gradient, perturbed) => gradient * perturbed > 0 && Math.abs(perturbed) < Math.abs(gradient)),
});

function expectFriendly(rule: typeof friendlySam): void {
  const points: number[][] = [];
  const gradients = [[3, 4], [1, 0], [0, 2]];
  const optimizer = sgd<PlainVector>({ momentum: 0, nesterov: false, weightDecay: 0 });
  const method = sharpnessAware({ rule: rule({ sigma: 1, lambda: 0.5 }) });
  let current: { parameters: PlainVector; state: PlainVector; method: MethodState<PlainVector> } = { parameters: PlainVector.of(0, 0), state: PlainVector.of(0, 0), method: method.init() };
  for (const gradient of gradients) {
    const objective: Objective<PlainVector> = (at) => (points.push([...at.elements[0]!]), { loss: 1, gradient: PlainVector.of(...gradient) });
    current = method.step({ ...current, objective, optimizer, learningRate: 0, rho: 2 });
  }
  // Mean after the second step: 0.5 (3, 4) + 0.5 (1, 0) = (2, 2); (1, 0) minus that is (-1, -2).
  expectAllClose(points[1]!, [1.2, 1.6], { relative: 1e-12 });
  expectAllClose(points[3]!, [-2 / Math.sqrt(5), -4 / Math.sqrt(5)], { relative: 1e-12 });
  // After the third 0.5 (2, 2) + 0.5 (0, 2) = (1, 2), of which (0, 2) leaves (-1, 0). In the second step alone a mean that stays would pass: (1, 0) - (3, 4) has the same direction.
  expectAllClose(points[5]!, [-2, 0], { relative: 1e-12 });
}

refusesWrong('Friendly SAM by hand: SAM in the first step, then along the gradient minus its running mean', expectFriendly, friendlySam, {
  'ascends along the mean instead of the deviation from it': (settings) => {
    const rule = friendlySam(settings);
    return { ...rule, perturb: (input) => rule.perturb({ ...input, state: { ...input.state, vectors: { mean: input.state.vectors['mean']!.times(-1) } } }) };
  },
  'never updates the mean': (settings) => {
    const rule = friendlySam(settings);
    return { ...rule, prepare: (input) => (input.state.vectors['mean'] ? { numbers: {}, vectors: { mean: input.state.vectors['mean'].clone() } } : rule.prepare!(input)) };
  },
});

const DESCENTS: Readonly<Record<string, Descent>> = { LookSAM: lookSam({ every: 2 }), GSAM: gsam(), WSAM: wsam(), 'WSAM, coupled': wsam({ decoupled: false }), SANER: saner() };
const SPECS = [{ name: 'w', kind: 'weight', shape: [2] }] as const;

function pull<V extends Vector>(): Objective<V> {
  return (parameters, _, part) => ({ loss: 1, gradient: parameters.tidy(() => parameters.plus(parameters.sign(), 1 + (part?.start ?? 0)), (made) => [made]) });
}

for (const [name, descent] of Object.entries(DESCENTS)) {
  test(`${name} keeps no tensor except its state, also in groups, and none when the base step fails`, () => {
    const before = tensorCount();
    const base = sgd<TensorVector>({ momentum: 0.9, nesterov: false, weightDecay: 0 });
    for (const groupSize of [4, 2]) {
      const method = sharpnessAware({ rule: sam(), descent, groupSize });
      const parameters = TensorVector.from(SPECS, [Float32Array.of(3, -1)]);
      const shared = { objective: pull<TensorVector>(), optimizer: base, learningRate: 0.1, rho: 0.1, images: 4 };
      let current: { parameters: TensorVector; state: TensorVector; method: MethodState<TensorVector> } = { parameters, state: base.init(parameters), method: method.init() };
      for (let step = 0; step < 3; step++) {
        current = method.step({ ...current, ...shared });
      }
      const held = tensorCount();
      const failing: typeof base = { ...base, update() { throw new Error('no room'); } };
      assert.throws(() => method.step({ ...current, ...shared, optimizer: failing }), /no room/);
      assert.equal(tensorCount(), held);
      [current.parameters, current.state, ...Object.values(current.method.descent.vectors)].forEach((vector) => vector.dispose());
    }
    assert.equal(tensorCount(), before);
  });
}

test('settings out of range are refused by name', () => {
  assert.throws(() => gsam({ alpha: -1 }), { name: 'RangeError', message: /gsam: expected alpha of 0 or more, got -1/ });
  assert.throws(() => wsam({ gamma: 1 }), { name: 'RangeError', message: /wsam: expected gamma in \[0, 1\), got 1/ });
  assert.throws(() => saner({ alpha: 2 }), { name: 'RangeError', message: /saner: expected alpha in \[0, 1\].* got 2 and 0/ });
  assert.throws(() => friendlySam({ lambda: 1 }), { name: 'RangeError', message: /friendlySam: .* got 1 and 1/ });
  assert.throws(() => oneStepWithoutRate(), { name: 'RangeError', message: /wsam: the decoupled step needs the learning rate/ });
});

function oneStepWithoutRate(): void {
  const optimizer = sgd<PlainVector>({ momentum: 0, nesterov: false, weightDecay: 0 });
  const method = sharpnessAware({ rule: sam(), descent: wsam() });
  method.step({ parameters: PlainVector.of(1), state: PlainVector.of(0), objective: pull<PlainVector>(), optimizer, learningRate: NaN, rho: 0.1, method: method.init() });
}
