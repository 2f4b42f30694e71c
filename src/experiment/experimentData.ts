import type { Dataset, DatasetPair } from '../data/dataset';
import type { DownloadProgress } from '../data/download';
import { symmetricLabelNoise } from '../data/labelNoise';
import { loadDataset } from '../data/load';
import { balancedSubset, splitHeldOut } from '../data/subset';
import { announceSynthetic } from '../data/syntheticNotice';
import type { ExperimentConfig } from './config';
import type { ExperimentFolders } from './folders';

function showDownload({ url, received, total }: DownloadProgress): void {
  if (process.stderr.isTTY) {
    const share = total === null ? '' : ` of ${(total / 1e6).toFixed(0)}`;
    process.stderr.write(`\rdownloading ${url}: ${(received / 1e6).toFixed(1)}${share} MB`);
  }
}

/** The images of a run, as its configuration asks for them. */
export interface ExperimentData {
  readonly training: Dataset;
  readonly heldOut: Dataset | undefined;
  readonly test: Dataset;
}

/** Loads the data set and draws the run's part of it; see `divideData`. */
export async function experimentData(config: ExperimentConfig, { data, allowSynthetic }: ExperimentFolders): Promise<ExperimentData> {
  const pair = await loadDataset(config.dataset, {
    folder: data,
    allowSynthetic,
    onProgress: showDownload,
    onSynthetic: announceSynthetic,
  });
  return divideData(config, pair);
}

/** Draws a run's part of a data set: first the held-out images, then the training images among the rest. */
export function divideData(config: ExperimentConfig, { train: official, test: officialTest }: DatasetPair): ExperimentData {
  const { heldOutPerClass, imagesPerClass, testImagesPerClass, labelNoise, subsetSeed: seed } = config;
  const { kept, heldOut } = heldOutPerClass > 0 ? splitHeldOut(official, { perClass: heldOutPerClass, seed }) : { kept: official, heldOut: undefined };
  const subset = imagesPerClass > 0 ? balancedSubset(kept, { imagesPerClass, seed }) : kept;
  const test = testImagesPerClass > 0 ? balancedSubset(officialTest, { imagesPerClass: testImagesPerClass, seed }) : officialTest;
  return { training: labelNoise > 0 ? symmetricLabelNoise(subset, { fraction: labelNoise, seed }) : subset, heldOut, test };
}
