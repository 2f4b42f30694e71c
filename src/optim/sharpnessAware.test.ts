import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlainVector } from '../engine/plainVector';
import { tensorCount } from '../engine/tensor';
import { TensorVector } from '../engine/tensorVector';
import { PARAMETER_KINDS, type ParameterKind, type ParameterSpec, type Vector } from '../engine/vector';
import { expectAllClose } from '../testing/expectAllClose';
import { refusesWrong } from '../testing/refusesWrong';
import { checkPerturbation } from './checkPerturbation';
import { lookSam } from './lookSam';
import type { PerturbationRule } from './perturbation';
import { sam, samStep } from './sam';
import { sgd } from './sgd';
import { perturbedStep, sharpnessAware, type SharpnessAwareSettings } from './sharpnessAware';
import type { BatchPart, Objective, SharpnessAwareInput } from './step';
import { ruleInput } from './testing/rule';

const SPECS: readonly ParameterSpec[] = [
  { name: 'conv.weight', kind: 'weight', shape: [2] },
  { name: 'bn.weight', kind: 'normScale', shape: [1] },
  { name: 'bn.bias', kind: 'normShift', shape: [1] },
  { name: 'fc.bias', kind: 'bias', shape: [1] },
];
/** Four "images": image i pulls every parameter to i. */
const TARGETS = [0, 1, 2, 3];

/** Mean over the images of sum (w - i)^2 / 2, and a record of its evaluations. */
function pulls<V extends Vector>(): { readonly objective: Objective<V>; readonly asked: { phase: string; part: BatchPart | undefined; at: number[] }[] } {
  const asked: { phase: string; part: BatchPart | undefined; at: number[] }[] = [];
  return {
    asked,
    objective: (parameters, phase, part) => {
      const at = elementsOf(parameters);
      asked.push({ phase, part, at });
      const targets = TARGETS.slice(part?.start, part?.end);
      const mean = targets.reduce((sum, target) => sum + target, 0) / targets.length;
      const loss = targets.reduce((sum, target) => sum + at.reduce((total, element) => total + (element - target) ** 2 / 2, 0), 0) / targets.length;
      return { loss, gradient: parameters.withElements(parameters.toArrays().map((array) => array.map((element) => element - mean))) };
    },
  };
}

function elementsOf(vector: Vector): number[] {
  return vector.toArrays().flatMap((array) => [...array]);
}

const START = [[8, 5], [4], [-2], [6]];
function start(): { plain: PlainVector; native: TensorVector } {
  return {
    plain: new PlainVector(SPECS, START.map((array) => Float64Array.from(array))),
    native: TensorVector.from(SPECS, START.map((array) => Float32Array.from(array))),
  };
}

test('a rule that refuses numbers which are not finite leaves divergence to the training loop; its errors on finite numbers pass through', () => {
  const refusing: PerturbationRule = {
    name: 'refusing',
    perturb({ gradient }) {
      assert.ok(elementsOf(gradient).every(Number.isFinite), 'not with me');
      throw new Error('not today');
    },
  };
  for (const descent of [undefined, lookSam({ every: 2, alpha: 0.5 })]) {
    for (const groupSize of [undefined, 2]) {
      const settings = { rule: refusing, ...(descent ? { descent } : {}), ...(groupSize ? { groupSize } : {}) };
      const step = (gradient: number): { readonly loss: number; readonly moved: number[] } => {
        const optimizer = sgd<PlainVector>({ momentum: 0, nesterov: false, weightDecay: 0 });
        const method = sharpnessAware(settings);
        const parameters = start().plain;
        const objective: Objective<PlainVector> = (at) => ({ loss: 7, gradient: at.withElements(at.toArrays().map((array) => array.map(() => gradient))) });
        const { loss, parameters: after } = method.step({ parameters, state: optimizer.init(parameters), optimizer, objective, learningRate: 1, rho: 1, images: TARGETS.length, method: method.init() });
        return { loss, moved: elementsOf(after) };
      };
      const diverged = step(NaN);
      assert.equal(diverged.loss, 7);
      assert.ok(diverged.moved.every(Number.isNaN), 'the weights show it');
      assert.throws(() => step(1), { message: 'not today' });
    }
  }
});

test('a rule whose products overflow in single precision does not get the error for a run that diverges', () => {
  const overflowing: PerturbationRule = { name: 'overflowing', perturb: ({ gradient }) => gradient.times(Infinity) };
  const given = (size: number): PlainVector => PlainVector.of(size);
  const look = (size: number): boolean => checkPerturbation('overflowing', overflowing.perturb(ruleInput({ parameters: given(1), gradient: given(size), rho: 1 })), ruleInput({ parameters: given(1), gradient: given(size), rho: 1 }), true);
  assert.equal(look(1e20), false);
  assert.throws(() => look(1e8), /returned a perturbation of norm Infinity/);
});

