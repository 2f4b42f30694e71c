import { select, type Dataset, type DatasetPair } from '../data/dataset';
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
  /** With label noise: the training images whose labels are right, and those whose labels are wrong. */
  readonly byLabel?: { readonly rightLabels: Dataset; readonly wrongLabels: Dataset };
}

/** The images of a noisy set whose labels agree with those of the clean one, and the others. */
function splitByLabel(noisy: Dataset, clean: Dataset): NonNullable<ExperimentData['byLabel']> {
  const where = (agree: boolean): Int32Array => Int32Array.from([...noisy.labels.keys()].filter((index) => (noisy.labels[index] === clean.labels[index]) === agree));
  return { rightLabels: select(noisy, where(true)), wrongLabels: select(noisy, where(false)) };
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
  if (labelNoise === 0) {
    return { training: subset, heldOut, test };
  }
  const training = symmetricLabelNoise(subset, { fraction: labelNoise, seed });
  return { training, heldOut, test, byLabel: splitByLabel(training, subset) };
}
