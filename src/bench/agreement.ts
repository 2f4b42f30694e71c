import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Batch } from '../data/batches';
import type { TensorVector } from '../engine/tensorVector';
import { disposeStatistics, initialStatistics } from '../models/initialise';
import { loadWeights } from '../models/torchvision';
import { batchGradient } from '../train/network';
import { startOf, type Compared } from './compared';
import type { Comparison } from './result';
import { prepare, type Rival } from './rival';
import { Subject } from './subject';

/** Allows for single precision with other orders of summation, over fifty layers; a forgotten layer or term is off by far more. */
const LARGEST_DIFFERENCE = 1e-2;

/** Steps after which the weights are compared: one more than between Lookahead's averages. */
const STEPS = 6;

/** Relative to the distance that the weights moved: forgetting weight decay, the smallest term, changes it by 6e-3 and more. */
const LARGEST_DIFFERENCE_OF_STEPS = 3e-3;

/** Each step starts from the difference that the one before it left, so the steps may differ by a few times what the gradients do. */
const GROWTH = 3;

/** |a - b| / |b| */
function relativeDistance(a: TensorVector, b: TensorVector): number {
  const difference = a.plus(b, -1);
  const distance = difference.norm() / b.norm();
  difference.dispose();
  return distance;
}

/** How far apart the weights are after a few SGD steps, relative to the distance that they moved. */
function stepDifference(compared: Compared, batch: Batch, theirs: TensorVector): number {
  const subject = new Subject(compared, batch, 'float32');
  const start = startOf(compared);
  try {
    for (let step = 0; step < STEPS; step++) {
      subject.perform('sgd');
    }
    const [ours, their] = [subject.parameters.plus(start, -1), theirs.plus(start, -1)];
    const distance = relativeDistance(ours, their);
    [ours, their].forEach((way) => way.dispose());
    return distance;
  } finally {
    subject.dispose();
    start.dispose();
  }
}

/**
 * Gives PyTorch the same weights, images and steps, and compares in float32: loss and gradient of one batch, and the weights
 * after a few SGD steps.
 *
 * @throws Error if they differ: the two sides would not be doing the same work.
 */
export async function agree(rival: Rival, compared: Compared, batch: Batch, threads: number): Promise<Comparison['agreement'] & { readonly torch: string }> {
  const { model, recipe } = compared;
  const folder = mkdtempSync(join(tmpdir(), 'samlab-bench-'));
  const parameters = startOf(compared);
  const statistics = initialStatistics(model);
  try {
    const { torch } = await prepare(rival, compared, batch, threads);
    const [gradients, moved] = [join(folder, 'gradients.safetensors'), join(folder, 'moved.safetensors')];
    const theirs = await rival.ask<{ loss: number }>('check', { gradients, steps: STEPS, moved });
    const frozen = ({ name }: { readonly name: string }): boolean => recipe.frozen.includes(name);
    const ours = batchGradient(model, parameters, statistics, batch, recipe.labelSmoothing, true, frozen);
    // PyTorch writes gradients under the names and in the layout of weights, without batch-norm statistics.
    const [their, after] = [loadWeights(gradients, model), loadWeights(moved, model)];
    const found = {
      loss: Math.abs(ours.loss - theirs.loss) / theirs.loss,
      gradientNorm: relativeDistance(ours.gradient, their.parameters),
      steps: stepDifference(compared, batch, after.parameters),
    };
    [ours.gradient, their.parameters, after.parameters].forEach((vector) => vector.dispose());
    [ours.statistics, their.statistics, after.statistics].forEach(disposeStatistics);
    if (!(Math.max(found.loss, found.gradientNorm) < LARGEST_DIFFERENCE && found.steps < LARGEST_DIFFERENCE_OF_STEPS + GROWTH * found.gradientNorm)) {
      throw new Error(`agree: samlab and PyTorch do not compute the same (loss off by ${found.loss}, gradient by ${found.gradientNorm}, ${STEPS} steps by ${found.steps}, relative); nothing was timed.`);
    }
    return { ...found, torch };
  } finally {
    parameters.dispose();
    disposeStatistics(statistics);
    rmSync(folder, { recursive: true });
  }
}
