import { longWork, type LongWork } from '../progress/longWork';
import type { ExperimentConfig } from './config';
import { findPreset, presetConfigs, PRESET_GROUPS, tuningConfigs } from './presets';
import type { Preset } from './preset';
import type { RunResult } from './result';
import { experimentFolders } from './folders';
import { runExperiment, type RunOptions } from './run';
import { storedProblem } from './store';

/** Settings that tuning decides. */
export type TunedSettings = Pick<ExperimentConfig, 'learningRate' | 'rho' | 'perturbationScope'>;

/** How the runs of a preset are made, and what is called on the way. */
export interface PresetOptions extends Pick<RunOptions, 'again' | 'onProgress' | 'signal'>, Partial<Pick<RunOptions, 'folders'>> {
  /** Selects the runs to make, for instance those of one data set. */
  readonly only?: (config: ExperimentConfig) => boolean;
  readonly onStart?: (config: ExperimentConfig, run: number, runs: number) => void;
  readonly onEnd?: (result: RunResult) => void;
}

/** Whether a preset's runs are no results. */
export function isQuick(preset: string): boolean {
  return preset.startsWith('quick') || preset === 'smoke';
}

/** Names of the presets behind a name: its group's, or itself. */
export function expandPreset(name: string): readonly string[] {
  return PRESET_GROUPS[name] ?? [findPreset(name).name];
}

/**
 * The settings of a method with the lowest held-out error, as the mean over the seeds of its trials. A setting with a
 * diverged trial is out; the first of equal ones wins.
 *
 * @returns undefined if no setting finished all of its trials.
 */
export function bestTrial(trials: readonly RunResult[], method: ExperimentConfig['method']): TunedSettings | undefined {
  const errors = new Map<string, number[]>();
  for (const { config, status, final } of trials.filter((trial) => trial.config.method === method)) {
    const settings: TunedSettings = { learningRate: config.learningRate, rho: config.rho, perturbationScope: config.perturbationScope };
    const key = JSON.stringify(settings);
    errors.set(key, [...(errors.get(key) ?? []), status === 'finished' && final !== null ? final.top1Error : Infinity]);
  }
  const means = [...errors].map(([key, values]) => ({ key, mean: values.reduce((sum, error) => sum + error, 0) / values.length }));
  const [best] = means.filter(({ mean }) => Number.isFinite(mean)).sort((a, b) => a.mean - b.mean);
  return best && (JSON.parse(best.key) as TunedSettings);
}

/** What is said of a method without a finished trial, whose settings nothing decides. */
export function noBestTrial(method: ExperimentConfig['method'], dataset: ExperimentConfig['dataset']): string {
  return `No setting of ${method} on ${dataset} finished all of its trials, so nothing decides its settings and its runs are not made; add settings to the preset's grid of trials.`;
}

async function tunedConfigs(preset: Preset, wanted: readonly ExperimentConfig[], run: (config: ExperimentConfig) => Promise<RunResult | 'unreadable' | undefined>, problems: string[]): Promise<ExperimentConfig[]> {
  const tuned: ExperimentConfig[] = [];
  for (const dataset of new Set(wanted.map((config) => config.dataset))) {
    const trials: RunResult[] = [];
    const undecided = new Set<ExperimentConfig['method']>();
    for (const trial of tuningConfigs(preset, dataset)) {
      const result = await run(trial);
      if (result === undefined) {
        return [];
      }
      if (result === 'unreadable') {
        undecided.add(trial.method);
      } else {
        trials.push(result);
      }
    }
    for (const method of new Set(trials.map(({ config }) => config.method).filter((one) => !undecided.has(one) && bestTrial(trials, one) === undefined))) {
      undecided.add(method);
      problems.push(noBestTrial(method, dataset));
    }
    for (const config of wanted.filter((candidate) => candidate.dataset === dataset && !undecided.has(candidate.method))) {
      tuned.push({ ...config, ...bestTrial(trials, config.method) });
    }
  }
  return tuned;
}

/**
 * Makes all runs of a preset: first the trials that decide their settings, where it has any, then the
 * final runs. Stored runs are not made again.
 *
 * @returns the results, fewer than all if its `signal` or the kernel's interrupt ended it.
 * @throws RangeError for an unknown preset, and as `runExperiment`; Error that lists stored results that cannot be read and methods whose
 * trials all diverged, once all runs that do not depend on them are made.
 */
export function runPreset(name: string, options: PresetOptions = {}): Promise<RunResult[]> {
  return longWork(`preset ${name}`, options, async (work) => {
    const results = await makeRuns(name, options, work);
    if (work.stopping) {
      work.tellStopped(`${results.length} runs are stored, and the checkpoint of the one under way; the same call resumes from there.`);
    }
    return results;
  });
}

async function makeRuns(name: string, options: PresetOptions, work: LongWork): Promise<RunResult[]> {
  const results: RunResult[] = [];
  const problems: string[] = [];
  for (const presetName of expandPreset(name)) {
    const preset = findPreset(presetName);
    const wanted = presetConfigs(preset).filter(options.only ?? (() => true));
    const trials = [...new Set(wanted.map(({ dataset }) => dataset))].flatMap((dataset) => tuningConfigs(preset, dataset));
    let started = 0;
    const folders = options.folders ?? experimentFolders(isQuick(presetName) ? 'quick' : 'real');
    const run = async (config: ExperimentConfig): Promise<RunResult | 'unreadable' | undefined> => {
      if (work.stopping) {
        return undefined;
      }
      options.onStart?.(config, ++started, trials.length + wanted.length);
      const problem = options.again === true ? undefined : await storedProblem(folders.results, config);
      if (problem !== undefined) {
        problems.push(problem);
        return 'unreadable';
      }
      const result = await runExperiment(config, { ...options, preset: presetName, folders });
      if (result !== undefined) {
        options.onEnd?.(result);
      }
      return result;
    };
    for (const config of trials.length > 0 ? await tunedConfigs(preset, wanted, run, problems) : wanted) {
      const result = await run(config);
      if (result === undefined) {
        return results;
      }
      if (result !== 'unreadable') {
        results.push(result);
      }
    }
  }
  if (problems.length > 0) {
    throw new Error(`runPreset: ${results.length} runs are stored; some are missing:\n${problems.join('\n')}`);
  }
  return results;
}
