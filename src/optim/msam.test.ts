import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlainVector } from '../engine/plainVector';
import { expectAllClose } from '../testing/expectAllClose';
import { refusesWrong } from '../testing/refusesWrong';
import { msam } from './msam';
import { sgd } from './sgd';
import { lookSam } from './lookSam';
import { sharpnessAware } from './sharpnessAware';
import type { MethodState } from './step';
import { plainStep, type Objective } from './step';
import { perturb } from './testing/rule';

/** x^2 / 2, and the points and phases in which it was evaluated. */
function parabola(): { readonly objective: Objective<PlainVector>; readonly asked: (readonly [string, number])[] } {
  const asked: (readonly [string, number])[] = [];
  return {
    asked,
    objective: (parameters, phase) => {
      const [x] = parameters.elements[0]!;
      asked.push([phase, x!]);
      return { loss: x! ** 2 / 2, gradient: parameters.clone() };
    },
  };
}

test("two steps by hand: the first is SGD's, the second looks ahead along the momentum, with one pass each", () => {
  // v = 1, w = 1 - 1/4 = 3/4; then the gradient at 3/4 - 2 = -5/4: v = 1/2 - 5/4 = -3/4, w = 3/4 + 3/16.
  const optimizer = sgd<PlainVector>({ momentum: 0.5, nesterov: false, weightDecay: 0 });
  const { objective, asked } = parabola();
  const shared = { objective, optimizer, learningRate: 0.25, rho: 2 };
  const method = sharpnessAware({ rule: msam() });
  const state: MethodState<PlainVector> = method.init();
  const first = method.step({ parameters: PlainVector.of(1), state: PlainVector.of(0), method: state, ...shared });
  const plain = plainStep({ parameters: PlainVector.of(1), state: PlainVector.of(0), ...shared, objective: parabola().objective });
  assert.deepEqual(first.parameters.elements, plain.parameters.elements);
  const second = method.step({ ...first, ...shared });
  assert.deepEqual([...second.parameters.elements[0]!], [0.75 + 3 / 16]);
  assert.deepEqual(asked, [['first', 1], ['first', -1.25]]);
  assert.deepEqual([second.loss, second.gradientEvaluations], [1.25 ** 2 / 2, 1]);
});

function expectMsam(rule: typeof msam): void {
  const against = (...momentum: number[]): number[] => perturb(rule(), { parameters: PlainVector.of(0, 0), gradient: PlainVector.of(...momentum), rho: 2 });
  expectAllClose(against(6, -8), [-1.2, 1.6], { relative: 1e-12 });
  assert.deepEqual(against(0, 0), [0, 0]);
}

refusesWrong('the perturbation by hand: against the momentum, of length rho, and zero without momentum', expectMsam, msam, {
  'ascends along the momentum': () => ({ ...msam(), perturb: (input) => msam().perturb(input).times(-1) }),
  'drops the norm': () => ({ ...msam(), perturb: ({ gradient, rho }) => gradient.times(-rho) }),
});

test('a base optimizer without momentum is refused by name', () => {
  const { objective } = parabola();
  const optimizer = { init: () => 0, update: (parameters: PlainVector) => ({ parameters, state: 0 }) };
  const method = sharpnessAware({ rule: msam() });
  assert.throws(
    () => method.step({ parameters: PlainVector.of(1), state: 0, method: method.init(), objective, optimizer, learningRate: 1, rho: 1 }),
    /MSAM ascends along the base optimizer's momentum, and this optimizer keeps none/,
  );
});

test('LookSAM around a rule without a pass at w is refused', () => {
  assert.throws(() => sharpnessAware({ rule: msam(), descent: lookSam() }), /the descent reads the gradient at w, which MSAM does not compute/);
});
