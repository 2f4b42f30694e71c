import { join } from 'node:path';
import { DATA } from '../files/stores';

/** Folders that a run reads and writes. */
export interface ExperimentFolders {
  /** Holds the data sets. */
  readonly data: string;
  /** Whether embedded images may stand in for a data set that cannot be downloaded; never among real results. */
  readonly allowSynthetic: boolean;
  readonly results: string;
  /** Holds what an unfinished run needs to go on. */
  readonly checkpoints: string;
  /** Holds the weights of finished runs, in torchvision's layout. */
  readonly weights: string;
}

/**
 * Folders for results.
 *
 * @param kind `real`: in the store itself; `own`: below `own` in it, a user's own work, which git ignores and `npm run report -- --own`
 * reads; `quick`: below `quick`, no results.
 * @param store what runs make goes below this folder; default: the project's `data`.
 */
export function experimentFolders(kind: 'real' | 'own' | 'quick', store: string = DATA): ExperimentFolders {
  const base = kind === 'real' ? store : join(store, kind);
  return {
    data: DATA,
    allowSynthetic: kind === 'quick',
    results: join(base, 'results'),
    checkpoints: join(base, 'checkpoints'),
    weights: join(base, 'weights'),
  };
}
