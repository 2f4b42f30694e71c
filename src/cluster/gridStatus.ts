import { experimentFolders } from '../experiment/folders';
import { varyingSettings } from '../experiment/idleSettings';
import { runId } from '../experiment/store';
import { comparisonText, gridCost, type GridCost } from './cost';
import type { GridPlan, PlannedRun } from './gridPlan';
import { planKey } from './queue';
import { readError, runFiles } from './runFiles';
import { readSettled } from './settledRun';
import { planStatusAnywhere, statusText } from './status';
import { readSubmissions, type StoredSubmission } from './submission';

function unique(runs: readonly PlannedRun[]): readonly PlannedRun[] {
  return [...new Map(runs.map((run) => [planKey(run), run])).values()];
}

/** The plans of all grids that were started; parts of a grid that were started separately are one plan. */
function startedPlans(submissions: readonly StoredSubmission[]): readonly GridPlan[] {
  const names = [...new Set(submissions.map(({ plan }) => plan.name))];
  return names.map((name) => {
    const plans = submissions.map(({ plan }) => plan).filter((plan) => plan.name === name);
    return { name, trials: unique(plans.flatMap(({ trials }) => trials)), runs: unique(plans.flatMap(({ runs }) => runs)) };
  });
}

/** How far off a submission's estimate was, once each of its runs has a result or has failed; undefined before that, or if no run had an estimate. */
async function submissionComparison({ plan, tasks, predictedSeconds, cores, gpus }: StoredSubmission, store: string): Promise<string | undefined> {
  const ends = await Promise.all(
    tasks.map(async (task, index) => {
      const found = await readSettled(task, plan, store);
      const { kind, config } = found.run;
      const seconds = 'problem' in found ? undefined : found.result?.seconds;
      const failed = readError(runFiles(experimentFolders(kind, store), runId(config))) !== undefined;
      return { predicted: predictedSeconds[index] ?? null, seconds, over: 'problem' in found || seconds !== undefined || failed };
    }),
  );
  const made = ends.flatMap(({ predicted, seconds }) => (predicted === null || seconds === undefined ? [] : [{ predicted, seconds }]));
  if (made.length === 0 || !ends.every(({ over }) => over)) {
    return undefined;
  }
  const cost = (seconds: readonly number[]): GridCost => gridCost(seconds, { cores, gpus });
  return comparisonText(cost(made.map(({ predicted }) => predicted)), cost(made.map(({ seconds }) => seconds)));
}

/**
 * Where the runs of grids stand, as a table, and what they cost against the estimate.
 *
 * @param plan a grid, or undefined for all that were started.
 * @throws RangeError if no grid is named and none was started.
 */
export async function gridStatus(plan: GridPlan | undefined, store: string): Promise<string> {
  const { submissions, problems } = readSubmissions(store);
  const plans = plan === undefined ? startedPlans(submissions) : [plan];
  if (plans.length === 0) {
    throw new RangeError([`gridStatus: no grid was started in ${store} yet; name one with --grid, or start one.`, ...problems].join('\n'));
  }
  const tables = await Promise.all(plans.map(async (one) => statusText(one.name, await planStatusAnywhere(one, store))));
  const wanted = submissions.filter((submission) => plans.some(({ name }) => name === submission.plan.name));
  const costs = await Promise.all(wanted.map((submission) => submissionComparison(submission, store)));
  const lines = costs.flatMap((cost, index) => (cost === undefined ? [] : [`${wanted[index]!.name}: ${cost}`]));
  return [...tables, ...lines, ...problems].join('\n');
}

/** The runs of a plan, trials first, a line each: its name, and the varying settings that are not in the name. */
export function planText({ trials, runs }: GridPlan): string {
  const configs = [...trials, ...runs].map(({ config }) => config);
  const varying = varyingSettings(configs);
  return configs.map((config) => `${runId(config)}  ${varying(config)}`.trimEnd()).join('\n');
}
