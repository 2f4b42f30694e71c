import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_CONFIG } from './presets';
import { PUBLISHED_DEFECTS } from './publishedDefects';
import { methodLabel } from './methodLabel';

void test('a label names the settings that the method reads and that are not at their defaults', () => {
  assert.equal(methodLabel({ ...DEFAULT_CONFIG, method: 'sgd', rho: 3 }), 'SGD (no SAM)');
  assert.equal(methodLabel({ method: 'asam', rho: 0.5, ascentSteps: 7 }), 'ASAM, ρ = 0.5');
  assert.equal(methodLabel({ method: 'lookSam', lookEvery: 2, perturbationScope: 'norm' }), 'LookSAM, k = 2, perturbationScope = norm');
  assert.equal(methodLabel({ method: 'fgsm', ascentMomentum: 1 }), 'Multi-step FGSM, T = 3, μ = 1');
  assert.equal(methodLabel(PUBLISHED_DEFECTS.asamForm), 'ASAM, η = 0, on all parameters');
  assert.equal(methodLabel({ ...PUBLISHED_DEFECTS.fgsmAsItRan, ascentSteps: 2 }), 'Multi-step FGSM, ρ in its own norm, T = 2, steps of ρ, without projection');
  assert.equal(methodLabel({ method: 'fgsm', radiusIn: 'ownNorm', ascentSteps: 2, ascentStepLength: 1, ascentBound: 0.001 }), 'Multi-step FGSM, ρ in its own norm, T = 2, steps of ρ, clipped at 0.001');
});
