import { join } from 'node:path';
import { PROJECT_ROOT } from './projectRoot';

/**
 * Holds the data sets, and the published work: runs of presets in `results`, landscapes in `results/landscape`, federated
 * runs in `results/federated`, benchmarks in `bench`.
 */
export const DATA = join(PROJECT_ROOT, 'data');

/** Holds a user's own work in the same folders as `data`; git ignores it, and no table or figure of the project is made from it. */
export const OWN_STORE = join(DATA, 'own');

/** Holds what only shows that everything works, also made from embedded images. */
export const QUICK_STORE = join(DATA, 'quick');
