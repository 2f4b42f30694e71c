/** The command `npm run experiment`. */
import { parseExperimentArguments, type ExperimentRequest } from './commandLine';
import { gridHere } from './gridHere';
import { planGrid, planSingle, type GridPlan } from './gridPlan';
import { gridStatus, planText } from './gridStatus';
import { stopRequest } from '../train/stopRequest';
import { DATA, OWN_STORE } from '../train/stores';
import { readSubmissions } from './submission';
import { printScripts, submitGrid } from './submitGrid';

function planOf({ grid, settings, allowSynthetic }: ExperimentRequest): GridPlan {
  const kind = allowSynthetic ? 'quick' : 'real';
  return grid === undefined ? planSingle(settings, kind) : planGrid(grid, { wanted: settings, kind });
}

/** Where the grids that `--status` is asked about may have been started: unless one is named, in the project's store or the user's own. */
function statusStores({ grid, store }: ExperimentRequest): readonly string[] {
  const started = [DATA, OWN_STORE].filter((one) => readSubmissions(one).length > 0);
  return grid === undefined && store === OWN_STORE && started.length > 0 ? started : [store];
}

/** @returns the process's exit code */
async function main(request: ExperimentRequest): Promise<number> {
  const { status, dryRun, slurm, store, again, storeIsShared, estimate, jobs } = request;
  if (status) {
    for (const one of statusStores(request)) {
      console.log(await gridStatus(request.grid === undefined ? undefined : planOf(request), one));
    }
    return 0;
  }
  const plan = planOf(request);
  if (slurm === undefined) {
    if (dryRun) {
      console.log(planText(plan));
      return 0;
    }
    return gridHere(plan, { store, jobs, again, measure: estimate, stop: stopRequest() });
  }
  if (dryRun) {
    await printScripts(plan, { store, again, request: slurm });
  } else {
    await submitGrid(plan, { store, again, request: slurm, storeIsShared, measure: estimate, stop: stopRequest() });
  }
  return 0;
}

main(parseExperimentArguments(process.argv.slice(2))).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  },
);
