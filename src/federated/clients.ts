import { batchesPerEpoch } from '../data/batches';
import { imageCount, select, type Dataset } from '../data/dataset';
import { dirichletPartition, iidPartition } from '../data/partition';
import type { FederatedConfig, FederatedSettings } from './settings';

/** A batch of fewer images is left out of an epoch (see `batchesPerEpoch`), so a client with fewer could not make a step. */
const FEWEST_IMAGES = 2;

/** Seeds of neighbouring clients lie so far apart that runs with small seeds share none. */
const SEED_STRIDE = 1_000_000;

/**
 * Divides a training set among clients as the configuration says.
 *
 * @throws RangeError if a client would have no data, or too few images for a step.
 */
export function divideAmongClients(training: Dataset, { clients, partition, concentration, subsetSeed: seed }: Pick<FederatedConfig, 'clients' | 'partition' | 'concentration' | 'subsetSeed'>): Dataset[] {
  const parts = partition === 'iid' ? iidPartition(training.labels, { clients, seed }) : dirichletPartition(training.labels, { clients, concentration, seed });
  const sets = parts.map((indices) => select(training, indices));
  const advice = 'take more images per class, fewer clients, a larger concentration or another subsetSeed';
  checkClients('divideAmongClients', sets, advice);
  return sets;
}

/** @throws RangeError that names the first client with too few images, and says what to do. */
export function checkClients(caller: string, clients: readonly Dataset[], advice: string): void {
  clients.forEach((client, index) => {
    const images = imageCount(client);
    if (images < FEWEST_IMAGES) {
      const found = images === 0 ? 'no data' : 'a single image';
      throw new RangeError(`${caller}: expected at least ${FEWEST_IMAGES} images for each of the ${clients.length} clients, got ${found} for client ${index}; ${advice}.`);
    }
  });
}

/** Images per local step: the setting, or all that a smaller client has. */
export function localBatchSize(client: Dataset, batchSize: number): number {
  return Math.min(batchSize, imageCount(client));
}

/** Steps that a client makes in one round. */
export function localSteps(client: Dataset, { batchSize, localEpochs }: Pick<FederatedSettings, 'batchSize' | 'localEpochs'>): number {
  return localEpochs * batchesPerEpoch(imageCount(client), localBatchSize(client, batchSize));
}

/** Seed of a client's order of images and augmentation. The first client has the run's own, so that as the only client it repeats plain training. */
export function clientSeed(seed: number, client: number): number {
  return seed + SEED_STRIDE * client;
}
