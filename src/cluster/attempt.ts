import { mkdirSync } from 'node:fs';
import type { ExperimentConfig } from '../experiment/config';
import type { RunResult } from '../experiment/result';
import { experimentFolders } from '../experiment/folders';
import { runId } from '../experiment/store';
import { claimRun, type Claim } from './claim';
import type { GridPlan, PlannedRun } from './gridPlan';
import { describeOwner, thisOwner } from './owner';
import { removeTraces, runFiles, writeError, writeProgress } from './runFiles';
import type { RunStep } from './runMessage';
import { settledConfig, storedResult } from './settledRun';
import { superviseRun, type RunEnd } from './superviseRun';

/** Milliseconds between notes of how far a run is. */
const NOTE_INTERVAL = 5000;

/** How an attempt at a run ended. */
export type Attempt =
  | { readonly kind: 'done'; readonly result: RunResult }
  /** Its result was there already. */
  | { readonly kind: 'stored'; readonly result: RunResult }
  /** It was asked to stop, and a checkpoint is stored. */
  | { readonly kind: 'stopped' }
  /** Another process makes it. */
  | { readonly kind: 'held'; readonly by: string }
  /** `file` keeps why, with what the run printed. */
  | { readonly kind: 'failed'; readonly message: string; readonly file: string }
  | { readonly kind: 'killed'; readonly signal: NodeJS.Signals; readonly message: string; readonly file: string };

/** How runs of a plan are made. */
export interface AttemptOptions {
  readonly plan: GridPlan;
  readonly store: string;
  /** Makes stored runs again. */
  readonly again: boolean;
  readonly signal: AbortSignal;
  readonly onStep?: (step: RunStep) => void;
}

/** Makes a run that this process has claimed, and notes how far it is. @returns undefined if another process has taken it over meanwhile. */
async function make(run: PlannedRun, config: ExperimentConfig, claim: Claim, { store, again, signal, onStep }: AttemptOptions): Promise<RunEnd | undefined> {
  const folders = experimentFolders(run.kind, store);
  const files = runFiles(folders, runId(config));
  const abandon = new AbortController();
  let notedAt = -Infinity;
  const note = (step: RunStep): void => {
    if (performance.now() - notedAt >= NOTE_INTERVAL) {
      notedAt = performance.now();
      if (!claim.holds()) {
        abandon.abort();
        return;
      }
      const { epoch, epochs, secondsLeft } = step;
      writeProgress(files, { epoch, epochs, secondsLeft, writtenAt: Date.now() });
    }
    onStep?.(step);
  };
  const end = await superviseRun({ config, preset: run.preset, folders, again }, { signal, abandon: abandon.signal, onStep: note });
  return abandon.signal.aborted ? undefined : end;
}

/** Turns the end of a run's process into the end of the attempt, and stores the error of a failed one beside the place of its result. */
async function conclude(run: PlannedRun, config: ExperimentConfig, end: RunEnd, store: string): Promise<Attempt> {
  const folders = experimentFolders(run.kind, store);
  const files = runFiles(folders, runId(config));
  switch (end.kind) {
    case 'done':
      removeTraces(files);
      return { kind: 'done', result: (await storedResult(run.kind, config, store))! };
    case 'stopped':
      return { kind: 'stopped' };
    case 'failed':
      writeError(folders, files, end.message, end.log);
      return { kind: 'failed', message: end.message, file: files.error };
    case 'killed': {
      const message = `its process was ended by ${end.signal}${end.signal === 'SIGKILL' ? ' (memory may have run out)' : ''}`;
      writeError(folders, files, message, end.log);
      return { kind: 'killed', signal: end.signal, message, file: files.error };
    }
  }
}

/**
 * Makes a run, unless it is stored or another process makes it. An error in the run is not thrown but
 * stored where its result would be, so that other runs can go on.
 *
 * @throws Error if the store cannot be read or written.
 */
export async function attemptRun(run: PlannedRun, options: AttemptOptions): Promise<Attempt> {
  const { plan, store, again } = options;
  const folders = experimentFolders(run.kind, store);
  let config: ExperimentConfig;
  try {
    config = await settledConfig(run, plan, store);
  } catch (error) {
    return conclude(run, run.config, { kind: 'failed', message: (error as Error).message, log: '' }, store);
  }
  mkdirSync(folders.checkpoints, { recursive: true });
  const claim = await claimRun(runFiles(folders, runId(config)).claims, thisOwner());
  if ('host' in claim) {
    return { kind: 'held', by: describeOwner(claim) };
  }
  try {
    const stored = again ? undefined : await storedResult(run.kind, config, store);
    // A result on embedded images does not count: real images may be there by now, and the run looks for them itself.
    if (stored !== undefined && !stored.data.synthetic) {
      return { kind: 'stored', result: stored };
    }
    const end = await make(run, config, claim, options);
    if (end === undefined) {
      return { kind: 'held', by: 'the process that took it over when this one seemed dead' };
    }
    const attempt = await conclude(run, config, end, store);
    return attempt.kind === 'done' && attempt.result.finishedAt === stored?.finishedAt ? { kind: 'stored', result: stored } : attempt;
  } catch (error) {
    // A result, or a file beside it, cannot be read: the file stays, and the run counts as failed.
    return await conclude(run, config, { kind: 'failed', message: (error as Error).message, log: '' }, store);
  } finally {
    claim.release();
  }
}
