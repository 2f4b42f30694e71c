import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PlainVector } from '../engine/plainVector';
import { expectAllClose } from '../testing/expectAllClose';
import { refusesWrong } from '../testing/refusesWrong';
import { fgsm, type FgsmSettings } from './fgsm';
import type { PerturbationRule } from './perturbation';
import { samPerturbation } from './sam';
import { perturb } from './testing/rule';

/** The ascent on x^2 + 2 y^2 from (1, -1), where the gradient is (2, -4). */
function ascendQuadratic(rule: PerturbationRule, rho: number): number[] {
  const gradientAt = (point: PlainVector): PlainVector => {
    const [x, y] = point.elements[0]!;
    return PlainVector.of(2 * x!, 4 * y!);
  };
  return perturb(rule, { parameters: PlainVector.of(1, -1), rho, gradientAt });
}

/** The formula by hand, case by case. */
const BY_HAND: Readonly<Record<string, (rule: typeof fgsm) => void>> = {
  'three sign steps by hand, of a third of the radius each': (rule) => {
    assert.deepEqual(ascendQuadratic(rule({ steps: 3 }), 3), [3, -3]);
  },
  'steps as long as the radius leave the ball, and are projected back': (rule) => {
    assert.deepEqual(ascendQuadratic(rule({ steps: 3, stepLength: 1 }), 0.5), [0.5, -0.5]);
    assert.deepEqual(ascendQuadratic(rule({ steps: 3, stepLength: 1, project: false }), 0.5), [1.5, -1.5]);
  },
  'a separate bound clips, while the length of steps still follows the radius': (rule) => {
    // From (1, -1) each step is 0.4 along the signs (+, -): clipped at 0.3 after each, or after none.
    assert.deepEqual(ascendQuadratic(rule({ steps: 2, stepLength: 1, bound: 0.3 }), 0.4), [0.3, -0.3]);
    // With a bound above the radius: 0.4, then 0.8 clipped to 0.7.
    assert.deepEqual(ascendQuadratic(rule({ steps: 2, stepLength: 1, bound: 0.7 }), 0.4), [0.7, -0.7]);
  },
  'the bound acts after each step, not on the sum of all': (rule) => {
    // The gradient is 1 at w and -1 from there on: 0.5 is clipped to 0.2, then 0.2 - 0.5 to -0.2. Clipped once at the end it is 0.
    const turning = { parameters: PlainVector.of(0), rho: 0.5, gradient: PlainVector.of(1), gradientAt: () => PlainVector.of(-1) };
    assert.deepEqual(perturb(rule({ steps: 2, stepLength: 1, bound: 0.2 }), turning), [-0.2]);
    assert.deepEqual(perturb(rule({ steps: 2, stepLength: 1 }), turning), [0]);
  },
  'a step in the 2-norm by hand, and the projection on its ball': (rule) => {
    // First along (2, -4) / sqrt 20 by rho = 1; there the gradient is (2 (1 + 1/sqrt 5), -4 (1 + 2/sqrt 5)).
    const root = Math.sqrt(5);
    const g = [2 * (1 + 1 / root), -4 * (1 + 2 / root)] as const;
    const along = g.map((element) => element / Math.hypot(...g));
    const moved = [1 / root + along[0]!, -2 / root + along[1]!] as const;
    expectAllClose(ascendQuadratic(rule({ steps: 1, p: 2 }), 1), [1 / root, -2 / root], { relative: 1e-12 });
    expectAllClose(ascendQuadratic(rule({ steps: 2, stepLength: 1, p: 2, project: false }), 1), moved, { relative: 1e-12 });
    expectAllClose(ascendQuadratic(rule({ steps: 2, stepLength: 1, p: 2 }), 1), moved.map((element) => element / Math.hypot(...moved)), { relative: 1e-12 });
  },
  'momentum decides the sign where the gradient turns: m keeps 10 of 10, then -1 of 1 is added': (rule) => {
    // The gradient is 10 at w and -1 from there on. mu = 0.5: m = 1, 1/2 - 1 = -1/2; mu = 2: m = 1, 2 - 1 = 1.
    const turning = (momentum: number): number[] =>
      perturb(rule({ steps: 2, momentum }), { parameters: PlainVector.of(0), rho: 2, gradient: PlainVector.of(10), gradientAt: () => PlainVector.of(-1) });
    assert.deepEqual(turning(0), [0]);
    assert.deepEqual(turning(0.5), [0]);
    assert.deepEqual(turning(2), [2]);
  },
  'gradients are normalised by their 1-norm before they are accumulated': (rule) => {
    // (3, 1) / 4 + (-1, 3) / 4 = (1/2, 1) with mu = 1; without the norms the second, a hundredth in size, would not count.
    const found = perturb(rule({ steps: 2, momentum: 1, p: 2, project: false }), {
      parameters: PlainVector.of(0, 0), rho: 2, gradient: PlainVector.of(3, 1), gradientAt: () => PlainVector.of(-0.01, 0.03),
    });
    const [first, second] = [Math.hypot(3, 1), Math.hypot(1 / 2, 1)];
    expectAllClose(found, [3 / first + 1 / 2 / second, 1 / first + 1 / second], { relative: 1e-12 });
  },
};

for (const [name, expect] of Object.entries(BY_HAND)) {
  test(name, () => expect(fgsm));
}

