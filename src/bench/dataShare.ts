import type { Batch } from '../data/batches';
import { BatchesAhead } from '../data/batchesAhead';
import { syntheticDataset } from '../data/synthetic';
import { median } from './statistics';

/** How a batch is made: drawn, cropped, mirrored, normalised, cut out. */
const AUGMENTATION = { cropPadding: 4, flip: true, cutout: 16, cutoutPer: 'image' } as const;

function* allEpochs(batches: BatchesAhead): Generator<Batch, never, void> {
  for (;;) {
    yield* batches.epoch();
  }
}

/**
 * Median seconds that a training step waits for its batch, which is made while the step before it runs: on the cores that
 * TensorFlow leaves free, if it leaves any.
 *
 * @param step does the work of one step, and blocks as training does.
 */
export async function batchSeconds(batchSize: number, steps: number, step: () => void): Promise<number> {
  const batches = new BatchesAhead(syntheticDataset(10).train, { batchSize, seed: 0, normalization: 'half', augmentation: AUGMENTATION }, Infinity);
  try {
    await batches.begin({ epoch: 1, step: 0 });
    const batch = allEpochs(batches);
    const seconds: number[] = [];
    while (seconds.length < steps) {
      step();
      const started = performance.now();
      batch.next();
      seconds.push((performance.now() - started) / 1000);
    }
    return median(seconds);
  } finally {
    await batches.end();
  }
}
