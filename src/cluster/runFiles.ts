import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from '../models/atomicFile';
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
  /** Why the last attempt failed; its last line is the reason. It ends in .txt, for every .json beside it is a result. */
  readonly error: string;
}

/** The files of the run with this name. */
export function runFiles({ results, checkpoints }: ExperimentFolders, id: string): RunFiles {
  return { claims: join(checkpoints, `${id}.claims`), progress: join(checkpoints, `${id}.progress.json`), error: join(results, `${id}.error.txt`) };
}

/** Says how far a run is. */
export function writeProgress({ progress }: RunFiles, content: RunProgress): void {
  writeAtomically(progress, [Buffer.from(JSON.stringify(content))]);
}

/** How far a run was when it last said so. */
export function readProgress({ progress }: RunFiles): RunProgress | undefined {
  return existsSync(progress) ? (JSON.parse(readFileSync(progress, 'utf8')) as RunProgress) : undefined;
}

/**
 * Leaves a run's error where its result would be.
 *
 * @param log what the run printed before it failed.
 */
export function writeError(folders: ExperimentFolders, { error }: RunFiles, message: string, log: string): void {
  mkdirSync(folders.results, { recursive: true });
  writeAtomically(error, [Buffer.from(`${log.trimEnd()}\n\n${message.replace(/\s*\n\s*/g, ' ')}\n`.trimStart())]);
}

/** The reason of a run's last failure, in one line. */
export function readError({ error }: RunFiles): string | undefined {
  return existsSync(error) ? readFileSync(error, 'utf8').trimEnd().split('\n').at(-1) : undefined;
}

/** Removes what only an unfinished run needs. */
export function removeTraces({ progress, error }: RunFiles): void {
  rmSync(progress, { force: true });
  rmSync(error, { force: true });
}
