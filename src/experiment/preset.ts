import type { MethodName } from '../train/methodSettings';
import type { ExperimentConfig } from './config';
import type { Grid } from './grid';

/** Trials on held-out images that decide settings for the runs proper; as many for each method. */
export interface Tuning {
  /** Length of a trial, in epochs. */
  readonly epochs: number;
  /** Each setting is tried with each of these; none of them is a seed of the runs proper. */
  readonly seeds: readonly number[];
  /** What differs in trials from the runs proper, such as the images held out for them. */
  readonly changes?: Partial<ExperimentConfig>;
  /** Values to try, by method; as many combinations for each. */
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
  /** Draws the subset of the images anew with each seed, so that intervals over seeds hold its spread too. Default: one subset for all. */
  readonly subsetPerSeed?: boolean;
  readonly grid: Grid;
  /** Changes that are made one at a time, each through the whole grid; none if left out. */
  readonly variants?: readonly Partial<ExperimentConfig>[];
  readonly tuning?: Tuning;
}
