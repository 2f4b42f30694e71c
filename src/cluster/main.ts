/** The command `npm run experiment`. */
import { existsSync, statSync } from 'node:fs';
import { withFlagNames } from '../experiment/commandLine';
import { reportProblem } from '../command/commandProblem';
import { parseExperimentArguments, type ExperimentRequest } from './commandLine';
import { gridHere } from './gridHere';
import { planGrid, planSingle, type GridPlan } from './gridPlan';
import { gridStatus, planText } from './gridStatus';
import { stopRequest } from '../command/stopRequest';
import { DATA, OWN_STORE } from '../files/stores';
import { readSubmissions } from './submission';
import { printScripts, submitGrid } from './submitGrid';

function planOf({ grid, settings, allowSynthetic }: ExperimentRequest): GridPlan {
  const kind = allowSynthetic ? 'quick' : 'real';
  if (grid !== undefined) {
    return planGrid(grid, { wanted: settings, kind });
  }
  try {
    return planSingle(settings, kind);
  } catch (error) {
    throw new RangeError(withFlagNames((error as Error).message), { cause: error });
  }
}

/** The plan that was asked for, with its notes printed to the terminal. */
function announcedPlan(request: ExperimentRequest): GridPlan {
  const plan = planOf(request);
  plan.notes?.forEach((note) => console.error(note));
  return plan;
}

/** @throws Error if a store was named that does not exist, which would look like one in which nothing was started. */
function requireStore(store: string): void {
  if (!existsSync(store) || !statSync(store).isDirectory()) {
    throw new Error(`--store: ${store} is ${existsSync(store) ? 'a file' : 'not there'}; expected the folder that the runs were stored in.`);
  }
}

/** The stores that `--status` looks in: the named one, or the project's and the user's own. */
function statusStores({ grid, store }: ExperimentRequest): readonly string[] {
  const started = [DATA, OWN_STORE].filter((one) => readSubmissions(one).submissions.length > 0);
  return grid === undefined && store === OWN_STORE && started.length > 0 ? started : [store];
}

/** @returns the process's exit code */
async function main(request: ExperimentRequest): Promise<number> {
  const { status, dryRun, slurm, store, again, storeIsShared, estimate, jobs } = request;
  if (status) {
    const named = request.grid !== undefined || Object.keys(request.settings).length > 0;
    const plan = named ? announcedPlan(request) : undefined;
    for (const one of statusStores(request)) {
      if (one !== OWN_STORE) {
        requireStore(one);
      }
      console.log(await gridStatus(plan, one));
    }
    return 0;
  }
  const plan = announcedPlan(request);
  if (slurm === undefined) {
    if (dryRun) {
      console.log(planText(plan));
      return 0;
    }
    return gridHere(plan, { store, jobs, again, measure: estimate, signal: stopRequest() });
  }
  if (dryRun) {
    await printScripts(plan, { store, again, request: slurm });
  } else {
    await submitGrid(plan, { store, again, request: slurm, storeIsShared, measure: estimate, signal: stopRequest() });
  }
  return 0;
}

main(parseExperimentArguments(process.argv.slice(2))).then((code) => {
  process.exitCode = code;
}, reportProblem);
