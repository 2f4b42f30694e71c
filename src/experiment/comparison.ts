import type { Model } from '../models/model';
import type { PerturbationRule } from '../optim/perturbation';
import type { MethodSettings } from '../train/methodSettings';
import type { NetworkState } from '../train/network';
import type { TrainingProgress } from '../train/progress';
import type { Budget, ComparedRun, ComparisonRow } from './comparisonRows';
import type { ExperimentConfig } from './config';
import type { OwnParts } from './ownNetworkRun';
import type { RunOptions } from './run';

/** Settings in which the methods of a comparison may differ; they share all others. */
export type MethodChanges = Partial<MethodSettings & Pick<ExperimentConfig, 'learningRate'>>;

/** A method to compare: settings of a built-in one, or your own rule. */
export interface ComparedMethod extends MethodChanges {
  /** Its name in rows and progress. Default: made from the settings, or the rule's name. */
  readonly label?: string;
  /** A perturbation rule in place of a built-in one; the other settings are built around it. It is trained in memory, without a checkpoint, unless `storeAs` is given. */
  readonly rule?: PerturbationRule;
  /** Name under which the results and checkpoints of an own rule are stored; choose another one when the rule changes in a way that its source text does not show. */
  readonly storeAs?: string;
}

/** What the methods of a comparison share. */
export interface ComparisonSetting extends Partial<Pick<RunOptions, 'preset' | 'folders' | 'signal'>>, Pick<OwnParts, 'network' | 'data'> {
  /** What differs from `DEFAULT_CONFIG`. Under equal epochs every method trains for its `epochs`. */
  readonly config: Partial<ExperimentConfig>;
  /** Each draws the initial weights, order and augmentation for all methods alike. */
  readonly seeds: readonly number[];
  /** What is held equal. Default: both, one after the other. */
  readonly budgets?: readonly Budget[];
  /** Whether the comparison also gives the trained networks, to be probed; its `dispose` frees them. Default: false. */
  readonly keepNetworks?: boolean;
  /** Called after every step; in a notebook a bar shows how far the whole comparison is unless this is given. */
  readonly onProgress?: (progress: ComparisonProgress) => void;
  /** Called before each run. */
  readonly onRun?: (run: ComparisonRun) => void;
}

/** Where a comparison stands: the progress of the run under way, and the time of the whole. */
export interface ComparisonProgress extends TrainingProgress {
  /** Estimated time left of all runs together, in seconds. */
  readonly comparisonSecondsLeft: number;
}

/** A run of a comparison that is about to start, or to be read from the store. */
export interface ComparisonRun {
  readonly label: string;
  readonly budget: Budget;
  readonly config: ExperimentConfig;
  /** Counted from 1. */
  readonly run: number;
  readonly runs: number;
  /** Whether a stopped run resumes from a checkpoint; your own rules do so if they have a `storeAs`. */
  readonly hasCheckpoint: boolean;
}

/** A network that a comparison has trained. Its tensors belong to the comparison, whose `dispose` frees them. */
export interface ComparedNetwork {
  readonly label: string;
  readonly budget: Budget;
  readonly seed: number;
  readonly model: Model;
  readonly network: NetworkState;
}

/** What a comparison found. */
export interface Comparison {
  /** Ready for a table: a method and budget each. */
  readonly rows: readonly ComparisonRow[];
  readonly runs: readonly ComparedRun[];
  /** Label of the base optimizer, which the others are tested against. */
  readonly base: string;
  /** The networks of the `runs`, in their order, with `keepNetworks`; else none. A run that counts under both budgets has one network. */
  readonly networks: readonly ComparedNetwork[];
  /** Frees the networks. */
  readonly dispose: () => void;
  /** What is wrong with stored results that cannot be read, a line each; their runs are missing, all others were made. */
  readonly problems: readonly string[];
}
