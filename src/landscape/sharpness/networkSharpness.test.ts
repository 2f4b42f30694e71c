import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tensorCount } from '../../engine/tensor';
import type { TensorVector } from '../../engine/tensorVector';
import { disposeStatistics } from '../../models/initialise';
import { ascend, AT_START } from '../../optim/ascend';
import { sam } from '../../optim/sam';
import { expectAllClose } from '../../testing/expectAllClose';
import { hashedStatistics } from '../../testing/hashedNetwork';
import { hessian } from '../curvature/hessian';
import { spectralDensity } from '../curvature/spectralDensity';
import { topEigenvalues } from '../curvature/topEigenvalues';
import { hessianTrace } from '../curvature/trace';
import { networkLoss } from '../networkLoss';
import { StoppedError } from '../../progress/work';
import type { OutputFunction } from '../operator';
import { openOrShut, pictures, smallModel } from '../testing/network';
import { averageSharpness } from './average';
import { splitIntoGroups, mSharpness } from './mSharpness';
import { samSharpness } from './samSharpness';
import { epsSharpness, worstCaseSharpness } from './worstCase';
import { signalWhen } from '../../testing/signalWhen';

type Loss = OutputFunction<TensorVector>;

interface Subject {
  readonly loss: Loss;
  readonly w: TensorVector;
  readonly groups: readonly Loss[];
}

/** Runs `body` on a small network and six images, checks that the weights stay unchanged to the bit, and counts tensors. */
async function onSmall(body: (subject: Subject) => Promise<void>, stopWhen: () => boolean = () => false): Promise<void> {
  const before = tensorCount();
  const model = smallModel();
  const w = openOrShut(model, 'bn1');
  const saved = w.toArrays();
  const statistics = hashedStatistics(model);
  const images = pictures('curvature small', 6, 3);
  const options = { normalization: 'half', batchNorm: 'frozen', signal: signalWhen(stopWhen) } as const;
  const [loss, ...groups] = [images, ...splitIntoGroups(images, 2)].map((part) => networkLoss(model, { statistics }, part, options));
  await body({ loss: loss!, w, groups });
  assert.deepEqual(w.toArrays(), saved);
  w.dispose();
  disposeStatistics(statistics);
  assert.equal(tensorCount(), before);
}

test("SAM's sharpness of a network is the loss after SAM's first phase minus the loss", async () => {
  await onSmall(async ({ loss, w }) => {
    const { gradient } = await loss.gradient(w);
    const { point: ascended } = ascend(sam(), { ...AT_START, parameters: w, gradient, rho: 0.05 });
    const [there, here] = [await loss.evaluate(ascended), await loss.evaluate(w)];
    [gradient, ascended].forEach((vector) => vector.dispose());
    const found = await samSharpness(loss, w, { rho: 0.05 });
    // float32 rounds logits of 1 to 6e-8.
    expectAllClose([found.sharpness], [there.loss - here.loss], { absolute: 1e-6 });
    assert.deepEqual([found.source.images, found.ascentSteps, found.radius], [6, 1, 0.05]);
  });
});

test('the worst case is above the average and at least SAM\'s, and is larger with one worst case per group', async () => {
  await onSmall(async ({ loss, w, groups }) => {
    const rho = 0.3;
    const worst = await worstCaseSharpness(loss, w, { rho, seed: 0 });
    const sam = await samSharpness(loss, w, { rho });
    const average = await averageSharpness(loss, w, { rho, seed: 0, directions: 10 });
    const grouped = await mSharpness(groups, (group) => worstCaseSharpness(group, w, { rho, seed: 0 }));
    assert.ok(worst.sharpness >= sam.sharpness - 1e-5 && sam.sharpness > 0, `${worst.sharpness}, ${sam.sharpness}`);
    assert.ok(worst.sharpness > average.sharpness + 3 * average.standardError);
    // Mean of maxima versus maximum of the mean.
    assert.ok(grouped.sharpness > worst.sharpness);
    assert.deepEqual([grouped.m, grouped.images, grouped.groups.length], [2, 6, 3]);
  });
});

test('adaptive and box forms run on native weights and reach the edge', async () => {
  await onSmall(async ({ loss, w }) => {
    const adaptive = await worstCaseSharpness(loss, w, { rho: 0.3, adaptive: true, seed: 0, steps: 5 });
    const box = await epsSharpness(loss, w, { epsilon: 0.01, seed: 0, steps: 5 });
    expectAllClose([adaptive.ascent.length, box.ascent.length], [0.3, 0.01], { relative: 1e-5 });
    assert.ok(adaptive.sharpness > 0 && box.sharpness > 0);
  });
});

const probes: readonly { readonly name: string; readonly run: (subject: Subject) => Promise<unknown> }[] = [
  { name: 'topEigenvalues', run: ({ loss, w }) => topEigenvalues(hessian(loss, w), { count: 2, seed: 0 }) },
  { name: 'hessianTrace', run: ({ loss, w }) => hessianTrace(hessian(loss, w), { method: 'hutch++', products: 9, seed: 0 }) },
  { name: 'spectralDensity', run: ({ loss, w }) => spectralDensity(hessian(loss, w), { probes: 2, steps: 4, seed: 0 }) },
  { name: 'worstCaseSharpness', run: ({ loss, w }) => worstCaseSharpness(loss, w, { rho: 0.1, adaptive: true, seed: 0 }) },
  { name: 'samSharpness', run: ({ loss, w }) => samSharpness(loss, w, { rho: 0.1, ascentSteps: 9 }) },
  { name: 'averageSharpness', run: ({ loss, w }) => averageSharpness(loss, w, { rho: 0.1, seed: 0 }) },
];

for (const { name, run } of probes) {
  test(`stopped in the middle, ${name} leaves the weights to the bit and no tensor`, async () => {
    let asked = 0;
    await onSmall((subject) => assert.rejects(run(subject), StoppedError), () => ++asked > 7);
  });
}