/** One step at rate 1 without momentum: the parameters move by the method's gradient. */
function oneStep(settings: SharpnessAwareSettings, rho: number, make = sharpnessAware): { readonly moved: number[]; readonly asked: ReturnType<typeof pulls>['asked']; readonly loss: number; readonly passes: number } {
  const optimizer = sgd<PlainVector>({ momentum: 0, nesterov: false, weightDecay: 0 });
  const { objective, asked } = pulls<PlainVector>();
  const method = make(settings);
  const parameters = start().plain;
  const { parameters: after, loss, gradientEvaluations } = method.step({
    parameters, state: optimizer.init(parameters), optimizer, objective, learningRate: 1, rho, images: TARGETS.length, method: method.init(),
  });
  return { moved: elementsOf(after).map((element, index) => START.flat()[index]! - element), asked, loss, passes: gradientEvaluations };
}

/** By hand: w - 3/2 is (6.5, 3.5, 2.5, -3.5, 4.5). */
const GRADIENT = [6.5, 3.5, 2.5, -3.5, 4.5];
const CONFINED: readonly (readonly [kinds: readonly ParameterKind[], inside: readonly number[]])[] = [
  [PARAMETER_KINDS, [0, 1, 2, 3, 4]],
  [['weight'], [0, 1]],
  [['normScale', 'normShift'], [2, 3]],
  [['weight', 'bias'], [0, 1, 4]],
];
function expectConfined(make: typeof sharpnessAware): void {
  for (const [kinds, inside] of CONFINED) {
    const { moved, asked } = oneStep({ rule: sam(), kinds }, 2, make);
    const norm = Math.hypot(...inside.map((index) => GRADIENT[index]!));
    const expected = GRADIENT.map((element, index) => (inside.includes(index) ? (2 * element) / norm : 0));
    expectAllClose(asked[1]!.at, expected.map((element, index) => START.flat()[index]! + element), { relative: 1e-12 }, kinds.join());
    // The gradient of the bowl at w + eps is g + eps, for all parameters.
    expectAllClose(moved, expected.map((element, index) => GRADIENT[index]! + element), { relative: 1e-12 }, kinds.join());
  }
}

/** The same with a rule restricted to some of these parameters. */
function seeing(keep: (spec: ParameterSpec) => boolean): typeof sharpnessAware {
  return ({ rule, ...settings }) => sharpnessAware({ ...settings, rule: { ...rule, perturb: (input) => rule.perturb({ ...input, gradient: input.gradient.restrict(keep) }) } });
}

refusesWrong('parameters of the perturbed kinds ascend by the full rho, the others stay', expectConfined, sharpnessAware, {
  'perturbs all parameters, whatever the kinds': (settings) => sharpnessAware({ ...settings, kinds: PARAMETER_KINDS }),
  'leaves out the shifts of normalisation': seeing(({ kind }) => kind !== 'normShift'),
  'leaves out biases': seeing(({ kind }) => kind !== 'bias'),
});

test('a rule that ascends more than once moves only parameters of the perturbed kinds', () => {
  const rule: PerturbationRule = { name: 'twice', perturb: ({ parameters, gradientAt }) => gradientAt(parameters.plus(parameters)) };
  const { asked } = oneStep({ rule, kinds: ['normScale', 'normShift'] }, 1);
  assert.deepEqual(asked[1]!.at, [8, 5, 8, -4, 6]);
  assert.deepEqual(asked[1]!.phase, 'perturbed');
});

function expectGroups(make: typeof sharpnessAware): void {
  const { moved, asked, loss, passes } = oneStep({ rule: sam(), groupSize: 2 }, 2, make);
  assert.deepEqual(asked.map(({ phase, part }) => [phase, part?.start, part?.end]), [['first', 0, 2], ['perturbed', 0, 2], ['first', 2, 4], ['perturbed', 2, 4]]);
  const perturbed = [0.5, 2.5].map((mean) => {
    const gradient = START.flat().map((element) => element - mean);
    return gradient.map((element) => element + (2 * element) / Math.hypot(...gradient));
  });
  expectAllClose(moved, perturbed[0]!.map((element, index) => (element + perturbed[1]![index]!) / 2), { relative: 1e-12 });
  assert.equal(passes, 2);
  expectAllClose([loss], [oneStep({ rule: sam() }, 2).loss], { relative: 1e-12 });
}

/** The method with a modified step input. */
function given(change: <V extends Vector, State>(input: SharpnessAwareInput<V, State>) => Partial<SharpnessAwareInput<V, State>>): typeof sharpnessAware {
  return (settings) => {
    const method = sharpnessAware(settings);
    return { ...method, step: (input) => method.step({ ...input, ...change(input) }) };
  };
}

