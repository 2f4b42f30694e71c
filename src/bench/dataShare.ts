import type { Batch } from '../data/batches';
import { BatchesAhead } from '../data/batchesAhead';
import { syntheticDataset } from '../data/synthetic';

/** How a batch is made: drawn, cropped, mirrored, normalised, cut out. */
const AUGMENTATION = { cropPadding: 4, flip: true, cutout: 16, cutoutPer: 'image' } as const;

function* allEpochs(batches: BatchesAhead): Generator<Batch, never, void> {
  for (;;) {
    yield* batches.epoch();
  }
}

/**
 * Shares of a training step that it waits for its batch, 0 to 1, step by step. The batch is made while the step before it
 * runs: on the cores that TensorFlow leaves free, if it leaves any.
 *
 * @param step does the work of one step, and blocks as training does.
 */
export async function batchWaits(batchSize: number, steps: number, step: () => void): Promise<number[]> {
  const batches = new BatchesAhead(syntheticDataset(10).train, { batchSize, seed: 0, normalization: 'half', augmentation: AUGMENTATION }, Infinity);
  try {
    await batches.begin({ epoch: 1, step: 0 });
    const batch = allEpochs(batches);
    return Array.from({ length: steps }, () => {
      const began = performance.now();
      step();
      const waits = performance.now();
      batch.next();
      const end = performance.now();
      return (end - waits) / (end - began);
    });
  } finally {
    await batches.end();
  }
}
