import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { z } from 'zod';
import type { ExperimentConfig } from '../experiment/config';
import { settingFlag } from '../experiment/commandLine';
import { withDefaults } from '../experiment/defaultConfig';
import { idleSettings } from '../experiment/idleSettings';
import { findPreset, PRESET_GROUPS, presetConfigs, PRESETS, tuningConfigs } from '../experiment/presets';
import type { Preset } from '../experiment/preset';
import { expandPreset, isQuick } from '../experiment/runPreset';
import { validateConfig } from '../experiment/schema';
import { runId } from '../experiment/store';
import { readJsonFile } from '../files/jsonFile';
import { didYouMean } from '../command/nearestName';

/** A run as it is planned. Trials may still decide some of its settings. */
export interface PlannedRun {
  /** The preset that asks for it, the name of a grid's file, or "none". */
  readonly preset: string;
  /** Whether its numbers are results, or show only that everything works. */
  readonly kind: 'real' | 'quick';
  readonly config: ExperimentConfig;
}

/** All runs of a grid, and the trials that decide their settings, where it has any. */
export interface GridPlan {
  readonly name: string;
  readonly trials: readonly PlannedRun[];
  readonly runs: readonly PlannedRun[];
  /** Notes for the user: settings without effect, runs that are named twice. Default: none. */
  readonly notes?: readonly string[];
}

const GRID_PARTS = ['changes', 'grid'];

const gridFile = z.strictObject({
  changes: z.record(z.string(), z.unknown()).optional(),
  grid: z.record(z.string(), z.array(z.unknown()).min(1)),
});

function readGridFile(file: string): Preset {
  const name = basename(file, '.json');
  if (!existsSync(file)) {
    throw new RangeError(`planGrid: there is no file ${file}; a grid's file holds {"changes": {"model": "resnet20"}, "grid": {"seed": [0, 1, 2]}}.`);
  }
  if (PRESETS.some((preset) => preset.name === name) || name in PRESET_GROUPS || isQuick(name)) {
    throw new RangeError(`planGrid: the runs of ${file} would be taken for those of the preset "${name}"; give the file another name, which does not begin with "quick".`);
  }
  let content: unknown;
  try {
    content = readJsonFile(file, { reader: 'planGrid', what: 'a grid', shape: z.unknown(), mend: 'expected a file with {"changes": {...}, "grid": {...}} in JSON' });
  } catch (error) {
    throw new RangeError((error as Error).message, { cause: error });
  }
  const checked = gridFile.safeParse(content);
  if (!checked.success) {
    const problems = checked.error.issues.map((issue) => {
      const meant = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => didYouMean(key, GRID_PARTS)).join('') : '';
      return `  ${issue.path.join('.') || 'file'}: ${issue.message}${meant}`;
    });
    throw new RangeError(`planGrid: ${file} is no grid:\n${problems.join('\n')}\nIt holds "changes", a value for each setting that differs from the default, and "grid", a list of values for each setting to run through.`);
  }
  const preset: Preset = { name, description: '', changes: (checked.data.changes ?? {}), grid: checked.data.grid };
  try {
    // Checks every name and value of every run.
    presetConfigs(preset);
  } catch (error) {
    throw new RangeError(`planGrid: ${file}: ${(error as Error).message.replace(/^validateConfig: /, '')}`, { cause: error });
  }
  return preset;
}

function presetsBehind(name: string): readonly Preset[] {
  if (name.endsWith('.json')) {
    return [readGridFile(name)];
  }
  if (!(name in PRESET_GROUPS) && !PRESETS.some((preset) => preset.name === name)) {
    const known = [...new Set([...PRESETS.map((preset) => preset.name), ...Object.keys(PRESET_GROUPS)])];
    const meant = existsSync(name) ? '. A grid of your own is a file whose name ends in .json.' : didYouMean(name, known) || '.';
    throw new RangeError(`planGrid: there is no grid "${name}"; choose ${known.join(', ')}, or name a file that ends in .json${meant}`);
  }
  return expandPreset(name).map(findPreset);
}

/** Settings that decide no numbers: with a grid they are set in its runs, instead of selecting runs. */
const LAID_OVER: ReadonlySet<string> = new Set<keyof ExperimentConfig>(['kernels', 'snapshotEvery']);

function matches(config: ExperimentConfig, wanted: Partial<ExperimentConfig>): boolean {
  return Object.entries(wanted).every(([key, value]) => LAID_OVER.has(key) || config[key as keyof ExperimentConfig] === value);
}

function laidOver(wanted: Partial<ExperimentConfig>): Partial<ExperimentConfig> {
  return Object.fromEntries(Object.entries(wanted).filter(([key]) => LAID_OVER.has(key)));
}

