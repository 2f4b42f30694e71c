import { existsSync, mkdirSync, mkdtempSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { syncFolder } from '../files/syncFolder';
import type { ExperimentConfig } from '../experiment/config';
import { DEFAULT_CONFIG } from '../experiment/presets';
import { configShape } from '../experiment/schema';
import { writeAtomically } from '../files/atomicFile';
import { readJsonFile } from '../files/jsonFile';
import type { GridPlan, PlannedRun } from './gridPlan';

/** The record of a grid that was started, in `grids/<name>` of the store: all that is needed to make its runs and to show their state. */
export interface Submission {
  readonly plan: GridPlan;
  /** The runs that were started, by the number of their Slurm task. */
  readonly tasks: readonly PlannedRun[];
  /** Estimated seconds of each task; null where nothing like it was measured. */
  readonly predictedSeconds: readonly (number | null)[];
  /** Processor cores and graphics cards of a task. */
  readonly cores: number;
  readonly gpus: number;
  /** Makes stored runs again. */
  readonly again: boolean;
}

/** A submission and where it is. */
export interface StoredSubmission extends Submission {
  /** Its folder's name, which is also that of its Slurm job. */
  readonly name: string;
}

const MANIFEST = 'manifest.json';

/** A run that an earlier version planned lacks settings that were added later, which had their default then. */
const plannedRun = z.object({
  preset: z.string(),
  kind: z.enum(['real', 'quick']),
  config: z.preprocess((config) => (typeof config === 'object' ? { ...DEFAULT_CONFIG, ...(config as Partial<ExperimentConfig>) } : config), configShape),
}) satisfies z.ZodType<PlannedRun>;
const count = z.int().min(0);
const submissionShape = z.object({
  plan: z.object({ name: z.string(), trials: z.array(plannedRun), runs: z.array(plannedRun) }),
  tasks: z.array(plannedRun),
  predictedSeconds: z.array(z.number().nullable()),
  cores: count,
  gpus: count,
  again: z.boolean(),
}) satisfies z.ZodType<Submission>;

/** Folder of all submissions. */
export function submissionsFolder(store: string): string {
  return join(store, 'grids');
}

/** The store that a submission belongs to. */
export function storeOf(folder: string): string {
  return dirname(dirname(folder));
}

/** The beginning of the names of a grid's jobs: letters, digits and a few signs without a special meaning for Slurm or in its file names. */
export function jobName(grid: string): string {
  return `samlab-${grid.replace(/[^\w.-]/g, '-').slice(0, 80)}`;
}

/** Stores a submission under a new name. @returns its folder. */
export function createSubmission(store: string, submission: Submission): string {
  mkdirSync(submissionsFolder(store), { recursive: true });
  const folder = mkdtempSync(join(submissionsFolder(store), `${jobName(submission.plan.name)}-`));
  writeAtomically(join(folder, MANIFEST), [Buffer.from(JSON.stringify(submission))]);
  syncFolder(submissionsFolder(store));
  return folder;
}

/** Reads a submission. @throws Error if it is damaged, or not there, as where a node does not see the store. */
export function readSubmission(folder: string): StoredSubmission {
  const file = join(folder, MANIFEST);
  if (!existsSync(file)) {
    throw new Error(`readSubmission: there is no ${file} on this machine; the store has to lie on a file system that all nodes share.`);
  }
  const mend = 'delete its folder and submit the grid again: runs that have a result are not made again';
  return { name: basename(folder), ...readJsonFile(file, { reader: 'readSubmission', what: 'the list of runs of a submission', shape: submissionShape, mend }) };
}

/** The submissions of a store, and what is wrong with those that cannot be read. */
export interface StoredSubmissions {
  readonly submissions: readonly StoredSubmission[];
  readonly problems: readonly string[];
}

/** All submissions of a store. One that cannot be read does not keep the others from being read. */
export function readSubmissions(store: string): StoredSubmissions {
  const folder = submissionsFolder(store);
  if (!existsSync(folder)) {
    return { submissions: [], problems: [] };
  }
  if (!statSync(folder).isDirectory()) {
    throw new Error(`readSubmissions: ${folder} is a file; expected the folder in which started grids are kept. Move it away, or choose another --store.`);
  }
  const submissions: StoredSubmission[] = [];
  const problems: string[] = [];
  for (const name of readdirSync(folder).filter((candidate) => existsSync(join(folder, candidate, MANIFEST)))) {
    try {
      submissions.push(readSubmission(join(folder, name)));
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  return { submissions, problems };
}
