import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlainVector } from '../engine/plainVector';
import { expectAllClose } from '../testing/expectAllClose';
import { refusesWrong } from '../testing/refusesWrong';
import { orthogonalPart, lookedUpGradient, lookSam } from './lookSam';
import { sam, samStep } from './sam';
import { sgd } from './sgd';
import { sharpnessAware } from './sharpnessAware';
import type { MethodState } from './step';
import { plainStep, type Objective } from './step';

function expectAcross(across: typeof orthogonalPart): void {
  expectAllClose(across(PlainVector.of(1, 1), PlainVector.of(4, 2)).elements[0]!, [1, -1], { relative: 1e-12 });
  assert.deepEqual([...across(PlainVector.of(0, 0), PlainVector.of(4, 2)).elements[0]!], [0, 0]);
}

refusesWrong('the part orthogonal to the gradient by hand: (4, 2) minus its part along (1, 1)', expectAcross, orthogonalPart, {
  'adds what lies along the gradient': (g, perturbed) => perturbed.plus(g, g.dot(perturbed) / g.dot(g)),
  'takes the part along the other vector': (g, perturbed) => orthogonalPart(perturbed, g),
});

function expectLookedUp(lookedUp: typeof lookedUpGradient): void {
  // |g| = 5, |g_v| = 10: (3, 4) + 0.4 * 5 / 10 (6, -8).
  expectAllClose(lookedUp(PlainVector.of(3, 4), PlainVector.of(6, -8), 0.4).elements[0]!, [3 + 1.2, 4 - 1.6], { relative: 1e-12 });
  assert.deepEqual([...lookedUp(PlainVector.of(3, 4), PlainVector.of(0, 0), 0.4).elements[0]!], [3, 4]);
}

refusesWrong('a reused gradient by hand: g plus alpha |g| along the stored direction', expectLookedUp, lookedUpGradient, {
  'forgets the length of g': (g, across, alpha) => g.plus(across, alpha / across.norm()),
  'adds the stored part without scaling it': (g, across, alpha) => g.plus(across, alpha),
});

/** x^2 / 2 + 2 y^2, and the phases in which it was evaluated. */
function bowl(): { readonly objective: Objective<PlainVector>; readonly phases: string[] } {
  const phases: string[] = [];
  return {
    phases,
    objective: (parameters, phase) => {
      phases.push(phase);
      const [x, y] = parameters.elements[0]! as unknown as [number, number];
      return { loss: x * x / 2 + 2 * y * y, gradient: PlainVector.of(x, 4 * y) };
    },
  };
}

/** LookSAM's points, step by step. */
function walk(every: number, alpha: number, steps: number, descent = lookSam): { readonly path: number[][]; readonly phases: string[]; readonly passes: number[] } {
  const optimizer = sgd<PlainVector>({ momentum: 0, nesterov: false, weightDecay: 0 });
  const { objective, phases } = bowl();
  const method = sharpnessAware({ rule: sam(), descent: descent({ every, alpha }) });
  let current: { parameters: PlainVector; state: PlainVector; method: MethodState<PlainVector> } = { parameters: PlainVector.of(2, 1), state: PlainVector.of(0, 0), method: method.init() };
  const path: number[][] = [];
  const passes: number[] = [];
  for (let taken = 0; taken < steps; taken++) {
    const { gradientEvaluations, ...next } = method.step({ ...current, objective, optimizer, learningRate: 0.1, rho: 0.5 });
    current = next;
    passes.push(gradientEvaluations);
    path.push([...current.parameters.elements[0]!]);
  }
  return { path, phases, passes };
}

function expectPasses(descent: typeof lookSam): void {
  const { phases, passes } = walk(3, 0.1, 5, descent);
  assert.deepEqual(phases, ['first', 'perturbed', 'first', 'first', 'first', 'perturbed', 'first']);
  assert.deepEqual(passes, [2, 1, 1, 2, 1]);
}

refusesWrong('a second pass every three steps, a single one in between', expectPasses, lookSam, {
  'makes a second pass each step': (settings) => lookSam({ ...settings, every: 1 }),
  'makes one only in the first step': (settings) => lookSam({ ...settings, every: 1000 }),
});

/** Two steps of the base optimizer or of SAM from the same point. */
function steps(kinds: readonly ('plain' | 'sam')[]): number[][] {
  const optimizer = sgd<PlainVector>({ momentum: 0, nesterov: false, weightDecay: 0 });
  let current = { parameters: PlainVector.of(2, 1), state: PlainVector.of(0, 0) };
  return kinds.map((kind) => {
    current = (kind === 'sam' ? samStep(0.5) : plainStep)({ ...current, objective: bowl().objective, optimizer, learningRate: 0.1 });
    return [...current.parameters.elements[0]!];
  });
}

test("with a second pass every step it is SAM; with alpha 0 the steps in between are the base optimizer's", () => {
  assert.deepEqual(walk(1, 0.1, 2).path, steps(['sam', 'sam']));
  assert.deepEqual(walk(2, 0, 2).path, steps(['sam', 'plain']));
});

test('two steps by hand', () => {
  // At (2, 1): g = (2, 4), eps = (1, 2) / (2 sqrt 5), so g_s = (2 + e, 4 + 8 e) with e = 1 / (2 sqrt 5).
  const e = 1 / (2 * Math.sqrt(5));
  const gs = [2 + e, 4 + 8 * e] as const;
  const along = (2 * gs[0] + 4 * gs[1]) / 20;
  const across = [gs[0] - 2 * along, gs[1] - 4 * along] as const;
  const w = [2 - 0.1 * gs[0], 1 - 0.1 * gs[1]] as const;
  const g = [w[0], 4 * w[1]] as const;
  const factor = (0.3 * Math.hypot(...g)) / Math.hypot(...across);
  const { path } = walk(5, 0.3, 2);
  expectAllClose(path[0]!, w, { relative: 1e-12 });
  expectAllClose(path[1]!, [w[0] - 0.1 * (g[0] + factor * across[0]), w[1] - 0.1 * (g[1] + factor * across[1])], { relative: 1e-12 });
});

test('settings out of range are refused', () => {
  assert.throws(() => lookSam({ every: 0, alpha: 0.1 }), { name: 'RangeError', message: /1 or more whole steps and alpha of 0 or more, got 0 and 0.1/ });
  assert.throws(() => lookSam({ every: 5, alpha: NaN }), /got 5 and NaN/);
});
