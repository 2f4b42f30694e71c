import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cifarResNet } from '../models/cifarResnet';
import { readFixture } from '../testing/fixture';
import { expectWalk, hashedDynamicMask, type WalkFixture, type WalkMethod } from './testing/walk';

const model = cifarResNet('resnet20', 10);
/** make_perturbations.py */
const fixture = readFixture('perturbations.json') as WalkFixture;

/** The settings of each of the fixture's walks. Its radii for other norms are those norms' own, unless they match a 2-norm. */
const METHODS: Readonly<Record<string, WalkMethod>> = {
  'sam, p = 1': { method: 'sam', perturbationNorm: 1, rho: 0.02, radiusIn: 'ownNorm' },
  'sam, p = 3/2': { method: 'sam', perturbationNorm: 1.5, rho: 0.05, radiusIn: 'ownNorm' },
  'sam, p = infinity': { method: 'sam', perturbationNorm: 'infinity', rho: 1e-4, radiusIn: 'ownNorm' },
  'fgsm, three steps with momentum': { method: 'fgsm', ascentSteps: 3, ascentMomentum: 1, rho: 0.05 },
  'fgsm, euclidean and projected': { method: 'fgsm', ascentSteps: 2, ascentStepLength: 1, ascentBall: 'euclidean', rho: 0.05 },
  'asam by element': { method: 'asam', rho: 0.5 },
  'asam by filter': { method: 'asam', asamScaling: 'filter', rho: 0.05 },
  'asam as published': { method: 'asam', asamEta: 0, asamOn: 'all', rho: 0.05 },
  'ssamF, masked before the norm': { method: 'ssamF', sparsity: 0.8, maskSamples: 2, maskEpochs: 2, rho: 0.05 },
  'ssamF, masked after the norm': { method: 'ssamF', sparsity: 0.9, maskSamples: 2, maskAt: 'afterNorm', rho: 0.05 },
  'ssamD, masked before the norm': { method: 'ssamD', rho: 0.05, rule: hashedDynamicMask(model, { sparsity: 0.5, dropRate: 0.5, every: 1, totalSteps: 3 }, 'beforeNorm') },
  'ssamD, masked after the norm': { method: 'ssamD', rho: 0.05, rule: hashedDynamicMask(model, { sparsity: 0.8, dropRate: 0.7, every: 1, totalSteps: 3 }, 'afterNorm') },
  msam: { method: 'msam', rho: 0.3 },
  lookSam: { method: 'lookSam', lookEvery: 2, lookAlpha: 0.1, rho: 0.05 },
  'weights alone': { method: 'sam', perturbationScope: 'weights', rho: 0.05 },
  'normalisation alone': { method: 'sam', perturbationScope: 'norm', rho: 0.05 },
  'all but normalisation': { method: 'sam', perturbationScope: 'noNorm', rho: 0.05 },
  'groups of one': { method: 'sam', groupSize: 1, rho: 0.05 },
  'weight decay in the loss': { method: 'sam', weightDecayIn: 'loss', rho: 0.05 },
};

test('the fixture and the settings name the same methods', () => {
  assert.deepEqual(Object.keys(METHODS), Object.keys(fixture.walks));
});

for (const [name, method] of Object.entries(METHODS)) {
  test(`three steps of ${name} on ResNet-20 are PyTorch's: losses, weights, running statistics`, () => {
    expectWalk(model, fixture, name, method);
  });
}
