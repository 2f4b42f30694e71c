import { existsSync, linkSync, mkdirSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { syncFolder } from '../files/syncFolder';
import { readJsonFile } from '../files/jsonFile';
import { isAlive, type Owner } from './owner';

/** A run that this process may make, and nobody else meanwhile. */
export interface Claim {
  /** Whether the run is still this process's: a node that does not answer counts as dead, and another takes its runs over. */
  readonly holds: () => boolean;
  /** Gives the run free. */
  readonly release: () => void;
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(error.code as string);
}

/** Does something that fails harmlessly if another process was faster. @returns undefined if it was. */
function unlessGone<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'EEXIST', 'ENOTEMPTY')) {
      return undefined;
    }
    throw error;
  }
}

/** Numbers of the claims in a folder, from the oldest. */
function claimNumbers(folder: string): number[] {
  const names = unlessGone(() => readdirSync(folder)) ?? [];
  return names
    .filter((name) => /^\d+\.json$/.test(name))
    .map((name) => Number.parseInt(name, 10))
    .sort((a, b) => a - b);
}

const ownerShape = z.object({ host: z.string(), pid: z.int(), started: z.string(), task: z.string().exactOptional() }) satisfies z.ZodType<Owner>;

/** Unreadable claims that this process has told of. */
const told = new Set<string>();

/**
 * Who has a claim; undefined if it is gone, or if nobody can be read from it: a claim is written whole before it takes its
 * name, so one that is not whole is what a power cut left of it, and its owner ended with that.
 */
function ownerIn(file: string): Owner | undefined {
  try {
    return readJsonFile(file, { reader: 'claimRun', what: 'a claim', shape: ownerShape, mend: 'its run is taken over' });
  } catch (error) {
    // Claims are looked through twice.
    if (existsSync(file) && !told.has(file)) {
      told.add(file);
      console.error((error as Error).message);
    }
    return undefined;
  }
}

/** The first other owner that is alive, by the claims in a folder. */
async function holderIn(folder: string, numbers: readonly number[], mine: number | undefined, me: Owner): Promise<Owner | undefined> {
  for (const number of numbers.filter((candidate) => candidate !== mine)) {
    const owner = ownerIn(join(folder, `${number}.json`));
    if (owner !== undefined && (await isAlive(owner, me))) {
      return owner;
    }
  }
  return undefined;
}

/** Puts a claim under its number, whole and only if that is free: a link is made atomically, on network file systems too. */
function writeClaim(folder: string, number: number, me: Owner): boolean {
  const draft = join(folder, `${me.host}-${me.pid}.tmp`);
  try {
    return unlessGone(() => {
      writeFileSync(draft, JSON.stringify(me), { flush: true });
      linkSync(draft, join(folder, `${number}.json`));
      syncFolder(folder);
      return true;
    }) === true;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Removes the claims of owners that have ended, the own one last, and the folder. */
function removeClaims(folder: string, mine: number): void {
  const ended = claimNumbers(folder).filter((number) => number < mine);
  [...ended, mine].forEach((number) => rmSync(join(folder, `${number}.json`), { force: true, recursive: true }));
  unlessGone(() => rmdirSync(folder));
}

/**
 * Claims a run. A claim is a numbered file that names its owner; it counts as long as the owner lives. Whoever takes
 * over from owners that have ended takes the next number, which only one can get. Nobody touches a living owner's claim.
 *
 * @param folder holds the claims of this run and nothing else.
 * @returns the claim, or the owner that has the run.
 * @throws Error if the folder cannot be written.
 */
export async function claimRun(folder: string, me: Owner): Promise<Claim | Owner> {
  let mine: number | undefined;
  for (;;) {
    mkdirSync(folder, { recursive: true });
    const numbers = claimNumbers(folder);
    const holder = await holderIn(folder, numbers, mine, me);
    if (holder !== undefined) {
      if (mine !== undefined) {
        rmSync(join(folder, `${mine}.json`), { force: true });
      }
      return holder;
    }
    if (mine !== undefined) {
      const number = mine;
      return { holds: () => claimNumbers(folder).at(-1) === number, release: () => removeClaims(folder, number) };
    }
    // Looked through once more with the own claim in place, so that two who missed each other at first do not both go on.
    const next = (numbers.at(-1) ?? 0) + 1;
    mine = writeClaim(folder, next, me) ? next : undefined;
  }
}

/** The owner that makes a run now, if any. */
export function claimHolder(folder: string, me: Owner): Promise<Owner | undefined> {
  return holderIn(folder, claimNumbers(folder), undefined, me);
}
