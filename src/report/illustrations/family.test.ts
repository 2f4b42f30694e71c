import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlainVector } from '../../engine/plainVector';
import { asam } from '../../optim/asam';
import { dynamicMask } from '../../optim/dynamicMask';
import { fgsm } from '../../optim/fgsm';
import { fisherMask } from '../../optim/fisherMask';
import { msam } from '../../optim/msam';
import { sam } from '../../optim/sam';
import { sgd } from '../../optim/sgd';
import { lookSam } from '../../optim/lookSam';
import { sharpnessAware, type SharpnessAwareSettings } from '../../optim/sharpnessAware';
import type { MethodState } from '../../optim/step';
import { sparse } from '../../optim/sparse';
import { FIGURE_1_DESCENT } from './figures';
import { coordinates, FLAT_WELL, planarObjective, SHARP_AND_FLAT, SHARP_WELL } from '../../planar/planarLoss';

const STEPS = 300;

/** Where a method ends from the start of Figure 1. */
function endOf(settings: SharpnessAwareSettings, rho: number): readonly [number, number] {
  const { start, learningRate, momentum } = FIGURE_1_DESCENT;
  const optimizer = sgd<PlainVector>({ momentum, nesterov: false, weightDecay: 0 });
  const aware = sharpnessAware(settings);
  const objective = planarObjective(SHARP_AND_FLAT);
  let parameters = PlainVector.of(...start);
  let state = optimizer.init(parameters);
  let method: MethodState<PlainVector> = aware.init();
  for (let step = 0; step < STEPS; step++) {
    ({ parameters, state, method } = aware.step({ parameters, state, method, objective, optimizer, learningRate, rho, images: 1, sampleGradient: (w) => objective(w, 'first').gradient }));
  }
  return coordinates(parameters);
}

function distance([x, y]: readonly [number, number], centre: readonly [number, number]): number {
  return Math.hypot(x - centre[0], y - centre[1]);
}

const masks = { sparsity: 0.5, every: 10 };
const METHODS: Readonly<Record<string, SharpnessAwareSettings>> = {
  'SAM, p = 2': { rule: sam() },
  'SAM, p = 1': { rule: sam({ p: 1 }) },
  'SAM, p = infinity': { rule: sam({ p: Infinity }) },
  'FGSM, 1 step': { rule: fgsm({ steps: 1 }) },
  'FGSM, 3 steps in the 2-norm, with momentum': { rule: fgsm({ steps: 3, p: 2, momentum: 1 }) },
  ASAM: { rule: asam() },
  'SSAM-F': { rule: sparse(sam(), fisherMask({ ...masks, samples: 1 })) },
  'SSAM-D': { rule: sparse(sam(), dynamicMask({ ...masks, dropRate: 0.5, totalSteps: STEPS, seed: 0 })) },
  MSAM: { rule: msam() },
  LookSAM: { rule: sam(), descent: lookSam({ every: 2, alpha: 0.7 }) },
};

test('on the loss of Figure 1, where SGD ends in the sharp well, every method ends in the flat one', () => {
  for (const [name, settings] of Object.entries(METHODS)) {
    const end = endOf(settings, FIGURE_1_DESCENT.rho);
    // With a fixed radius a path circles around its minimum, well within the width of the well.
    assert.ok(distance(end, FLAT_WELL.centre) < FLAT_WELL.width / 2, `${name} ends at (${end.join(', ')})`);
  }
});

test('with radius 0 every method takes the path of SGD, to the bit', () => {
  const end = endOf({ rule: sam() }, 0);
  assert.ok(distance(end, SHARP_WELL.centre) < SHARP_WELL.width / 2, `SGD ends at (${end.join(', ')})`);
  // Between second passes LookSAM adds the stored direction to the gradient; at radius 0 that is rounding.
  for (const [name, settings] of Object.entries(METHODS).filter(([method]) => method !== 'LookSAM')) {
    assert.deepEqual(endOf(settings, 0), end, name);
  }
});
