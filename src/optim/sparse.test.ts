import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PlainVector } from '../engine/plainVector';
import type { Vector } from '../engine/vector';
import { expectAllClose } from '../testing/expectAllClose';
import { refusesWrong } from '../testing/refusesWrong';
import { dropShare, dynamicMask } from './dynamicMask';
import { fisherMask } from './fisherMask';
import { flatten } from './mask';
import type { PerturbationInput, PerturbationRule, PerturbationState } from './perturbation';
import { sam } from './sam';
import { sparse, type MaskSource } from './sparse';
import { perturb, ruleInput } from './testing/rule';

/** A rule that always returns the given mask. */
function fixed(mask: readonly number[], every = 1): MaskSource {
  return { name: 'fixed', every, draw: () => Uint8Array.from(mask) };
}

const input = { parameters: PlainVector.of(0, 0, 0), gradient: PlainVector.of(3, 100, -4), rho: 2 };

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

function expectFisher(maskOf: typeof fisherMask): void {
  // Sums of squares: 1 + 1, 0 + 4, 4 + 4, 1.5^2. Squares of sums would make the last but one 0, below the last.
  const gradients = [PlainVector.of(1, 0, 2, 1.5), PlainVector.of(1, 2, -2, 0)];
  const asked: number[] = [];
  const seen = ruleInput({ parameters: PlainVector.of(0, 0, 0, 0), rho: 1, batchSize: 2, sampleGradient: (index) => (asked.push(index), gradients[index]!) });
  const draw = (sparsity: number): number[] => [...maskOf({ sparsity, samples: 2, every: 1 }).draw(seen, undefined)];
  assert.deepEqual([0.75, 0.5, 0.25].map(draw), [[0, 0, 1, 0], [0, 1, 1, 0], [0, 1, 1, 1]]);
  assert.deepEqual(asked.slice(0, 2), [0, 1]);
}

/** The mask of other inputs. */
function otherwise<Settings>(maskOf: (settings: Settings) => MaskSource, change: <V extends Vector>(input: PerturbationInput<V>) => Partial<PerturbationInput<V>>): (settings: Settings) => MaskSource {
  return (settings) => {
    const mask = maskOf(settings);
    return { ...mask, draw: (input, before) => mask.draw({ ...input, ...change(input) }, before) };
  };
}

refusesWrong('the Fisher mask by hand: sums of squares, not squares of sums', expectFisher, fisherMask, {
  'sums magnitudes instead of squares': otherwise(fisherMask, ({ sampleGradient }) => ({ sampleGradient: (index) => sampleGradient(index).absPower(0.5) })),
  'takes the same image repeatedly': otherwise(fisherMask, ({ sampleGradient }) => ({ sampleGradient: () => sampleGradient(0) })),
});

test('more samples than images are refused', () => {
  const mask = fisherMask({ sparsity: 0.5, samples: 3, every: 1 });
  assert.throws(() => mask.draw(ruleInput({ parameters: PlainVector.of(0), rho: 1, batchSize: 2 }), undefined), /expected at least 3 images in a batch, got 2/);
});

test('the dropped share falls along a cosine: all of the rate, half of it, none', () => {
  expectAllClose([0, 5, 10, 12].map((step) => dropShare(0.6, step, 10)), [0.6, 0.3, 0, 0], { absolute: 1e-15 });
});

/** Draws masks at steps 0, 1, ... and gives them as arrays. */
function masksOf(source: MaskSource, gradient: PlainVector, steps: number): number[][] {
  const masks: PlainVector[] = [];
  for (let step = 0; step < steps; step++) {
    masks.push(PlainVector.of(...source.draw(ruleInput({ parameters: gradient.zeros(), gradient, rho: 1, step }), masks.at(-1))));
  }
  return masks.map((mask) => [...mask.elements[0]!]);
}

/** The live elements with the smallest gradients are dropped, others revived, and the number stays. */
function expectDynamic(maskOf: typeof dynamicMask): void {
  const gradient = PlainVector.of(...Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 1 : -1) * (index + 1)));
  const [before, after] = masksOf(maskOf({ sparsity: 0.5, dropRate: 0.8, every: 1, totalSteps: 4, seed: 1 }), gradient, 2) as [number[], number[]];
  const live = before.flatMap((one, index) => (one === 1 ? [index] : []));
  // d(1) of 4 steps is 0.8 (1 + cos(pi / 4)) / 2 = 0.683: six of ten.
  const expectedDead = live.slice(0, 6);
  assert.deepEqual(live.filter((index) => after[index] === 0), expectedDead);
  assert.equal(after.filter((one) => one === 1).length, 10);
}

/** The dynamic mask, changed after it was drawn. */
function changedAfter(change: (mask: Uint8Array, before: Uint8Array) => void): typeof dynamicMask {
  return (settings) => {
    const source = dynamicMask(settings);
    return {
      ...source,
      draw(at, before) {
        const mask = source.draw(at, before);
        if (before !== undefined) {
          change(mask, Uint8Array.from(flatten(before)));
        }
        return mask;
      },
    };
  };
}

