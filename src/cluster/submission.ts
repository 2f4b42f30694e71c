import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { writeAtomically } from '../models/atomicFile';
import type { GridPlan, PlannedRun } from './gridPlan';

/** What a grid that was started holds on to, in `grids/<name>` of the store: enough to make its runs and to tell of them. */
export interface Submission {
  readonly plan: GridPlan;
  /** The runs that were started, by the number of their Slurm task. */
  readonly tasks: readonly PlannedRun[];
  /** Estimated seconds of each task; null where nothing like it was measured. */
  readonly predictedSeconds: readonly (number | null)[];
  /** Processor cores and graphics cards of a task. */
  readonly cores: number;
  readonly gpus: number;
  /** Makes again what is stored. */
  readonly again: boolean;
}

/** A submission and where it is. */
export interface StoredSubmission extends Submission {
  /** Its folder's name, which is also that of its Slurm job. */
  readonly name: string;
}

const MANIFEST = 'manifest.json';

/** Folder of all submissions. */
export function submissionsFolder(store: string): string {
  return join(store, 'grids');
}

/** The store that a submission belongs to. */
export function storeOf(folder: string): string {
  return dirname(dirname(folder));
}

/** Stores a submission under a new name. @returns its folder. */
export function createSubmission(store: string, submission: Submission): string {
  mkdirSync(submissionsFolder(store), { recursive: true });
  const folder = mkdtempSync(join(submissionsFolder(store), `samlab-${submission.plan.name.replace(/[^\w.-]/g, '-')}-`));
  writeAtomically(join(folder, MANIFEST), [Buffer.from(JSON.stringify(submission))]);
  return folder;
}

/** Reads a submission. @throws Error if it is not there, as where a node does not see the store. */
export function readSubmission(folder: string): StoredSubmission {
  const file = join(folder, MANIFEST);
  if (!existsSync(file)) {
    throw new Error(`readSubmission: there is no ${file} on this machine; the store has to lie on a file system that all nodes share.`);
  }
  return { name: basename(folder), ...(JSON.parse(readFileSync(file, 'utf8')) as Submission) };
}

/** All submissions of a store. */
export function readSubmissions(store: string): readonly StoredSubmission[] {
  const folder = submissionsFolder(store);
  if (!existsSync(folder)) {
    return [];
  }
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((candidate) => existsSync(join(candidate, MANIFEST)))
    .map(readSubmission);
}
