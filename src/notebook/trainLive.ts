import type { ExperimentConfig } from '../experiment/config';
import { TrainingInterrupted } from '../experiment/interrupt';
import type { RunResult } from '../experiment/result';
import { experimentFolders } from '../experiment/folders';
import { runExperiment, type RunOptions } from '../experiment/run';
import { runPreset } from '../experiment/runPreset';
import { runId } from '../experiment/store';
import { liveTraining } from '../report/liveTraining';
import { notebookOutput, type OutputWriter } from '../progress/notebookOutput';
import { DATASET_NAMES, describeModel, METHOD_NAMES, titleEnd } from '../report/recipe';
import { longWork } from '../progress/longWork';
import type { TrainingProgress } from '../train/progress';
import { DEMONSTRATION, demonstrationConfig, type NotebookPreset } from './preset';

/**
 * Makes one run below the running cell, with progress that updates in place, and stores its result; gives the stored
 * one if it was made before. An interrupt of the kernel ends it after the step under way.
 *
 * @param options as those of `runExperiment`; without folders the run lies below `data/quick`, apart from results.
 * @throws TrainingInterrupted after an interrupt; the same call then goes on from the checkpoint. Else as `runExperiment`.
 * @example
 * const { final } = await trainLive({ ...DEFAULT_CONFIG, method: 'sam', rho: 0.05, epochs: 4, imagesPerClass: 20 });
 */
export async function trainLive(config: ExperimentConfig, options: Partial<RunOptions> = {}): Promise<RunResult> {
  const { preset = 'none', folders = experimentFolders('quick') } = options;
  const onProgress = options.onProgress ?? liveRun(config, preset);
  return longWork('trainLive', { ...options, onProgress }, async () => {
    const result = await runExperiment(config, { ...options, onProgress, preset, folders });
    if (result === undefined) {
      throw new TrainingInterrupted(runId(config));
    }
    return result;
  });
}

/**
 * What a notebook trains on a data set: all runs of its preset that are not stored yet, one after another; or, where
 * it only reads, a short demonstration that is made anew each time.
 *
 * @throws TrainingInterrupted after an interrupt; the same call then goes on. Else as `runPreset`.
 */
export async function trainNotebookPreset(preset: NotebookPreset, dataset: ExperimentConfig['dataset']): Promise<void> {
  if (!preset.trains) {
    await trainLive(demonstrationConfig(dataset), { preset: DEMONSTRATION, again: true });
    return;
  }
  const write = inOnePlace(notebookOutput());
  let show: ProgressListener;
  let current = '';
  const onProgress: ProgressListener = (progress) => show(progress);
  await longWork('trainNotebookPreset', { onProgress }, async (work) => {
    const results = await runPreset(preset.name, {
      only: (config) => config.dataset === dataset,
      onStart: (config, run, runs) => {
        current = runId(config);
        show = liveRun(config, preset.name, `Run ${run} of ${runs}: `, write);
      },
      onProgress,
    });
    if (work.stopping) {
      throw new TrainingInterrupted(current);
    }
    console.log(`All ${results.length} runs of the ${preset.name} preset on ${DATASET_NAMES[dataset]} are stored.`);
  });
}

type ProgressListener = (progress: TrainingProgress) => void;

/** Shows one run under a title like "SAM, ResNet-20, CIFAR-10, seed 0 — quick preset: not a result"; the images' name is known when it has begun. */
function liveRun(config: ExperimentConfig, preset: string, counter = '', write?: OutputWriter): ProgressListener {
  let show: ProgressListener | undefined;
  return (progress) => {
    const { name, synthetic } = progress.trainingSet;
    show ??= liveTraining(`${counter}${METHOD_NAMES[config.method]}, ${describeModel(config)}, ${name}, seed ${config.seed}${titleEnd(preset, synthetic)}`, write);
    show(progress);
  };
}

/** Lets the displays of runs that follow each other replace one another. */
export function inOnePlace(write: OutputWriter | undefined): OutputWriter | undefined {
  let place: string | undefined;
  return write && ((data, id) => {
    write(data, place ?? id, place !== undefined);
    place ??= id;
  });
}