refusesWrong('the dynamic mask by hand', expectDynamic, dynamicMask, {
  'drops the largest gradients': otherwise(dynamicMask, ({ gradient }) => ({ gradient: gradient.absPower(-1) })),
  'counts the signs of gradients': otherwise(dynamicMask, ({ gradient }) => ({ gradient: gradient.plus(gradient.absPower(0), 100) })),
  'keeps the dropped share constant': (settings) => dynamicMask({ ...settings, totalSteps: 1e9 }),
  'drops one element more than it revives': changedAfter((mask) => (mask[mask.indexOf(1)] = 0)),
  'revives dropped elements at once': changedAfter((mask, before) => {
    mask[mask.findIndex((one, index) => one === 0 && before[index] === 1)] = 1;
    mask[mask.findIndex((one, index) => one === 1 && before[index] === 0)] = 0;
  }),
});

test('the count stays exact over all changes, and equal seeds draw equal masks', () => {
  const settings = fc.record({ sparsity: fc.double({ min: 0, max: 1, noNaN: true }), dropRate: fc.double({ min: 0, max: 1, noNaN: true }), seed: fc.integer() });
  fc.assert(
    fc.property(settings, fc.integer({ min: 1, max: 30 }), (drawn, size) => {
      const gradient = PlainVector.of(...Array.from({ length: size }, (_, index) => Math.sin(index)));
      const all = { ...drawn, every: 1, totalSteps: 5 };
      const masks = masksOf(dynamicMask(all), gradient, 5);
      masks.forEach((mask) => assert.equal(mask.filter((one) => one === 1).length, Math.round((1 - drawn.sparsity) * size)));
      assert.deepEqual(masksOf(dynamicMask(all), gradient, 5), masks);
    }),
    { numRuns: 50 },
  );
});

/** The states of a rule over several steps. */
function statesOf(rule: PerturbationRule, steps: number): PerturbationState<PlainVector>[] {
  const states: PerturbationState<PlainVector>[] = [];
  for (let step = 0; step < steps; step++) {
    states.push(rule.prepare!(ruleInput({ ...input, step, ...(states.length > 0 ? { state: states.at(-1)! } : {}) })));
  }
  return states;
}

function expectSparse(rule: typeof sparse): void {
  // Masked before the norm, eps keeps the length rho; masked after it, it is shorter.
  expectAllClose(perturb(rule(sam(), fixed([1, 0, 1]), 'beforeNorm'), input), [1.2, 0, -1.6], { relative: 1e-12 });
  const whole = Math.hypot(3, 100, -4);
  expectAllClose(perturb(rule(sam(), fixed([1, 0, 1]), 'afterNorm'), input), [6 / whole, 0, -8 / whole], { relative: 1e-12 });
  assert.deepEqual(perturb(rule(sam(), fixed([1, 0, 1])), input), perturb(rule(sam(), fixed([1, 0, 1]), 'beforeNorm'), input));
  // A rule that ascends more than once sees masked gradients there too.
  const twice = rule({ name: 'twice', perturb: ({ gradientAt, parameters }) => gradientAt(parameters) }, fixed([0, 1, 1]));
  assert.deepEqual(perturb(twice, { ...input, gradientAt: () => PlainVector.of(7, 8, 9) }), [0, 8, 9]);
  // A mask holds for as many steps as it should; sparsity and overlap with the mask before are logged.
  let drawn = 0;
  const masks = [[1, 1, 0], [0, 1, 1]];
  const states = statesOf(rule(sam(), { name: 'changing', every: 2, draw: () => Uint8Array.from(masks[drawn++ % 2]!) }), 4);
  assert.deepEqual(states.map(({ vectors }) => [...vectors['mask']!.elements[0]!]), [masks[0], masks[0], masks[1], masks[1]]);
  expectAllClose(states.map(({ numbers }) => numbers['sparsity']!), [1 / 3, 1 / 3, 1 / 3, 1 / 3], { relative: 1e-12 });
  assert.deepEqual(states.map(({ numbers }) => numbers['maskOverlap']), [1, 1, 0.5, 0.5]);
  assert.deepEqual(rule(sam(), fixed([1])).logs, ['sparsity', 'maskOverlap']);
}

/** The rule with a modified history record. */
function telling(change: (numbers: Readonly<Record<string, number>>) => Readonly<Record<string, number>>): typeof sparse {
  return (...parts) => {
    const rule = sparse(...parts);
    return {
      ...rule,
      prepare(at) {
        const state = rule.prepare!(at);
        return { ...state, numbers: { ...state.numbers, ...change(state.numbers) } };
      },
    };
  };
}

refusesWrong('a masked rule by hand', expectSparse, sparse, {
  'swaps masking before and after the norm': (rule, mask, where = 'beforeNorm') => sparse(rule, mask, where === 'afterNorm' ? 'beforeNorm' : 'afterNorm'),
  'leaves later gradients unmasked': (rule, mask, where) => ({
    ...sparse(rule, mask, where),
    perturb: (at) => (where === 'afterNorm' ? sparse(rule, mask, where).perturb(at) : rule.perturb({ ...at, gradient: at.gradient.multiply(at.state.vectors['mask']!) })),
  }),
  'draws a new mask at each step': (rule, mask, where) => sparse(rule, { ...mask, every: 1 }, where),
  'returns the share of ones as the sparsity': telling(({ sparsity }) => ({ sparsity: 1 - sparsity! })),
  'returns the overlap of each mask with itself': telling(() => ({ maskOverlap: 1 })),
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
