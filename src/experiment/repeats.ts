import { join } from 'node:path';
import type { Evaluation, RunResult } from './result';
import { readResults } from './store';

/** Results in which each run counts once, and what lies behind those that are means. */
export interface AveragedResults {
  readonly results: readonly RunResult[];
  /** The single runs behind each result that is a mean: the one that was stored first, then those made again. */
  readonly repeated: readonly RunResult[];
}

/**
 * Puts runs that were made again together with the stored ones: the final evaluation of a result is then the mean over all runs of its
 * identifier, which differ in rounding alone. They share images, initial weights and order, so they are no further seeds.
 *
 * What happened along the way (`history`, `seconds`) stays that of the run that was stored first. A run that diverged is in no mean.
 *
 * @param repeats those of other runs, and of runs that diverged when they were stored, are left out.
 */
export function averageRepeats(results: readonly RunResult[], repeats: readonly RunResult[]): AveragedResults {
  const repeated: RunResult[] = [];
  const averaged = results.map((result) => {
    const all = [result, ...repeats.filter(({ id }) => id === result.id)].filter(isFinished);
    if (all[0] !== result || all.length === 1) {
      return result;
    }
    repeated.push(...all);
    return { ...result, final: meanEvaluation(all.map(({ final }) => final)), averagedOver: all.length };
  });
  return { results: averaged, repeated };
}

function isFinished(result: RunResult): result is RunResult & { readonly final: Evaluation } {
  return result.status === 'finished' && result.final !== null;
}

function meanEvaluation(evaluations: readonly Evaluation[]): Evaluation {
  const mean = (key: 'loss' | 'top1Error' | 'top5Error'): number => evaluations.reduce((sum, one) => sum + one[key] / evaluations.length, 0);
  return { ...evaluations[0]!, loss: mean('loss'), top1Error: mean('top1Error'), top5Error: mean('top5Error') };
}

/**
 * Reads a folder of results, and the runs in its folder `repeats` that were made again with the settings of some of them.
 *
 * @throws Error as `readResults`.
 * @example
 * const { results } = await experiment.readAveragedResults(experiment.experimentFolders('real').results);
 */
export async function readAveragedResults(folder: string): Promise<AveragedResults> {
  return averageRepeats(await readResults(folder), await readResults(join(folder, 'repeats')));
}
