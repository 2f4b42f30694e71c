import { loadDataset } from '../data/load';
import { DATA } from '../files/stores';
import type { PlannedRun } from './gridPlan';

/**
 * Downloads the data sets of runs before several runs look for the same files at once, and before nodes without a
 * network need them.
 *
 * @throws Error if a data set is damaged, or cannot be downloaded and nothing may stand in for it.
 */
export async function fetchDatasets(runs: readonly PlannedRun[]): Promise<void> {
  for (const kind of ['real', 'quick'] as const) {
    const wanted = runs.filter((run) => run.kind === kind);
    for (const dataset of new Set(wanted.map(({ config }) => config.dataset))) {
      await loadDataset(dataset, { folder: DATA, allowSynthetic: kind === 'quick' });
    }
  }
}
