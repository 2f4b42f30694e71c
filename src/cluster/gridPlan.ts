import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { z } from 'zod';
import type { ExperimentConfig } from '../experiment/config';
import { DEFAULT_CONFIG, findPreset, PRESET_GROUPS, presetConfigs, PRESETS, tuningConfigs, type Preset } from '../experiment/presets';
import { expandPreset, isQuick } from '../experiment/runPreset';
import { validateConfig } from '../experiment/schema';

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
}

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
    throw new RangeError(`planGrid: the runs of ${file} would pass for those of the preset "${name}"; give the file another name, which does not begin with "quick".`);
  }
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new RangeError(`planGrid: ${file} is not JSON (${(error as Error).message}).`, { cause: error });
  }
  const checked = gridFile.safeParse(content);
  if (!checked.success) {
    const problems = checked.error.issues.map(({ path, message }) => `  ${path.join('.') || 'file'}: ${message}`);
    throw new RangeError(`planGrid: ${file} is no grid:\n${problems.join('\n')}\nIt holds "changes", a value for each setting that differs from the default, and "grid", a list of values for each setting to run through.`);
  }
  // `presetConfigs` checks every name and value of every run.
  return { name, description: '', changes: (checked.data.changes ?? {}), grid: checked.data.grid };
}

function presetsBehind(name: string): readonly Preset[] {
  if (name.endsWith('.json')) {
    return [readGridFile(name)];
  }
  if (!(name in PRESET_GROUPS) && !PRESETS.some((preset) => preset.name === name)) {
    const known = [...new Set([...PRESETS.map((preset) => preset.name), ...Object.keys(PRESET_GROUPS)])];
    throw new RangeError(`planGrid: there is no grid "${name}"; choose ${known.join(', ')}, or name a file that ends in .json.`);
  }
  return expandPreset(name).map(findPreset);
}

/** Settings that decide no numbers: asked of a grid, they are laid over its runs instead of choosing among them. */
const LAID_OVER: ReadonlySet<string> = new Set<keyof ExperimentConfig>(['kernels', 'snapshotEvery']);

function matches(config: ExperimentConfig, wanted: Partial<ExperimentConfig>): boolean {
  return Object.entries(wanted).every(([key, value]) => LAID_OVER.has(key) || config[key as keyof ExperimentConfig] === value);
}

function laidOver(wanted: Partial<ExperimentConfig>): Partial<ExperimentConfig> {
  return Object.fromEntries(Object.entries(wanted).filter(([key]) => LAID_OVER.has(key)));
}

/**
 * The runs of a preset, of a group of presets, or of a JSON file with `changes` and `grid`.
 *
 * @param options.wanted keeps only the runs with these settings, and the trials that these need; `kernels` and `snapshotEvery` are laid over them.
 * @param options.kind "quick" makes the runs of every grid no results; otherwise the preset decides.
 * @throws RangeError for an unknown name, a damaged file, a setting that no run can have, or if no run is left.
 */
export function planGrid(name: string, { wanted = {}, kind = 'real' }: { readonly wanted?: Partial<ExperimentConfig>; readonly kind?: PlannedRun['kind'] } = {}): GridPlan {
  const parts = presetsBehind(name).map((preset) => {
    const shared = { preset: preset.name, kind: isQuick(preset.name) ? 'quick' : kind } as const;
    const runs = presetConfigs(preset).filter((config) => matches(config, wanted)).map((config) => ({ ...config, ...laidOver(wanted) }));
    const datasets = [...new Set(runs.map(({ dataset }) => dataset))];
    const trials = datasets.flatMap((dataset) => tuningConfigs(preset, dataset));
    return { trials: trials.map((config) => ({ ...shared, config })), runs: runs.map((config) => ({ ...shared, config })) };
  });
  const plan = { name: basename(name, '.json'), trials: parts.flatMap(({ trials }) => trials), runs: parts.flatMap(({ runs }) => runs) };
  if (plan.runs.length === 0) {
    throw new RangeError(`planGrid: no run of ${name} has ${JSON.stringify(wanted)}; \`--dry-run\` lists the runs.`);
  }
  return plan;
}

/** The plan of a single run: what differs from the default, and whether its numbers are results. */
export function planSingle(changes: Partial<ExperimentConfig>, kind: PlannedRun['kind']): GridPlan {
  return { name: 'single', trials: [], runs: [{ preset: 'none', kind, config: validateConfig({ ...DEFAULT_CONFIG, ...changes }) }] };
}

/** The trials that decide a run's learning rate and rho; none for most runs, and for a trial itself. */
export function trialsOf({ preset, config }: PlannedRun, { trials }: Pick<GridPlan, 'trials'>): readonly PlannedRun[] {
  return config.evaluateOn === 'heldOut' ? [] : trials.filter((trial) => trial.preset === preset && trial.config.dataset === config.dataset);
}
