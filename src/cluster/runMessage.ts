import type { TrainingProgress } from '../train/progress';
import type { ExperimentConfig } from '../experiment/config';
import type { ExperimentFolders } from '../experiment/folders';

/** What a run's own process is told: what to do, once, and later perhaps to stop. */
export type RunOrder =
  | { readonly kind: 'make'; readonly config: ExperimentConfig; readonly preset: string; readonly folders: ExperimentFolders; readonly again: boolean }
  | { readonly kind: 'stop' };

/** Where a run stands. Its history stays empty: it would be sent whole after every step. */
export type RunStep = TrainingProgress;

/** What a run's own process tells: where it stands, or why it failed; the stack is for the file that keeps the error, not for the terminal. */
export type RunReport = { readonly kind: 'step'; readonly step: RunStep } | { readonly kind: 'failure'; readonly message: string; readonly stack: string };

/** Exit code of a run that was asked to stop and has stored a checkpoint (EX_TEMPFAIL of sysexits.h: try again later). */
export const STOPPED = 75;
