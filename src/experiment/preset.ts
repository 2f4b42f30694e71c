import type { MethodName } from '../train/methodSettings';
import type { ExperimentConfig } from './config';
import type { Grid } from './grid';

/** Trials on held-out images that decide settings for the final runs; the same number for each method. */
export interface Tuning {
  /** Length of a trial, in epochs. */
  readonly epochs: number;
  /** Each setting is tried with each of these; none of them is a seed of the final runs. */
  readonly seeds: readonly number[];
  /** What differs in trials from the final runs, such as the images held out for them. */
  readonly changes?: Partial<ExperimentConfig>;
  /** Values to try, by method; the same number of combinations for each. */
  readonly grids: { readonly [Method in MethodName]?: Grid };
}

/** A named set of runs. */
export interface Preset {
  readonly name: string;
  readonly description: string;
  /** What differs from `DEFAULT_CONFIG`. */
  readonly changes: Partial<ExperimentConfig>;
  /** What differs by data set. */
  readonly byDataset?: { readonly [Dataset in ExperimentConfig['dataset']]?: Partial<ExperimentConfig> };
  /** Draws another subset of the images with each seed, so that intervals over seeds include the scatter over subsets. Default: one subset for all. */
  readonly subsetPerSeed?: boolean;
  readonly grid: Grid;
  /** Changes that are made one at a time, each through the whole grid. Default: none. */
  readonly variants?: readonly Partial<ExperimentConfig>[];
  readonly tuning?: Tuning;
}
