import { existsSync, linkSync, mkdirSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { syncFolder } from '../files/syncFolder';
import { readJsonFile } from '../files/jsonFile';
import { isAlive, type Owner } from './owner';

/** The exclusive right of this process to make a run. */
export interface Claim {
  /** Whether this process still has the run: a node that does not answer counts as dead, and another one takes over its runs. */
  readonly holds: () => boolean;
  /** Releases the run. */
  readonly release: () => void;
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(error.code as string);
}

/** Runs an action that fails harmlessly if another process was faster. @returns undefined in that case. */
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

/** Unreadable claims that this process has already reported. */
const announced = new Set<string>();

/**
 * The owner of a claim; undefined if the claim is gone or damaged. A claim is written whole before it gets its name, so a damaged
 * one was left by a power cut, which also ended its owner.
 */
function ownerIn(file: string): Owner | undefined {
  try {
    return readJsonFile(file, { reader: 'claimRun', what: 'a claim', shape: ownerShape, mend: 'its run is taken over' });
  } catch (error) {
    // Claims are read twice, but reported once.
    if (existsSync(file) && !announced.has(file)) {
      announced.add(file);
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

/** Stores a claim under its number, if that is free: a link is made atomically, on network file systems too. */
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
 * Claims a run. A claim is a numbered file that names its owner; it counts as long as the owner lives. To take over
 * from owners that have ended, a process takes the next number, which only one can get. Claims of living owners stay.
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
    // Claims are read once more with this one in place, so that two processes that missed each other at first do not both go on.
    const next = (numbers.at(-1) ?? 0) + 1;
    mine = writeClaim(folder, next, me) ? next : undefined;
  }
}

/** The owner that makes a run now, if any. */
export function claimHolder(folder: string, me: Owner): Promise<Owner | undefined> {
  return holderIn(folder, claimNumbers(folder), undefined, me);
}
