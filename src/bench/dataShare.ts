import { trainingBatches } from '../data/batches';
import { syntheticDataset } from '../data/synthetic';
import { median } from './statistics';

/** Median seconds of making one training batch: drawn, cropped, mirrored, normalised, cut out. */
export function batchSeconds(batchSize: number): number {
  const dataset = syntheticDataset(10).train;
  const augmentation = { cropPadding: 4, flip: true, cutout: 16, cutoutPer: 'image' as const };
  const batches = trainingBatches(dataset, { batchSize, epoch: 1, seed: 0, normalization: 'half', augmentation });
  const seconds: number[] = [];
  for (let started = performance.now(); batches.next().done !== true; started = performance.now()) {
    seconds.push((performance.now() - started) / 1000);
  }
  return median(seconds);
}
