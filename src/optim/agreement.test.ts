import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PlainVector } from '../engine/plainVector';
import { scope, tensorCount } from '../engine/tensor';
import { TensorVector } from '../engine/tensorVector';
import type { ParameterSpec, Vector } from '../engine/vector';
import { expectAllClose } from '../testing/expectAllClose';
import { asam } from './asam';
import { dynamicMask } from './dynamicMask';
import { fgsm } from './fgsm';
import { fisherMask } from './fisherMask';
import { msam } from './msam';
import { EMPTY_STATE, type PerturbationInput, type PerturbationRule } from './perturbation';
import { friendlySam } from './friendlySam';
import { matchingTwoNorm } from './radius';
import { sam } from './sam';
import { sparse } from './sparse';

const SPECS: readonly ParameterSpec[] = [
  { name: 'conv.weight', kind: 'weight', shape: [1, 2, 1, 3] },
  { name: 'bn.weight', kind: 'normScale', shape: [2] },
  { name: 'fc.weight', kind: 'weight', shape: [2, 2] },
  { name: 'fc.bias', kind: 'bias', shape: [2] },
];
const SIZES = [6, 2, 4, 2];

const RULES: readonly PerturbationRule[] = [
  ...[1, 1.5, 2, Infinity].map((p) => sam({ p })),
  matchingTwoNorm(sam({ p: Infinity }), Infinity),
  fgsm({ steps: 3, momentum: 1 }),
  fgsm({ steps: 2, p: 2, stepLength: 1 }),
  asam(),
  asam({ scaling: 'filter', eta: 0 }),
  sparse(sam(), fisherMask({ sparsity: 0.5, samples: 2, every: 1 })),
  sparse(asam(), dynamicMask({ sparsity: 0.25, dropRate: 0.5, every: 1, totalSteps: 2, seed: 5 }), 'afterNorm'),
  msam(),
  friendlySam({ sigma: 0.7 }),
];

/** Elements that single precision represents, no two equal, so that neither ties nor signs depend on rounding. */
const distinct = fc.uniqueArray(fc.integer({ min: -400, max: 400 }).filter((value) => value !== 0), { minLength: 14, maxLength: 14, selector: Math.abs }).map((values) => values.map((value) => value / 64));

function arraysOf(elements: readonly number[]): number[][] {
  let read = 0;
  return SIZES.map((size) => elements.slice(read, (read += size)));
}

/** eps of two steps of a rule; the gradient at a point is that point, stretched, so that no element comes to 0. */
function perturbations<V extends Vector>(rule: PerturbationRule, parameters: V, gradient: V): number[][] {
  let state: PerturbationInput<V>['state'] = EMPTY_STATE;
  return [0, 1].map((step) => {
    const input: PerturbationInput<V> = {
      parameters, gradient, state, step, rho: 0.5, batchSize: 2,
      gradientAt: (point) => point.plus(gradient, 3),
      sampleGradient: (index) => gradient.plus(parameters, index / 3),
    };
    // As in a step: intermediate tensors of a formula are freed.
    state = parameters.tidy(() => rule.prepare?.(input) ?? state, ({ vectors }) => Object.values(vectors));
    return parameters.tidy(() => rule.perturb({ ...input, state }).toArrays().flatMap((array) => [...array]), () => []);
  });
}

RULES.forEach((rule, index) => {
  test(`rule ${index}, ${rule.name}, gives the same on plain arrays and on native tensors, and keeps no tensor except its state`, () => {
    fc.assert(
      fc.property(distinct, distinct, (w, g) => {
        const plain = [w, g].map((elements) => new PlainVector(SPECS, arraysOf(elements).map((array) => Float64Array.from(array)))) as [PlainVector, PlainVector];
        const expected = perturbations(rule, ...plain);
        const before = tensorCount();
        const native = [w, g].map((elements) => TensorVector.from(SPECS, arraysOf(elements).map((array) => Float32Array.from(array)))) as [TensorVector, TensorVector];
        const held = tensorCount();
        const found = scope(() => {
          const elements = perturbations(rule, ...native);
          // Two masks at most: one a step.
          assert.ok(tensorCount() - held <= (rule.prepare ? 2 * SPECS.length : 0), `${tensorCount() - held} tensors more`);
          return elements;
        });
        found.forEach((elements, step) => expectAllClose(elements, expected[step]!, { relative: 1e-4, absolute: 1e-6 }, `step ${step}`));
        native.forEach((vector) => vector.dispose());
        assert.equal(tensorCount(), before);
      }),
      { numRuns: 15 },
    );
  });
});
