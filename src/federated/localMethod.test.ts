import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlainVector } from '../engine/plainVector';
import { tensorCount } from '../engine/tensor';
import { TensorVector } from '../engine/tensorVector';
import type { Vector } from '../engine/vector';
import type { PerturbationRule } from '../optim/perturbation';
import { sam } from '../optim/sam';
import type { Objective } from '../optim/step';
import { expectAllClose } from '../testing/expectAllClose';
import { localOptimizer, localStep, withServerDirection } from './localMethod';
import { serverStep, type ServerState } from './server';
import type { FederatedSettings } from './settings';

type MethodSettings = Pick<FederatedSettings, 'method' | 'rho' | 'alpha' | 'momentum' | 'weightDecay'>;

const SETTINGS: MethodSettings = { method: 'fedavg', rho: 2.5, alpha: 0.25, momentum: 0, weightDecay: 0 };

function elementsOf(vector: Vector): number[] {
  return vector.toArrays().flatMap((array) => [...array]);
}

/** x^2 + 2 y^2 */
const quadratic: Objective<PlainVector> = (parameters) => {
  const [x, y] = elementsOf(parameters) as [number, number];
  return { loss: x * x + 2 * y * y, gradient: PlainVector.of(2 * x, 4 * y) };
};

/** The point after the given number of local steps from (1.5, 1) at learning rate .25, with Delta = (8, -8). */
function walk(changes: Partial<MethodSettings>, steps = 1, rule?: PerturbationRule): number[] {
  const settings = { ...SETTINGS, ...changes };
  const step = localStep(settings, rule);
  const optimizer = localOptimizer(settings, PlainVector.of(8, -8));
  let current = { parameters: PlainVector.of(1.5, 1), state: PlainVector.of(0, 0) };
  for (let index = 0; index < steps; index++) {
    current = step({ ...current, objective: quadratic, optimizer, learningRate: 0.25 });
  }
  return elementsOf(current.parameters);
}

test('one local step of each method by hand', () => {
  // The gradient at (1.5, 1) is (3, 4), of norm 5: eps = (1.5, 2) for rho = 2.5; at (3, 3) it is (6, 12).
  assert.deepEqual(walk({ method: 'fedavg' }), [1.5 - 0.75, 1 - 1]);
  assert.deepEqual(walk({ method: 'fedsam' }), [1.5 - 1.5, 1 - 3]);
  // A quarter of (6, 12) and three quarters of (8, -8): (7.5, -3).
  assert.deepEqual(walk({ method: 'mofedsam' }), [1.5 - 1.875, 1 + 0.75]);
});

test("weight decay acts at w, and alpha does not scale it: (7.5, -3) and half of (1.5, 1)", () => {
  assert.deepEqual(walk({ method: 'mofedsam', weightDecay: 0.5 }), [1.5 - 0.25 * 8.25, 1 + 0.25 * 2.5]);
});

test('FedSAM with rho 0 is FedAvg, and MoFedSAM with alpha 1 is FedSAM, to the bit; else they differ', () => {
  const common = { momentum: 0.9, weightDecay: 5e-4 };
  assert.deepEqual(walk({ ...common, method: 'fedsam', rho: 0 }, 9), walk({ ...common, method: 'fedavg' }, 9));
  assert.notDeepEqual(walk({ ...common, method: 'fedsam', rho: 0.1 }, 9), walk({ ...common, method: 'fedavg' }, 9));
  assert.deepEqual(walk({ ...common, method: 'mofedsam', alpha: 1 }, 9), walk({ ...common, method: 'fedsam' }, 9));
  assert.notDeepEqual(walk({ ...common, method: 'mofedsam', alpha: 0.9 }, 9), walk({ ...common, method: 'fedsam' }, 9));
});

test('the mixture leaves gradient and direction as they are, and no tensor behind, also when the base optimizer throws', () => {
  const native = (value: number): TensorVector => TensorVector.from([{ name: 'w', kind: 'weight', shape: [1] }], [Float32Array.of(value)]);
  const vectors = [native(1), native(2), native(3), native(0)] as const;
  const [parameters, gradient, direction, state] = vectors;
  const seen: number[] = [];
  const base = {
    init: () => state,
    update(_: TensorVector, mixed: TensorVector): never {
      seen.push(...elementsOf(mixed));
      throw new Error('no step');
    },
  };
  const before = tensorCount();
  assert.throws(() => withServerDirection(base, direction, 0.5).update(parameters, gradient, state, 0.1), { message: 'no step' });
  assert.equal(tensorCount(), before);
  assert.deepEqual([seen, elementsOf(gradient), elementsOf(direction)], [[2.5], [2], [3]]);
  vectors.forEach((vector) => vector.dispose());
});

test('another rule makes the perturbation: with p = infinity it is rho sign(g), and the gradient at (4, 3.5) is (8, 14)', () => {
  assert.deepEqual(walk({ method: 'fedsam' }, 1, sam({ p: Infinity })), [1.5 - 2, 1 - 3.5]);
});

test('a rule that keeps a state, and one for FedAvg, are refused', () => {
  const remembering: PerturbationRule = { ...sam(), name: 'remembering', prepare: ({ state }) => state };
  assert.throws(() => localStep({ method: 'fedsam', rho: 0.1 }, remembering), { name: 'RangeError', message: /remembering keeps a state/ });
  assert.throws(() => localStep({ method: 'fedavg', rho: 0.1 }, sam()), { name: 'RangeError', message: /FedAvg perturbs nothing, got the rule SAM/ });
});

/** Delta after each round of one client on a loss of slope 1, with the given number of local steps. */
function directionsOnPlane(momentum: number, rounds: number, localSteps: number): number[] {
  const settings: MethodSettings = { ...SETTINGS, method: 'mofedsam', rho: 0.1, alpha: 0.1, momentum };
  const step = localStep(settings);
  const slope: Objective<PlainVector> = (parameters) => ({ loss: elementsOf(parameters)[0]!, gradient: PlainVector.of(1) });
  let server: ServerState<PlainVector> = { parameters: PlainVector.of(0), direction: PlainVector.of(0) };
  return Array.from({ length: rounds }, () => {
    const optimizer = localOptimizer(settings, server.direction);
    let current = { parameters: server.parameters.clone(), state: PlainVector.of(0) };
    for (let index = 0; index < localSteps; index++) {
      current = step({ ...current, objective: slope, optimizer, learningRate: 0.125 });
    }
    server = serverStep(server, { average: current.parameters, localSteps, learningRate: 0.125, serverLearningRate: 1 });
    return elementsOf(server.direction)[0]!;
  });
}

test("on a loss of constant slope Delta follows c (alpha g + (1 - alpha) Delta), where c is the sum of the clients' momentum factors: with .9 it grows, without momentum it becomes g", () => {
  for (const momentum of [0, 0.9]) {
    // Of ten steps the k-th is 1 + m + ... + m^(k - 1) gradients long.
    const c = Array.from({ length: 10 }, (_, k) => Array.from({ length: k + 1 }, (_unused, power) => momentum ** power)).flat().reduce((sum, value) => sum + value, 0) / 10;
    const expected: number[] = [];
    for (let round = 0; round < 40; round++) expected.push(c * (0.1 + 0.9 * (expected.at(-1) ?? 0)));
    const found = directionsOnPlane(momentum, 40, 10);
    expectAllClose(found, expected, { relative: 1e-9 });
    assert.ok(momentum === 0 ? Math.abs(found[39]! - 1) < 0.02 : found[39]! > 1e10, `${found[39]}`);
  }
});
