import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PlainVector } from '../engine/plainVector';
import { expectAllClose } from '../testing/expectAllClose';
import { dropShare, dynamicMask } from './dynamicMask';
import { fisherMask } from './fisherMask';
import type { PerturbationState } from './perturbation';
import { sam } from './sam';
import { sparse, type MaskSource } from './sparse';
import { perturb, ruleInput, type TestInput } from './testing/rule';

/** A mask that is given, as often as a mask is wanted. */
function fixed(mask: readonly number[], every = 1): MaskSource {
  return { name: 'fixed', every, draw: () => Uint8Array.from(mask) };
}

const input = { parameters: PlainVector.of(0, 0, 0), gradient: PlainVector.of(3, 100, -4), rho: 2 };

test('masked before the norm, eps keeps the length rho; masked after it, it is shorter', () => {
  expectAllClose(perturb(sparse(sam(), fixed([1, 0, 1]), 'beforeNorm'), input), [1.2, 0, -1.6], { relative: 1e-12 });
  const whole = Math.hypot(3, 100, -4);
  expectAllClose(perturb(sparse(sam(), fixed([1, 0, 1]), 'afterNorm'), input), [6 / whole, 0, -8 / whole], { relative: 1e-12 });
  assert.deepEqual(perturb(sparse(sam(), fixed([1, 0, 1])), input), perturb(sparse(sam(), fixed([1, 0, 1]), 'beforeNorm'), input));
});

test('a rule that climbs more than once sees masked gradients there too', () => {
  const twice = sparse({ name: 'twice', perturb: ({ gradientAt, parameters }) => gradientAt(parameters) }, fixed([0, 1, 1]));
  assert.deepEqual(perturb(twice, { ...input, gradientAt: () => PlainVector.of(7, 8, 9) }), [0, 8, 9]);
});

test('sparsity 0 is SAM, sparsity 1 leaves eps at zero, for both kinds of mask', () => {
  const sampleGradient = (): PlainVector => PlainVector.of(1, 2, 3);
  for (const sparsity of [0, 1]) {
    for (const mask of [fisherMask({ sparsity, samples: 1, every: 1 }), dynamicMask({ sparsity, dropRate: 0.5, every: 1, totalSteps: 10, seed: 0 })]) {
      for (const where of ['beforeNorm', 'afterNorm'] as const) {
        assert.deepEqual(perturb(sparse(sam(), mask, where), { ...input, sampleGradient }), sparsity === 0 ? perturb(sam(), input) : [0, 0, 0]);
      }
    }
  }
});

test('the Fisher mask by hand: sums of squares, not squares of sums', () => {
  // Squares summed: 1 + 1, 0 + 4, 4 + 4, 1.5^2. Summed first, the last but one would be 0 and lose to the last.
  const gradients = [PlainVector.of(1, 0, 2, 1.5), PlainVector.of(1, 2, -2, 0)];
  const asked: number[] = [];
  const seen = ruleInput({ parameters: PlainVector.of(0, 0, 0, 0), rho: 1, samples: 2, sampleGradient: (index) => (asked.push(index), gradients[index]!) });
  const draw = (sparsity: number): number[] => [...fisherMask({ sparsity, samples: 2, every: 1 }).draw(seen, undefined)];
  assert.deepEqual([0.75, 0.5, 0.25].map(draw), [[0, 0, 1, 0], [0, 1, 1, 0], [0, 1, 1, 1]]);
  assert.deepEqual(asked.slice(0, 2), [0, 1]);
});

test('more samples than images are refused', () => {
  const mask = fisherMask({ sparsity: 0.5, samples: 3, every: 1 });
  assert.throws(() => mask.draw(ruleInput({ parameters: PlainVector.of(0), rho: 1, samples: 2 }), undefined), /expected at least 3 images in a batch, got 2/);
});

test('the dropped share falls along a cosine: all of the rate, half of it, none', () => {
  expectAllClose([0, 5, 10, 12].map((step) => dropShare(0.6, step, 10)), [0.6, 0.3, 0, 0], { absolute: 1e-15 });
});

