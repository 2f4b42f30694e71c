import type { ExperimentConfig } from '../experiment/config';
import { comparisonRows, type ComparedRun, type ComparisonRow } from '../experiment/comparisonRows';
import { findPreset, presetConfigs } from '../experiment/presets';
import type { RunResult } from '../experiment/result';
import { runId } from '../experiment/store';

/** Settings that select some runs of a preset. */
export type Settings = Partial<ExperimentConfig>;

/** The stored runs of a preset that have some settings, whichever preset stored them. */
export function runsWith(results: readonly RunResult[], preset: string, settings: Settings): readonly RunResult[] {
  const stored = new Map(results.map((result) => [result.id, result]));
  return presetConfigs(findPreset(preset)).filter((config) => fits(config, settings)).flatMap((config) => stored.get(runId(config)) ?? []);
}

function fits(config: ExperimentConfig, settings: Settings): boolean {
  return (Object.keys(settings) as (keyof ExperimentConfig)[]).every((key) => config[key] === settings[key]);
}

/** The row of some runs tested against others with the same seeds, and the row of these; undefined where there are no such runs. */
export function rowBeside(runs: readonly RunResult[], baseRuns: readonly RunResult[]): readonly [row: ComparisonRow | undefined, base: ComparisonRow | undefined] {
  const labelled = (label: string, ofLabel: readonly RunResult[]): ComparedRun[] => ofLabel.map((result) => ({ label, budget: 'epochs', result }));
  const rows = comparisonRows([...labelled('with', runs), ...labelled('without', baseRuns)], 'without');
  return [rows.find(({ method }) => method === 'with'), rows.find(({ method }) => method === 'without')];
}
