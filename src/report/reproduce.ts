import { join, relative } from 'node:path';
import { Command } from 'commander';
import { PROJECT_ROOT } from '../files/projectRoot';
import { runId } from '../experiment/store';
import { expandPreset, isQuick, runPreset } from '../experiment/runPreset';
import { executeNotebook, notebookNames } from '../jupyter/notebooks';
import { duration } from '../progress/progressBar';
import { stopRequest } from '../command/stopRequest';
import { progressLine } from './progressChart';
import { regenerateFigures, regenerateReport } from './regenerate';

/** Seconds between lines of progress. */
const REPORT_SECONDS = 15;
const STOPPED = 'Stopped at your request; the same command resumes from there.';

/** Prints what a step does and how long it took. @throws Error if an interrupt came before or meanwhile; what was done is stored. */
async function step<T>(name: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  console.log(name);
  const result = await work().catch((error: unknown) => {
    throw signal.aborted ? new Error(STOPPED, { cause: error }) : error;
  });
  if (signal.aborted) {
    throw new Error(STOPPED);
  }
  console.log(`  done in ${duration((performance.now() - started) / 1000)}`);
  return result;
}

/** Makes the runs of a preset that are not stored yet, until an interrupt. */
async function makeRuns(preset: string, signal: AbortSignal): Promise<void> {
  let lastReport = performance.now();
  await runPreset(preset, {
    signal,
    onStart: (config, run, runs) => console.log(`  [${run}/${runs}] ${runId(config)}`),
    onProgress: (progress) => {
      if (performance.now() - lastReport >= 1000 * REPORT_SECONDS) {
        lastReport = performance.now();
        console.log(`    ${progressLine(progress)}`);
      }
    },
  });
}

/** Everything from nothing: runs, notebooks, figures, report. */
async function reproduce(preset: string): Promise<void> {
  const started = performance.now();
  const signal = stopRequest();
  const quick = expandPreset(preset).every(isQuick);
  const notebooks = quick ? join(PROJECT_ROOT, 'data', 'quick', 'notebooks') : join(PROJECT_ROOT, 'notebooks');
  await step(`Runs of the ${preset} preset (what is stored is not run again)`, signal, () => makeRuns(preset, signal));
  for (const name of await notebookNames(PROJECT_ROOT)) {
    await step(`Notebook ${name}`, signal, () => executeNotebook(PROJECT_ROOT, name, preset, notebooks, signal));
  }
  await step('Figures', signal, () => regenerateFigures(PROJECT_ROOT, preset));
  const files = await step('Report', signal, () => regenerateReport(PROJECT_ROOT, preset));
  const made = [...files.map((file) => relative(PROJECT_ROOT, file)), `${relative(PROJECT_ROOT, notebooks)}/`, quick ? 'data/quick/figures/' : 'figures/'];
  console.log(`Reproduced the ${preset} preset in ${duration((performance.now() - started) / 1000)}: ${made.join(', ')}.`);
}

const { preset } = new Command()
  .name('npm run reproduce --')
  .description('Make all runs of a preset that are not stored yet, run every notebook, draw the figures and fill the tables.')
  .option('--preset <name>', 'quick (minutes; writes below data/quick), laptop (days) or paper (a GPU, or days)', 'quick')
  .showHelpAfterError()
  .parse()
  .opts<{ readonly preset: string }>();

reproduce(preset).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
