import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { ExperimentConfig } from '../experiment/config';
import type { ExperimentFolders } from '../experiment/folders';
import type { MeasuredCost } from './cost';

/** The message to the measuring process. */
export interface MeasureOrder {
  readonly runs: readonly { readonly config: ExperimentConfig; readonly folders: ExperimentFolders }[];
}

/**
 * Measures what runs cost on this machine, in a process of its own: a few steps of training and a batch of evaluation
 * of each.
 *
 * @returns the costs that were measured before `signal` was aborted.
 * @throws Error if one of them cannot be trained at all.
 */
export function measureCosts(runs: MeasureOrder['runs'], signal: AbortSignal): Promise<readonly MeasuredCost[]> {
  const child = fork(join(__dirname, 'measureProcess.js'), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const costs: MeasuredCost[] = [];
  child.on('message', (cost: MeasuredCost) => costs.push(cost));
  const end = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', end);
  child.send({ runs } satisfies MeasureOrder, () => undefined);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      signal.removeEventListener('abort', end);
      if (code === 0 || signal.aborted) {
        resolve(costs);
      } else {
        reject(new Error('measureCosts: the cost of the runs could not be measured; see above why. `--no-estimate` starts them all the same.'));
      }
    });
  });
}
