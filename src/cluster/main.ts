/** The command `npm run experiment`. */
import { parseExperimentArguments, type ExperimentRequest } from './commandLine';
import { gridHere } from './gridHere';
import { planGrid, planSingle, type GridPlan } from './gridPlan';
import { gridStatus, planText } from './gridStatus';
import { stopRequest } from '../train/stopRequest';
import { printScripts, submitGrid } from './submitGrid';

function planOf({ grid, settings, allowSynthetic }: ExperimentRequest): GridPlan {
  const kind = allowSynthetic ? 'quick' : 'real';
  return grid === undefined ? planSingle(settings, kind) : planGrid(grid, { wanted: settings, kind });
}

/** @returns the process's exit code */
async function main(request: ExperimentRequest): Promise<number> {
  const { status, dryRun, slurm, store, again, storeIsShared, estimate, jobs } = request;
  if (status) {
    console.log(await gridStatus(request.grid === undefined ? undefined : planOf(request), store));
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
