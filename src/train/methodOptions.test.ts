import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dynamicMask } from '../optim/dynamicMask';
import { sam as samRule } from '../optim/sam';
import { sparse } from '../optim/sparse';
import { readFixture } from '../testing/fixture';
import { smallNetwork } from '../testing/smallNetwork';
import { distance, expectWalk, hashedDynamicMask, takeSteps, toleranceOf, type WalkFixture, type WalkMethod } from './testing/walk';

const model = smallNetwork();
/** make_options.py */
const fixture = readFixture('options.json') as WalkFixture;
const RHO = 0.2;

function own(perturbationNorm: number | 'infinity', rho: number): WalkMethod {
  return { method: 'sam', perturbationNorm, radiusIn: 'ownNorm', rho };
}

function matched(perturbationNorm: number | 'infinity'): WalkMethod {
  return { method: 'sam', perturbationNorm, rho: RHO };
}

function fgsm(ascentSteps: number, changes: Partial<WalkMethod> = {}): WalkMethod {
  return { method: 'fgsm', ascentSteps, rho: RHO, ...changes };
}

function asam(changes: Partial<WalkMethod> = {}): WalkMethod {
  return { method: 'asam', rho: RHO, ...changes };
}

function ssamF(changes: Partial<WalkMethod> = {}): WalkMethod {
  return { method: 'ssamF', rho: RHO, sparsity: 0.9, maskSamples: 2, maskEpochs: 2, ...changes };
}

function ssamD(changes: { readonly sparsity?: number; readonly dropRate?: number; readonly every?: number; readonly totalSteps?: number } = {}, maskAt: 'beforeNorm' | 'afterNorm' = 'beforeNorm'): WalkMethod {
  return { method: 'ssamD', rho: RHO, rule: hashedDynamicMask(model, { sparsity: 0.5, dropRate: 0.5, every: 1, totalSteps: 3, ...changes }, maskAt) };
}

function sam(changes: Partial<WalkMethod> = {}): WalkMethod {
  return { method: 'sam', rho: RHO, ...changes };
}

/** The settings of each of the fixture's walks. */
const METHODS: Readonly<Record<string, WalkMethod>> = {
  sgd: { method: 'sgd' },
  'sam, p = 1': own(1, RHO),
  'sam, p = 1.5': own(1.5, RHO),
  'sam, p = 2': own(2, RHO),
  'sam, p = 4': own(4, RHO / 2),
  'sam, p = infinity': own('infinity', RHO / 20),
  'sam, p = 1.5 at a 2-norm': matched(1.5),
  'sam, p = 4 at a 2-norm': matched(4),
  'sam, p = infinity at a 2-norm': matched('infinity'),
  'fgsm, one step': fgsm(1),
  'fgsm, three steps': fgsm(3),
  'fgsm, its own radius': fgsm(3, { radiusIn: 'ownNorm', rho: RHO / 20 }),
  'fgsm, mu = 0.5': fgsm(3, { ascentMomentum: 0.5 }),
  'fgsm, mu = 1': fgsm(3, { ascentMomentum: 1 }),
  'fgsm, long steps that are projected': fgsm(3, { ascentStepLength: 0.8 }),
  'fgsm, without projection': fgsm(3, { ascentStepLength: 0.8, ascentProjection: false }),
  'fgsm, euclidean': fgsm(3, { ascentBall: 'euclidean' }),
  'fgsm, euclidean, mu = 1': fgsm(3, { ascentBall: 'euclidean', ascentMomentum: 1 }),
  'fgsm, euclidean, long steps that are projected': fgsm(3, { ascentBall: 'euclidean', ascentStepLength: 0.8 }),
  'asam by element': asam(),
  'asam by element, eta = 0.1': asam({ asamEta: 0.1 }),
  'asam by element, eta = 0': asam({ asamEta: 0 }),
  'asam by element, on everything': asam({ asamOn: 'all' }),
  'asam by element, on weights and scales': asam({ asamOn: 'weightsAndNormScales' }),
  'asam by filter': asam({ asamScaling: 'filter' }),
  'asam by filter, on everything': asam({ asamScaling: 'filter', asamEta: 0.1, asamOn: 'all' }),
  'asam by layer': asam({ asamScaling: 'layer', rho: RHO / 4 }),
  'asam by layer, on everything': asam({ asamScaling: 'layer', asamOn: 'all', rho: RHO / 4 }),
  'ssamF, masked before the norm': ssamF(),
  'ssamF, masked after the norm': ssamF({ maskAt: 'afterNorm' }),
  'ssamF, four samples, each step': ssamF({ sparsity: 0.95, maskSamples: 4, maskEpochs: 1 }),
  'ssamD, masked before the norm': ssamD(),
  'ssamD, masked after the norm': ssamD({}, 'afterNorm'),
  'ssamD, sparser, every two steps': ssamD({ sparsity: 0.8, dropRate: 0.9, every: 2 }),
  msam: { method: 'msam', rho: RHO },
  lookSam: { method: 'lookSam', lookEvery: 2, lookAlpha: 0.1, rho: RHO },
  'lookSam, alpha = 0.7': { method: 'lookSam', lookEvery: 3, lookAlpha: 0.7, rho: RHO },
  'from epoch 2 on': sam({ perturbationStart: 2 }),
  'to epoch 2': sam({ perturbationEnd: 2 }),
  'in epoch 2 alone': sam({ perturbationStart: 2, perturbationEnd: 2 }),
  'the tail form': sam({ perturbationStart: 'decay', schedule: 'warmupStableDecay', decayShare: 0.7 }),
  'ssamD from epoch 2 on': { ...ssamD({ totalSteps: 2 }), perturbationStart: 2 },
  'weights alone': sam({ perturbationScope: 'weights' }),
  'normalisation alone': sam({ perturbationScope: 'norm' }),
  'all but normalisation': sam({ perturbationScope: 'noNorm' }),
  'groups of two': sam({ groupSize: 2 }),
  'groups of one': sam({ groupSize: 1 }),
  'asam in groups of two': asam({ groupSize: 2 }),
  'ssamF in groups of two': ssamF({ groupSize: 2 }),
  'a rising radius': sam({ rhoSchedule: 'rising', rho: 3 * RHO }),
  'a falling radius': sam({ rhoSchedule: 'falling' }),
  'a radius that follows the learning rate': sam({ rhoSchedule: 'learningRate', schedule: 'cosine' }),
  'weight decay in the loss': sam({ weightDecayIn: 'loss' }),
  'weight decay on weights': sam({ weightDecayOn: 'weights' }),
  'weight decay on weights, in the loss': sam({ weightDecayOn: 'weights', weightDecayIn: 'loss' }),
};