/** The rule with other settings, which may depend on the radius. */
function changed(change: (settings: FgsmSettings, rho: number) => FgsmSettings): typeof fgsm {
  return (settings) => ({ ...fgsm(settings), perturb: (input) => fgsm(change(settings, input.rho)).perturb(input) });
}

/** With a bound for elements, where the rule projects with p = Infinity. */
const boundedBy = (bound: (own: number | undefined, rho: number) => number): typeof fgsm =>
  changed((settings, rho) => (settings.p === 2 || settings.project === false ? settings : { ...settings, bound: bound(settings.bound, rho) }));

refusesWrong<typeof fgsm>('FGSM by hand', (rule) => Object.values(BY_HAND).forEach((expect) => expect(rule)), fgsm, {
  'forgets the projection': changed((settings) => ({ ...settings, project: false })),
  'forgets the bound': boundedBy((_, rho) => rho),
  'clips at twice the radius': boundedBy((own, rho) => 2 * (own ?? rho)),
  'ascends along the first gradient throughout': (settings) => ({ ...fgsm(settings), perturb: (input) => fgsm(settings).perturb({ ...input, gradientAt: () => input.gradient }) }),
  'forgets the momentum': changed((settings) => ({ ...settings, momentum: 0 })),
  'takes steps as long as the radius': changed((settings) => ({ stepLength: 1, ...settings })),
  'accumulates gradients without their 1-norm': (settings) => (settings.momentum === 1 ? accumulating(settings) : fgsm(settings)),
});

/** In the 2-norm, without projection. */
function accumulating({ steps, stepLength = 1 / steps }: FgsmSettings): PerturbationRule {
  return {
    name: 'without the 1-norm',
    perturb({ parameters, gradient, gradientAt, rho }) {
      let [eps, accumulated] = [gradient.zeros(), gradient.zeros()];
      for (let taken = 0; taken < steps; taken++) {
        accumulated = accumulated.plus(taken === 0 ? gradient : gradientAt(parameters.plus(eps)));
        eps = eps.plus(accumulated.times((stepLength * rho) / accumulated.norm()));
      }
      return eps;
    },
  };
}

const points = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 1, maxLength: 5 });
const settings = fc.record({
  steps: fc.integer({ min: 1, max: 6 }),
  momentum: fc.constantFrom(0, 0.5, 1),
  p: fc.constantFrom(2, Infinity),
  stepLength: fc.double({ min: 0.1, max: 3, noNaN: true }),
});

test('the perturbation never leaves the ball', () => {
  fc.assert(
    fc.property(points, settings, fc.double({ min: 0, max: 2, noNaN: true }), (elements, ascend, rho) => {
      const gradientAt = (point: PlainVector): PlainVector => point.plus(point.absPower(2), 0.5);
      const found = PlainVector.of(...perturb(fgsm(ascend), { parameters: PlainVector.of(...elements), rho, gradientAt }));
      assert.ok(found.norm(ascend.p) <= rho * (1 + 1e-12));
    }),
  );
});

test("one step without momentum is SAM's perturbation, for p of infinity to the bit", () => {
  fc.assert(
    fc.property(points.filter((elements) => elements.some((element) => Math.abs(element) > 1e-6)), fc.double({ min: 0, max: 2, noNaN: true }), (elements, rho) => {
      const input = { parameters: PlainVector.of(0), gradient: PlainVector.of(...elements), rho, gradientAt: () => assert.fail('one gradient is enough') };
      const expected = (p: number): number[] => [...samPerturbation(input.gradient, rho, p).elements[0]!].map((element) => element + 0);
      assert.deepEqual(perturb(fgsm({ steps: 1 }), input), expected(Infinity));
      expectAllClose(perturb(fgsm({ steps: 1, p: 2 }), input), expected(2), { relative: 1e-9, absolute: 1e-12 });
    }),
  );
});

test('zero gradients leave the perturbation at zero', () => {
  for (const p of [2, Infinity]) {
    assert.deepEqual(perturb(fgsm({ steps: 3, momentum: 1, p }), { parameters: PlainVector.of(1, 2), rho: 1, gradientAt: (point) => point.zeros() }), [0, 0]);
  }
});

test('settings out of range are refused', () => {
  for (const steps of [0, 1.5, NaN]) {
    assert.throws(() => fgsm({ steps }), { name: 'RangeError', message: `fgsm: expected a whole number of steps, 1 or more, got ${steps}; the paper takes 10, and 1 is SAM's perturbation for p = infinity.` });
  }
  assert.throws(() => fgsm({ steps: 1, momentum: -1 }), /momentum of 0 or more/);
  assert.throws(() => fgsm({ steps: 1, stepLength: 0 }), /positive step length/);
  for (const bound of [0, -1, NaN, Infinity]) {
    assert.throws(() => fgsm({ steps: 1, bound }), { name: 'RangeError', message: /expected a positive bound for each element, got / });
  }
  assert.throws(() => fgsm({ steps: 1, bound: 1, p: 2 }), /acts in projections with p = Infinity, got p = 2/);
  assert.throws(() => fgsm({ steps: 1, p: 1 }), { name: 'RangeError', message: 'fgsm: expected p = 2 or Infinity, got 1; sam takes any p from 1.' });
  assert.throws(() => fgsm({ steps: 1, bound: 1, project: false }), /got no projection/);
});
