import type { BenchResult, Work } from '../bench/result';
import { median } from '../bench/statistics';
import type { ExperimentConfig } from '../experiment/config';
import { relativeTime, type MachineKind } from './cost';

/** CIFAR's sizes. */
const TRAINING_IMAGES = 50_000;
const TEST_IMAGES = 10_000;
const CLASSES = { cifar10: 10, cifar100: 100 } as const;

/** Images that a run trains on and is tested on. */
function imagesOf({ dataset, imagesPerClass, heldOutPerClass, testImagesPerClass }: ExperimentConfig): { readonly training: number; readonly test: number } {
  const classes = CLASSES[dataset];
  return {
    training: imagesPerClass > 0 ? imagesPerClass * classes : TRAINING_IMAGES - heldOutPerClass * classes,
    test: testImagesPerClass > 0 ? testImagesPerClass * classes : TEST_IMAGES,
  };
}

/** Seconds per image for one kind of work. */
function secondsAnImage({ comparisons }: BenchResult, { model, stem, precision }: ExperimentConfig, work: Work): number | undefined {
  const comparison = comparisons.find((one) => one.model === model && one.stem === stem);
  const timing = comparison?.timings.find((one) => one.side === 'samlab' && one.precision === precision && one.work === work && one.seconds.length > 0);
  return comparison && timing && median(timing.seconds) / comparison.batch;
}

/**
 * Seconds of a run of SGD or SAM from the benchmark of such a machine: images x seconds a step and image, and one
 * evaluation of the test set. Null for other methods, and for networks that were not timed there.
 */
export function secondsFromBench(config: ExperimentConfig, benchmarks: readonly BenchResult[], kind: MachineKind): number | null {
  const { method } = config;
  if (method !== 'sgd' && method !== 'sam') {
    return null;
  }
  const { training, test } = imagesOf(config);
  const found = benchmarks.flatMap((benchmark) => {
    const factor = relativeTime(kind, benchmark);
    const [step, evaluation] = [secondsAnImage(benchmark, config, method), secondsAnImage(benchmark, config, 'evaluation')];
    return factor === undefined || step === undefined || evaluation === undefined ? [] : [factor * (config.epochs * training * step + test * evaluation)];
  });
  return found.length === 0 ? null : median(found);
}
