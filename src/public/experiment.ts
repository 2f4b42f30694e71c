/** Configurations, presets, comparisons, stored results, and their statistics. */

export { compare } from '../experiment/compare';
export type { ComparedNetwork, ComparedMethod, Comparison, ComparisonProgress, ComparisonRun, ComparisonSetting } from '../experiment/comparison';
export type { Budget, ComparedRun, ComparisonRow, JudgedResult } from '../experiment/comparisonRows';
export type { ExperimentConfig } from '../experiment/config';
export { defineConfig } from '../experiment/defineConfig';
export { describeEnvironment } from '../machine/environment';
export { holmAdjusted } from '../experiment/holm';
export { meanInterval, type Interval } from '../experiment/interval';
export { pairedTest, type PairedTest } from '../experiment/pairedTest';
export { detectableEffect, pairedPower } from '../experiment/power';
export { DEFAULT_CONFIG, findPreset, presetConfigs, PRESETS } from '../experiment/presets';
export { PUBLISHED_DEFECTS } from '../experiment/publishedDefects';
export { readAveragedResults, type AveragedResults } from '../experiment/repeats';
export type { RunEnvironment, RunResult } from '../experiment/result';
export { experimentData } from '../experiment/experimentData';
export { experimentFolders, type ExperimentFolders } from '../experiment/folders';
export { runExperiment, type RunOptions } from '../experiment/run';
export { runPreset } from '../experiment/runPreset';
export { validateConfig } from '../experiment/schema';
export { findResult, readResults, runId } from '../experiment/store';