/** Draws masks at steps 0, 1, ... and gives them as arrays. */
function dynamicMasks(settings: Parameters<typeof dynamicMask>[0], gradient: PlainVector, steps: number): number[][] {
  const source = dynamicMask(settings);
  const masks: PlainVector[] = [];
  for (let step = 0; step < steps; step++) {
    masks.push(PlainVector.of(...source.draw(ruleInput({ parameters: gradient.zeros(), gradient, rho: 1, step }), masks.at(-1))));
  }
  return masks.map((mask) => [...mask.elements[0]!]);
}

test('the live elements with the smallest gradients die, others come to life, and the number stays', () => {
  const gradient = PlainVector.of(...Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 1 : -1) * (index + 1)));
  const [before, after] = dynamicMasks({ sparsity: 0.5, dropRate: 0.8, every: 1, totalSteps: 4, seed: 1 }, gradient, 2) as [number[], number[]];
  const live = before.flatMap((one, index) => (one === 1 ? [index] : []));
  // d(1) of 4 steps is 0.8 (1 + cos(pi / 4)) / 2 = 0.683: six of ten.
  const expectedDead = live.slice(0, 6);
  assert.deepEqual(live.filter((index) => after[index] === 0), expectedDead);
  assert.equal(after.filter((one) => one === 1).length, 10);
});

test('the count stays exact over all changes, and equal seeds draw equal masks', () => {
  const settings = fc.record({ sparsity: fc.double({ min: 0, max: 1, noNaN: true }), dropRate: fc.double({ min: 0, max: 1, noNaN: true }), seed: fc.integer() });
  fc.assert(
    fc.property(settings, fc.integer({ min: 1, max: 30 }), (drawn, size) => {
      const gradient = PlainVector.of(...Array.from({ length: size }, (_, index) => Math.sin(index)));
      const all = { ...drawn, every: 1, totalSteps: 5 };
      const masks = dynamicMasks(all, gradient, 5);
      masks.forEach((mask) => assert.equal(mask.filter((one) => one === 1).length, Math.round((1 - drawn.sparsity) * size)));
      assert.deepEqual(dynamicMasks(all, gradient, 5), masks);
    }),
    { numRuns: 50 },
  );
});

/** The states of a rule over several steps. */
function statesOf(mask: MaskSource, steps: number, more: Partial<TestInput>): PerturbationState<PlainVector>[] {
  const rule = sparse(sam(), mask);
  const states: PerturbationState<PlainVector>[] = [];
  for (let step = 0; step < steps; step++) {
    states.push(rule.prepare!(ruleInput({ ...input, ...more, step, ...(states.length > 0 ? { state: states.at(-1)! } : {}) })));
  }
  return states;
}

test('a mask holds for as many steps as it should; sparsity and overlap with the mask before are logged', () => {
  let drawn = 0;
  const masks = [[1, 1, 0], [0, 1, 1]];
  const states = statesOf({ name: 'changing', every: 2, draw: () => Uint8Array.from(masks[drawn++]!) }, 4, {});
  assert.deepEqual(states.map(({ vectors }) => [...vectors['mask']!.elements[0]!]), [masks[0], masks[0], masks[1], masks[1]]);
  expectAllClose(states.map(({ numbers }) => numbers['sparsity']!), [1 / 3, 1 / 3, 1 / 3, 1 / 3], { relative: 1e-12 });
  assert.deepEqual(states.map(({ numbers }) => numbers['maskOverlap']), [1, 1, 0.5, 0.5]);
  assert.deepEqual(sparse(sam(), fixed([1])).logs, ['sparsity', 'maskOverlap']);
});

test('settings out of range are refused', () => {
  for (const sparsity of [-0.1, 1.1, NaN]) {
    const refused = { name: 'RangeError', message: new RegExp(`expected a sparsity from 0 \\(all elements\\) to 1 \\(none\\), got ${sparsity}`) };
    assert.throws(() => fisherMask({ sparsity, samples: 1, every: 1 }), refused);
    assert.throws(() => dynamicMask({ sparsity, dropRate: 0.5, every: 1, totalSteps: 1, seed: 0 }), refused);
  }
  assert.throws(() => fisherMask({ sparsity: 0.5, samples: 0, every: 1 }), /1 or more samples, got 0/);
  assert.throws(() => fisherMask({ sparsity: 0.5, samples: 1, every: 0 }), /every 1 or more whole steps, got 0/);
  assert.throws(() => dynamicMask({ sparsity: 0.5, dropRate: 2, every: 1, totalSteps: 1, seed: 0 }), /drop rate in \[0, 1\]/);
});
