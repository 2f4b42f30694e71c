import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Batch } from '../data/batches';
import { disposeStatistics, initialParameters, initialStatistics } from '../models/initialise';
import type { Model } from '../models/model';
import { loadWeights, saveWeights } from '../models/torchvision';
import { batchGradient } from '../train/network';
import type { Comparison } from './result';
import type { Rival } from './rival';

/** Single precision in other orders of summation, over fifty layers; a forgotten layer or term is off by far more. */
const LARGEST_DIFFERENCE = 1e-2;

/**
 * Gives PyTorch the same weights and images, and compares loss and gradient of one batch in float32.
 *
 * @throws Error if they differ: the two sides would not be doing the same work.
 */
export async function agree(rival: Rival, model: Model, name: string, stem: string, batch: Batch, threads: number): Promise<Comparison['agreement'] & { readonly torch: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'samlab-bench-'));
  const parameters = initialParameters(model, { seed: 0, zeroInitResidual: true });
  const statistics = initialStatistics(model);
  try {
    const files = { weights: join(folder, 'weights.safetensors'), images: join(folder, 'images'), labels: join(folder, 'labels'), gradients: join(folder, 'gradients.safetensors') };
    saveWeights(files.weights, model, parameters, statistics);
    writeFileSync(files.images, batch.images);
    writeFileSync(files.labels, Uint8Array.from(batch.labels));
    const { weights, images, labels, gradients } = files;
    const { torch } = await rival.ask<{ torch: string }>('prepare', { model: name, stem, batch: batch.size, weights, images, labels, threads });
    const theirs = await rival.ask<{ loss: number }>('check', { gradients });
    const ours = batchGradient(model, parameters, statistics, batch, 0);
    // PyTorch writes its gradients under the names and in the layout of weights, batch-norm statistics aside.
    const their = loadWeights(gradients, model);
    const difference = ours.gradient.plus(their.parameters, -1);
    const found = { loss: Math.abs(ours.loss - theirs.loss) / theirs.loss, gradientNorm: difference.norm() / their.parameters.norm() };
    [difference, ours.gradient, their.parameters].forEach((vector) => vector.dispose());
    disposeStatistics(ours.statistics);
    disposeStatistics(their.statistics);
    if (!(Math.max(found.loss, found.gradientNorm) < LARGEST_DIFFERENCE)) {
      throw new Error(`agree: samlab and PyTorch do not compute the same (loss off by ${found.loss}, gradient by ${found.gradientNorm}, relative); nothing was timed.`);
    }
    return { ...found, torch };
  } finally {
    parameters.dispose();
    disposeStatistics(statistics);
    rmSync(folder, { recursive: true });
  }
}