refusesWrong('groups ascend separately, and their gradients are averaged', expectGroups, sharpnessAware, {
  'sums gradients': given(({ learningRate }) => ({ learningRate: 2 * learningRate })),
  'shows each group the whole batch': given(({ objective }) => ({ objective: (parameters, phase) => objective(parameters, phase) })),
  'takes the batch as one group': (settings) => sharpnessAware({ ...settings, groupSize: TARGETS.length }),
});

test('one group of all images is plain SAM, to the bit', () => {
  assert.deepEqual(oneStep({ rule: sam(), groupSize: 4 }, 2).moved, oneStep({ rule: sam() }, 2).moved);
  const optimizer = sgd<PlainVector>({ momentum: 0, nesterov: false, weightDecay: 0 });
  const parameters = start().plain;
  const { parameters: after } = samStep(2)({ parameters, state: optimizer.init(parameters), optimizer, objective: pulls<PlainVector>().objective, learningRate: 1 });
  assert.deepEqual(oneStep({ rule: sam() }, 2).moved, elementsOf(after).map((element, index) => START.flat()[index]! - element));
});

test('groups that do not divide the batch are refused before any gradient', () => {
  for (const groupSize of [3, 5, 0, 1.5, NaN]) {
    assert.throws(() => oneStep({ rule: sam(), groupSize }, 1), {
      name: 'RangeError',
      message: `splitBatch: expected groups of m images that divide a batch of 4, got m = ${groupSize}; choose 1, 2, 4.`,
    });
  }
});

/** A step on native tensors in which something goes wrong: parameters, states and the number of tensors stay. */
function expectRestored(rule: PerturbationRule, message: RegExp | string, objective: Objective<TensorVector> = pulls<TensorVector>().objective, rho = 1): void {
  const optimizer = sgd<TensorVector>({ momentum: 0.9, nesterov: true, weightDecay: 0.1 });
  const method = sharpnessAware({ rule, groupSize: 2 });
  const parameters = start().native;
  const state = optimizer.init(parameters);
  const before = tensorCount();
  assert.throws(
    () => method.step({ parameters, state, optimizer, objective, learningRate: 1, rho, images: TARGETS.length, method: method.init() }),
    typeof message === 'string' ? { message } : message,
  );
  assert.deepEqual([elementsOf(parameters), elementsOf(state)], [START.flat(), START.flat().map(() => 0)]);
  assert.equal(tensorCount(), before);
  [parameters, state].forEach((vector) => vector.dispose());
}

test('a rule that throws, in its first or its second group, changes nothing', () => {
  let asked = 0;
  expectRestored({ name: 'broken', perturb: () => { throw new Error('broken rule'); } }, 'broken rule');
  expectRestored({ name: 'broken later', perturb: ({ gradient }) => { if (asked++ > 0) throw new Error('broken later'); return gradient.times(1); } }, 'broken later');
  expectRestored({ name: 'broken after preparing', prepare: ({ gradient }) => ({ numbers: {}, vectors: { kept: gradient.clone() } }), perturb: () => { throw new Error('after'); } }, 'after');
});

test('an objective that throws midway changes nothing', () => {
  for (const failAt of [0, 1, 2, 3]) {
    const { objective, asked } = pulls<TensorVector>();
    expectRestored(sam(), 'no gradient', (parameters, phase, part) => {
      if (asked.length === failAt) throw new Error('no gradient');
      return objective(parameters, phase, part);
    });
  }
});

