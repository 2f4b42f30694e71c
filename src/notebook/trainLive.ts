import { withDefaults } from '../experiment/defaultConfig';
import type { ExperimentConfig } from '../experiment/config';
import { stoppedTraining } from '../experiment/interrupt';
import type { RunResult } from '../experiment/result';
import { experimentFolders } from '../experiment/folders';
import { runOwnRule, runOwnRuleWithNetwork, type OwnRule } from '../experiment/ownRun';
import { runExperiment, runWithNetwork, type RunOptions } from '../experiment/run';
import type { TrainedRun } from '../experiment/makeRun';
import { runPreset } from '../experiment/runPreset';
import { runId } from '../experiment/store';
import { liveTraining } from '../report/liveTraining';
import { notebookOutput, type OutputWriter } from '../progress/notebookOutput';
import { DATASET_NAMES, describeModel, METHOD_NAMES, titleEnd } from '../report/recipe';
import { longWork } from '../progress/longWork';
import { train } from '../train/loop';
import type { TrainingProgress } from '../train/progress';
import type { TrainingInput } from '../train/trainingInput';
import type { TrainingOutcome } from '../train/trainingRun';
import type { NotebookPreset } from './preset';

/** How a run is shown and stored, and with which rule it is trained. */
export interface LiveOptions extends Partial<RunOptions>, Partial<OwnRule> {
  /** Whether the network is given too, to be probed; the caller frees it with `disposeNetwork`. Default: false. */
  readonly keepNetwork?: boolean;
}

/** A result with its network, which belongs to the caller: free it with `disposeNetwork`. */
export interface LiveRun extends RunResult, Omit<TrainedRun, 'result'> {}

/**
 * Trains one network below the running cell, with progress that updates in place.
 *
 * With a configuration it makes a run and stores its result, or gives the stored one if it was made before; with your
 * own `rule` it is stored only under a name, `storeAs`. With your own network, data set and settings, as `train` takes them,
 * nothing is stored, and the network belongs to the caller.
 *
 * @param config what differs from `DEFAULT_CONFIG`; a constant made with `defineConfig` keeps its types.
 * @param options as those of `runExperiment`; default for the folders: below `data/quick`, apart from results.
 * @returns the result, with `keepNetwork` the model and the network too; or the outcome of `train`, which an interrupt ends
 * early with the status 'stopped'.
 * @throws StoppedError after an interrupt of a run; the same call then resumes from the checkpoint, or starts over for
 * a rule without `storeAs`. Else as `runExperiment`, `runOwnRule` and `train`.
 * @example
 * const { final } = await notebook.trainLive({ method: 'sam', rho: 0.05, epochs: 4, imagesPerClass: 20 });
 * @example
 * const { history, model, network } = await notebook.trainLive({ model: 'resnet20', epochs: 4 }, { rule: mine, keepNetwork: true });
 * @example
 * const { history, network } = await notebook.trainLive({ model: perceptron, trainingSet, settings: experiment.defineConfig({ epochs: 4 }) });
 */
export function trainLive(input: TrainingInput): Promise<TrainingOutcome>;
export function trainLive(config: Partial<ExperimentConfig>, options: LiveOptions & { readonly keepNetwork: true }): Promise<LiveRun>;
export function trainLive(config: Partial<ExperimentConfig>, options?: LiveOptions): Promise<RunResult>;
export function trainLive(what: TrainingInput | Partial<ExperimentConfig>, options: LiveOptions = {}): Promise<TrainingOutcome | RunResult> {
  return 'trainingSet' in what ? trainShown(what) : runShown(withDefaults(what), options);
}

function trainShown(input: TrainingInput): Promise<TrainingOutcome> {
  const title = `${input.rule?.name ?? METHOD_NAMES[input.settings.method]}, ${input.model.name}, ${input.trainingSet.name}, seed ${input.settings.seed}`;
  const onProgress = input.onProgress ?? liveTraining(() => title);
  return longWork('trainLive', { ...input, onProgress }, () => train({ ...input, onProgress }));
}

function runShown(config: ExperimentConfig, { rule, storeAs, keepNetwork = false, ...options }: LiveOptions): Promise<RunResult> {
  const { preset = 'none', folders = experimentFolders('quick') } = options;
  // An own rule takes SAM's place, so that radius, kinds of parameters and groups are read.
  const made: ExperimentConfig = rule ? { ...config, method: 'sam' } : config;
  const own = rule && { rule, ...(storeAs === undefined ? {} : { storeAs }) };
  const onProgress = options.onProgress ?? liveRun(made, preset, { ...(rule ? { method: rule.name } : {}) });
  const runOptions = { ...options, onProgress, preset, folders };
  return longWork('trainLive', runOptions, async () => {
    if (keepNetwork) {
      const trained = await (own ? runOwnRuleWithNetwork(made, own, runOptions) : runWithNetwork(made, runOptions));
      return liveResult(trained && { ...trained.result, model: trained.model, network: trained.network }, made, own);
    }
    return liveResult(await (own ? runOwnRule(made, own, runOptions) : runExperiment(made, runOptions)), made, own);
  });
}

function liveResult<R extends RunResult>(result: R | undefined, config: ExperimentConfig, own: OwnRule | undefined): R {
  if (result === undefined) {
    throw stoppedTraining(own?.rule.name ?? runId(config), own === undefined || own.storeAs !== undefined);
  }
  return result;
}

/**
 * Makes all runs of a notebook's preset on a data set that are not stored yet, one after another, with progress to watch.
 *
 * @throws StoppedError after an interrupt; the same call then resumes. Otherwise as `runPreset`.
 */
export async function trainNotebookPreset(preset: NotebookPreset, dataset: ExperimentConfig['dataset']): Promise<void> {
  const write = inOnePlace(notebookOutput());
  let show: ProgressListener;
  let current = '';
  const onProgress: ProgressListener = (progress) => show(progress);
  await longWork('trainNotebookPreset', { onProgress }, async (work) => {
    const results = await runPreset(preset.name, {
      only: (config) => config.dataset === dataset,
      onStart: (config, run, runs) => {
        current = runId(config);
        show = liveRun(config, preset.name, { counter: `Run ${run} of ${runs}: `, write });
      },
      onProgress,
    });
    if (work.stopping) {
      throw stoppedTraining(current);
    }
    console.log(`All ${results.length} runs of the ${preset.name} preset on ${DATASET_NAMES[dataset]} are stored.`);
  });
}

type ProgressListener = (progress: TrainingProgress) => void;

interface LiveTitle {
  readonly counter?: string;
  /** Default: the name of the configuration's method. */
  readonly method?: string;
  readonly write?: OutputWriter | undefined;
}

/** Shows one run under a title like "SAM, ResNet-20, CIFAR-10, seed 0 — quick preset: not a result"; the images' name is known when it has begun. */
function liveRun(config: ExperimentConfig, preset: string, { counter = '', method = METHOD_NAMES[config.method], write }: LiveTitle = {}): ProgressListener {
  let show: ProgressListener | undefined;
  return (progress) => {
    const { name, synthetic } = progress.trainingSet;
    show ??= liveTraining(`${counter}${method}, ${describeModel(config)}, ${name}, seed ${config.seed}${titleEnd(preset, synthetic)}`, write);
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
