import { join } from 'node:path';
import type { Dataset } from '../data/dataset';
import { balancedSubset } from '../data/subset';
import type { ExperimentConfig } from '../experiment/config';
import { DEFAULT_CONFIG, findPreset } from '../experiment/presets';
import { experimentData } from '../experiment/experimentData';
import { experimentFolders } from '../experiment/folders';
import { runId } from '../experiment/store';
import { createModel } from '../models/create';
import type { Model } from '../models/model';
import { loadWeights } from '../models/torchvision';
import type { NetworkState } from '../train/network';
import { DEMONSTRATION, demonstrationConfig, type NotebookPreset } from './preset';
import { trainLive } from './trainLive';

const PROBED_PER_CLASS = 10;

/** Two small networks that were trained alike but for their method, and images to probe them on. */
export interface TrainedPair {
  readonly model: Model;
  /** A part of the images that both learned from, small enough to be probed while one watches. */
  readonly images: Dataset;
  readonly config: ExperimentConfig;
  readonly sgd: NetworkState;
  readonly sam: NetworkState;
}

/**
 * Trains a small network with SGD and with SAM below the running cell, and gives both with their images; nets that
 * were trained before are read from their weights files. They are there to be probed and are no result.
 *
 * @returns networks that the caller disposes of.
 * @throws TrainingInterrupted after an interrupt; the same call then goes on.
 */
export async function trainedPair(preset: NotebookPreset): Promise<TrainedPair> {
  const base = preset.name === 'smoke' ? { ...DEFAULT_CONFIG, ...findPreset('smoke').changes } : demonstrationConfig('cifar10');
  const folders = experimentFolders('quick');
  const model = createModel(base.model, base.stem, 10);
  const networks: NetworkState[] = [];
  for (const method of ['sgd', 'sam'] as const) {
    const config = { ...base, method };
    await trainLive(config, { preset: DEMONSTRATION, folders });
    networks.push(loadWeights(join(folders.weights, `${runId(config)}.safetensors`), model));
  }
  const { training } = await experimentData(base, folders);
  const images = balancedSubset(training, { imagesPerClass: Math.min(PROBED_PER_CLASS, base.imagesPerClass), seed: 0 });
  return { model, images, config: base, sgd: networks[0]!, sam: networks[1]! };
}