test('perturbations of another layout, and those that are not finite, are refused before the weights move', () => {
  const other = (): TensorVector => TensorVector.from([{ name: 'w', kind: 'weight', shape: [2] }], [Float32Array.of(1, 2)]);
  expectRestored({ name: 'odd', perturb: () => other() as never }, /the rule odd returned a perturbation of layout \(1 parameters: w \[2\]\), expected that of the parameters, \(4 parameters: conv.weight \[2\]/);
  const last = SPECS.map((spec, index) => (index === 3 ? { ...spec, shape: [2] } : spec));
  const unlike = (): TensorVector => TensorVector.from(last, last.map(({ shape }) => new Float32Array(shape[0]!)));
  expectRestored({ name: 'unlike in its last', perturb: () => unlike() as never }, /layout \(4 parameters: \.\.\., fc\.bias \[2\]\), expected that of the parameters, \(4 parameters: \.\.\., fc\.bias \[1\]\); build it from the gradient/);
  expectRestored({ name: 'empty', perturb: () => undefined as never }, /the rule empty returned a perturbation of layout no vector/);
  expectRestored({ name: 'nan', perturb: ({ gradient }) => gradient.times(NaN) }, /the rule nan returned a perturbation of norm NaN .*guard divisions/);
  expectRestored({ name: 'endless', perturb: ({ gradient }) => gradient.times(Infinity) }, /the rule endless returned a perturbation of norm (NaN|Infinity)/);
});

test('a rule that overwrites what it was given, and then fails, changes nothing', () => {
  expectRestored({ name: 'careless', perturb: ({ parameters, gradient }) => { parameters.addScaledInPlace(gradient, 5); gradient.addScaledInPlace(parameters, 5); throw new Error('careless'); } }, 'careless');
});

test('a radius out of range is refused before any gradient', () => {
  for (const rho of [-1, NaN, Infinity]) {
    expectRestored(sam(), /SAM: expected a radius rho of 0 or more/, () => assert.fail('no gradient is wanted'), rho);
  }
});

test('a rule without perturb and unknown or empty kinds, as from code without types, are refused', () => {
  assert.throws(() => sharpnessAware({ rule: { name: 'mine' } as never }), { name: 'TypeError', message: /sharpnessAware: expected a rule with a function `perturb`, got none; write/ });
  for (const [kinds, got] of [[['norm'], '["norm"]'], [[], '[]'], ['weight', '"weight"']] as const) {
    assert.throws(() => sharpnessAware({ rule: sam(), kinds: kinds as never }), {
      name: 'RangeError',
      message: `sharpnessAware: expected kinds of parameters out of weight, bias, normScale, normShift, got ${got}; leave \`kinds\` out to perturb all.`,
    });
  }
});

test('images are needed by a rule that reads them', () => {
  expectRestored({ name: 'reader', perturb: ({ sampleGradient }) => sampleGradient(0) }, /reader reads gradients of single images, which this objective does not give; pass sampleGradient/);
});

test('a rule may return its input; the weights stay unchanged', () => {
  const optimizer = sgd<TensorVector>({ momentum: 0, nesterov: false, weightDecay: 0 });
  const rules: readonly PerturbationRule[] = [{ name: 'gradient', perturb: ({ gradient }) => gradient }, { name: 'parameters', perturb: ({ parameters }) => parameters }];
  for (const rule of rules) {
    const before = tensorCount();
    const { native: parameters } = start();
    const step = perturbedStep(rule, 1);
    const output = step({ parameters, state: optimizer.init(parameters), optimizer, objective: pulls<TensorVector>().objective, learningRate: 0 });
    assert.deepEqual(elementsOf(output.parameters), START.flat());
    [output.parameters, output.state].forEach((vector) => vector.dispose());
    assert.equal(tensorCount(), before);
  }
});

test("a rule's state is passed on, dropped tensors are freed, and steps are counted", () => {
  const seen: (readonly [number, number | undefined])[] = [];
  const rule: PerturbationRule = {
    name: 'counting',
    prepare: ({ state, step, gradient }) => {
      seen.push([step, state.numbers['total']]);
      return { numbers: { total: (state.numbers['total'] ?? 0) + 10 }, vectors: { last: gradient.clone() } };
    },
    perturb: ({ state, rho }) => state.vectors['last']!.times(rho),
  };
  const before = tensorCount();
  const optimizer = sgd<TensorVector>({ momentum: 0, nesterov: false, weightDecay: 0 });
  const method = sharpnessAware({ rule, groupSize: 1 });
  const parameters = start().native;
  const shared = { optimizer, objective: pulls<TensorVector>().objective, learningRate: 0.5, rho: 0.1, images: TARGETS.length };
  let current = method.step({ parameters, state: optimizer.init(parameters), method: method.init(), ...shared });
  const held = tensorCount();
  for (let step = 1; step < 3; step++) {
    current = method.step({ ...current, ...shared });
    assert.equal(tensorCount(), held);
  }
  assert.deepEqual(seen, [[0, undefined], [1, 10], [2, 20]]);
  [current.parameters, current.state, ...Object.values(current.method.rule.vectors)].forEach((vector) => vector.dispose());
  assert.equal(tensorCount(), before);
});

test('there is no ascent along a gradient that is not a number: the second pass is at w', () => {
  const points: number[][] = [];
  const objective: Objective<PlainVector> = (parameters) => (points.push(elementsOf(parameters)), { loss: NaN, gradient: parameters.times(NaN) });
  const optimizer = sgd<PlainVector>({ momentum: 0, nesterov: false, weightDecay: 0 });
  const parameters = start().plain;
  assert.ok(Number.isNaN(samStep(1)({ parameters, state: optimizer.init(parameters), optimizer, objective, learningRate: 1 }).loss));
  assert.deepEqual(points, [START.flat(), START.flat()]);
});

test('a rule with a state cannot be used for a step without state', () => {
  const rule: PerturbationRule = { name: 'keeper', prepare: ({ state }) => state, perturb: ({ gradient }) => gradient };
  assert.throws(() => perturbedStep(rule, 1), { name: 'RangeError', message: /keeper keeps a state from step to step; use sharpnessAware/ });
});
