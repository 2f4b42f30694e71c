import { join } from 'node:path';
import { PROJECT_ROOT } from '../train/environment';

/** Folders that a run reads and writes. */
export interface ExperimentFolders {
  /** Holds the data sets. */
  readonly data: string;
  /** Whether embedded images may stand in for a data set that cannot be had; never beside real results. */
  readonly allowSynthetic: boolean;
  readonly results: string;
  /** Holds what an unfinished run needs to go on. */
  readonly checkpoints: string;
  /** Holds the weights of finished runs, in torchvision's layout. */
  readonly weights: string;
}

/** Holds the data sets, and what runs make where nobody names another store. */
export const DATA = join(PROJECT_ROOT, 'data');

/**
 * Folders for real results, or for those of a quick run, which are no results and are kept apart under `quick`.
 *
 * @param store what runs make goes below this folder.
 */
export function experimentFolders(kind: 'real' | 'quick', store: string = DATA): ExperimentFolders {
  const base = kind === 'real' ? store : join(store, 'quick');
  return {
    data: DATA,
    allowSynthetic: kind === 'quick',
    results: join(base, 'results'),
    checkpoints: join(base, 'checkpoints'),
    weights: join(base, 'weights'),
  };
}