/** One sign step is SAM's perturbation in the infinity norm: the same walk under two names. */
const TWINS = ['fgsm, one step', 'sam, p = infinity at a 2-norm'];

test('the fixture and the settings name the same methods', () => {
  assert.deepEqual(Object.keys(METHODS), Object.keys(fixture.walks));
});

test('no method passes for another: walks differ by more than twice the tolerance', () => {
  for (const [name, walk] of Object.entries(fixture.walks)) {
    for (const [other, otherWalk] of Object.entries(fixture.walks)) {
      const same = name === other || (TWINS.includes(name) && TWINS.includes(other));
      assert.ok(same || distance(walk, otherWalk) > 2 * toleranceOf(fixture), `${name} and ${other}: ${distance(walk, otherWalk)}, allowed ${toleranceOf(fixture)}`);
    }
  }
});

test("the settings of SSAM-D make the rule of the walks, with the seed's chance and the steps that are perturbed", () => {
  const settings: WalkMethod = { method: 'ssamD', rho: RHO, sparsity: 0.6, dropRate: 0.8, maskEpochs: 1, maskAt: 'afterNorm', perturbationStart: 2, seed: 4 };
  const rule = (changes: { readonly seed?: number; readonly totalSteps?: number }): WalkMethod => ({
    ...settings,
    rule: sparse(samRule(), dynamicMask({ sparsity: 0.6, dropRate: 0.8, every: 1, totalSteps: 2, seed: 4, ...changes }), 'afterNorm'),
  });
  const moved = (method: WalkMethod): readonly Float32Array[] => takeSteps(model, fixture, fixture.walks['sgd']!, method).moved;
  assert.deepEqual(moved(settings), moved(rule({})));
  assert.notDeepEqual(moved(settings), moved(rule({ seed: 5 })));
  assert.notDeepEqual(moved(settings), moved(rule({ totalSteps: 1 })));
});

for (const [name, method] of Object.entries(METHODS)) {
  test(`three steps of ${name} on a small network are PyTorch's: losses, weights, running statistics`, () => {
    expectWalk(model, fixture, name, method);
  });
}
