import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writeAtomically } from '../files/atomicFile';
import { readJsonFile } from '../files/jsonFile';
import type { ExperimentFolders } from '../experiment/folders';

/** How far an unfinished run is. */
export interface RunProgress {
  /** Counted from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Estimated time left when this was written, in seconds. */
  readonly secondsLeft: number;
  /** When this was written, in milliseconds since 1970. */
  readonly writtenAt: number;
}

/** Files that a run has beside its checkpoint and its result. */
export interface RunFiles {
  /** Folder of the run's claims. */
  readonly claims: string;
  readonly progress: string;
  /** Why the last attempt failed; its last line is the reason. It ends in .txt, since every .json beside it is a result. */
  readonly error: string;
}

/** The files of the run with this name. */
export function runFiles({ results, checkpoints }: ExperimentFolders, id: string): RunFiles {
  return { claims: join(checkpoints, `${id}.claims`), progress: join(checkpoints, `${id}.progress.json`), error: join(results, `${id}.error.txt`) };
}

/** Stores how far a run is. */
export function writeProgress({ progress }: RunFiles, content: RunProgress): void {
  writeAtomically(progress, [Buffer.from(JSON.stringify(content))]);
}

const progressShape = z.object({ epoch: z.int(), epochs: z.int(), secondsLeft: z.number(), writtenAt: z.number() }) satisfies z.ZodType<RunProgress>;

/** How far a run was when it last stored that. A note that cannot be read is ignored: the run resumes from its checkpoint, which does not need it. */
export function readProgress({ progress }: RunFiles): RunProgress | undefined {
  if (!existsSync(progress)) {
    return undefined;
  }
  try {
    return readJsonFile(progress, { reader: 'readProgress', what: 'a note of progress', shape: progressShape, mend: 'it counts as none' });
  } catch {
    return undefined;
  }
}

/**
 * Stores a run's error where its result would be.
 *
 * @param log what the run printed before it failed.
 */
export function writeError(folders: ExperimentFolders, { error }: RunFiles, message: string, log: string): void {
  mkdirSync(folders.results, { recursive: true });
  writeAtomically(error, [Buffer.from(`${log.trimEnd()}\n\n${message.replace(/\s*\n\s*/g, ' ')}\n`.trimStart())]);
}

/** The reason of a run's last failure, in one line. */
export function readError({ error }: RunFiles): string | undefined {
  if (!existsSync(error)) {
    return undefined;
  }
  try {
    return readFileSync(error, 'utf8').replaceAll('\0', '').trimEnd().split('\n').at(-1) || `why is not known: ${error} is empty`;
  } catch (problem) {
    return `why is not known: ${error} cannot be read (${(problem as Error).message})`;
  }
}

/** Removes the files that only an unfinished run needs. */
export function removeTraces({ progress, error }: RunFiles): void {
  rmSync(progress, { force: true, recursive: true });
  rmSync(error, { force: true, recursive: true });
}
