import type { TrainingProgress } from '../train/progress';
import type { ExperimentConfig } from '../experiment/config';
import type { ExperimentFolders } from '../experiment/folders';

/** Messages to a run's process: first what to do, later perhaps to stop. */
export type RunOrder =
  | { readonly kind: 'make'; readonly config: ExperimentConfig; readonly preset: string; readonly folders: ExperimentFolders; readonly again: boolean }
  | { readonly kind: 'stop' };

/** How far a run is. Its history stays empty, since it would be sent whole after every step. */
export type RunStep = TrainingProgress;

/** Messages from a run's process: how far it is, or why it failed; the stack is for the file of the error, not for the terminal. */
export type RunReport = { readonly kind: 'step'; readonly step: RunStep } | { readonly kind: 'failure'; readonly message: string; readonly stack: string };

/** Exit code of a run that was asked to stop and has stored a checkpoint (EX_TEMPFAIL of sysexits.h: try again later). */
export const STOPPED = 75;