/** Why a setting has no effect in any of these runs; undefined if it has one in some run. */
function idleInAll(key: keyof ExperimentConfig, configs: readonly ExperimentConfig[]): string | undefined {
  const reasons = configs.map((config) => idleSettings(config).get(key));
  return reasons.includes(undefined) ? undefined : reasons[0];
}

/** Each run once, and notes on runs that were named twice and settings without effect. */
function eachOnce({ name, changes, grid }: Preset, configs: readonly ExperimentConfig[]): { readonly configs: readonly ExperimentConfig[]; readonly notes: readonly string[] } {
  const seen = new Set<string>();
  const once = configs.filter((config) => seen.size < seen.add(runId(config)).size);
  const idle = [...new Set([...Object.keys(changes), ...Object.keys(grid)])].flatMap((key) => {
    const why = idleInAll(key as keyof ExperimentConfig, configs);
    return why === undefined ? [] : [`${name}: ${key} changes nothing in any of its runs: ${why}.`];
  });
  const twice = configs.length - once.length;
  const repeats = twice === 0 ? [] : [`${name}: ${twice} of its ${configs.length} runs ${twice === 1 ? 'is' : 'are'} the same as another, and listed once: they differ only in settings without effect.`];
  return { configs: once, notes: [...idle, ...repeats] };
}

/** Refuses to select runs by a setting that has no effect in any of them. @throws RangeError */
function refuseIdle(name: string, wanted: Partial<ExperimentConfig>, configs: readonly ExperimentConfig[]): void {
  for (const key of Object.keys(wanted) as (keyof ExperimentConfig)[]) {
    const why = LAID_OVER.has(key) ? undefined : idleInAll(key, configs);
    if (why !== undefined) {
      throw new RangeError(`planGrid: ${settingFlag(key)} picks no runs of ${name}, for it changes nothing in any of them: ${why}. Leave it out.`);
    }
  }
}

/**
 * The runs of a preset, of a group of presets, or of a JSON file with `changes` and `grid`, each once.
 *
 * @param options.wanted keeps only the runs with these settings, and the trials that these need; `kernels` and `snapshotEvery` are set in them instead.
 * @param options.kind "quick" makes the runs of every grid no results; otherwise the preset decides.
 * @throws RangeError for an unknown name, a damaged file, a setting that no run can have, a setting to select runs by that has
 * no effect in any of them, or if no run is left.
 */
export function planGrid(name: string, { wanted = {}, kind = 'real' }: { readonly wanted?: Partial<ExperimentConfig>; readonly kind?: PlannedRun['kind'] } = {}): GridPlan {
  const presets = presetsBehind(name);
  refuseIdle(name, wanted, presets.flatMap(presetConfigs));
  const parts = presets.map((preset) => {
    const shared = { preset: preset.name, kind: isQuick(preset.name) ? 'quick' : kind } as const;
    const { configs, notes } = eachOnce(preset, presetConfigs(preset));
    const runs = configs.filter((config) => matches(config, wanted)).map((config) => ({ ...config, ...laidOver(wanted) }));
    const datasets = [...new Set(runs.map(({ dataset }) => dataset))];
    const trials = datasets.flatMap((dataset) => tuningConfigs(preset, dataset));
    return { trials: trials.map((config) => ({ ...shared, config })), runs: runs.map((config) => ({ ...shared, config })), notes };
  });
  const plan = { name: basename(name, '.json'), trials: parts.flatMap(({ trials }) => trials), runs: parts.flatMap(({ runs }) => runs), notes: parts.flatMap(({ notes }) => notes) };
  if (plan.runs.length === 0) {
    throw new RangeError(`planGrid: no run of ${name} has ${JSON.stringify(wanted)}; \`--dry-run\` lists the runs.`);
  }
  return plan;
}

/**
 * The plan of a single run.
 *
 * @param changes what differs from the default.
 * @param kind whether its numbers are results.
 * @throws RangeError for a setting that is unknown, out of range, or changes nothing in this run.
 */
export function planSingle(changes: Partial<ExperimentConfig>, kind: PlannedRun['kind']): GridPlan {
  const config = validateConfig(withDefaults(changes));
  const idle = idleSettings(config);
  const problems = (Object.keys(changes) as (keyof ExperimentConfig)[]).flatMap((key) => (idle.has(key) ? [`  ${key}: changes nothing in this run: ${idle.get(key)!}`] : []));
  if (problems.length > 0) {
    throw new RangeError(`planSingle: settings without effect; leave them out, or change what makes them ineffective:\n${problems.join('\n')}`);
  }
  return { name: 'single', trials: [], runs: [{ preset: 'none', kind, config }] };
}

/** The trials that decide a run's learning rate and rho; none for most runs, and for a trial itself. */
export function trialsOf({ preset, config }: PlannedRun, { trials }: Pick<GridPlan, 'trials'>): readonly PlannedRun[] {
  return config.evaluateOn === 'heldOut' ? [] : trials.filter((trial) => trial.preset === preset && trial.config.dataset === config.dataset);
}
