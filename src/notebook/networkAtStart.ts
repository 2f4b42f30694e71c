import { trainingBatches, type Batch } from '../data/batches';
import type { Dataset } from '../data/dataset';
import type { ChannelStatistics } from '../engine/batchNormalization';
import type { TensorVector } from '../engine/tensorVector';
import type { ExperimentConfig } from '../experiment/config';
import { defineConfig } from '../experiment/defineConfig';
import { experimentData } from '../experiment/experimentData';
import { experimentFolders, type ExperimentFolders } from '../experiment/folders';
import { createModel } from '../models/create';
import { initialParameters, initialStatistics } from '../models/initialise';
import type { Model } from '../models/model';

/** A network as its training starts, with its first batch, to try a rule or a gradient on. */
export interface NetworkAtStart {
  readonly config: ExperimentConfig;
  readonly model: Model;
  /** The training images. */
  readonly training: Dataset;
  /** The first of the first epoch. */
  readonly batch: Batch;
  readonly parameters: TensorVector;
  readonly statistics: readonly ChannelStatistics[];
}

/**
 * Makes the network, images, weights and first batch that a run with these settings starts from.
 *
 * @param changes what differs from `DEFAULT_CONFIG`.
 * @param folders where the data set lies; default: the project's `data`, where embedded images may stand in for CIFAR.
 * @returns parameters and statistics belong to the caller: `disposeNetwork` frees them.
 * @throws as `defineConfig`; RangeError for more images than there are.
 * @example
 * const start = await notebook.networkAtStart({ model: 'resnet20', imagesPerClass: 20, batchSize: 20 });
 * const { loss, gradient, statistics } = trainer.batchGradient(start.model, start.parameters, start.statistics, start.batch, 0);
 */
export async function networkAtStart(changes: Partial<ExperimentConfig>, folders: ExperimentFolders = experimentFolders('quick')): Promise<NetworkAtStart> {
  const config = defineConfig(changes);
  const { training } = await experimentData(config, folders);
  const model = createModel(config.model, config.stem, training.classNames.length);
  const [batch] = trainingBatches(training, { ...config, epoch: 1, augmentation: config }) as Iterable<Batch>;
  return { config, model, training, batch: batch!, parameters: initialParameters(model, config), statistics: initialStatistics(model) };
}
