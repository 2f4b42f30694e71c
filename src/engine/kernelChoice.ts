/**
 * Several kernels compute the same thing, and which is fastest depends on the processor and the shape. In
 * measured mode each choice is made once on the machine at hand, by timing, and kept; otherwise the first is taken.
 */
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { sync as writeFileAtomicSync } from 'write-file-atomic';
import { binding } from './binding';
import { withFileLock } from '../files/fileLock';
import { syncFolder } from '../files/syncFolder';
import { followTangents, scope, type Tensor } from './tensor';

/** One way to compute something. */
export interface Kernel<T extends Tensor | readonly Tensor[] = Tensor> {
  /** Such as "oneDNN". */
  readonly name: string;
  /** Computes it; must not record on the tape. */
  readonly run: () => T;
}

/** Picks one of the names for a computation. */
export type KernelChoice = (computation: string, names: readonly string[], time: (name: string) => number) => string;

/** What to do with a file that is no table of kernels: throw an error, or rename it to `<file>.damaged` and time the kernels again. */
export type DamagedTable = 'refuse' | 'setAside';

interface KernelTable {
  readonly file: string;
  readonly damaged: DamagedTable;
  /** Chosen kernel by computation and the names to choose from. */
  readonly choices: Map<string, string>;
  /** Kernels that ended the process while they were timed, as "computation: kernel". */
  readonly fatal: Set<string>;
  /** Kernels that are being timed, likewise. Timing one may need a choice of others; the last is the one that runs. */
  readonly trying: string[];
}

interface StoredTable {
  readonly choices: Readonly<Record<string, string>>;
  readonly fatal: readonly string[];
  /** Kernel that each process is timing, by "host process". An entry of a process that is gone names the kernel that crashed it. */
  readonly trying?: Readonly<Record<string, string>>;
}

const THIS_PROCESS = `${hostname()} ${process.pid}`;

/** Whether a process is known to be gone; of those on other machines nothing is known. */
function isGone(process_: string): boolean {
  const [host, id] = process_.split(' ');
  if (host !== hostname()) {
    return false;
  }
  try {
    process.kill(Number(id), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** A kernel that has once taken this many times the best one's time is not timed again. */
const HOPELESS = 3;
/** Rounds over all kernels; other programs disturb a round, hardly ever all of them. */
const ROUNDS = 7;

/** TensorFlow's own kernel is the first of each list. */
const pinned: KernelChoice = (_, names) => names[0]!;
let choice = pinned;
let era = 0;
let used = new Map<string, string>();

/** Nearby batch sizes have the same fastest kernel: a choice holds for all sizes up to the next power of two. */
export function batchBucket(rows: number): number {
  return 2 ** Math.ceil(Math.log2(rows));
}

/**
 * Chooses kernels by timing from now on, and keeps the choices in a file.
 *
 * On a graphics card the first kernel of each list is taken: there cuDNN chooses by itself.
 *
 * @param file its name contains the processor, TensorFlow's version and the number of threads that the choices are for.
 * @param damaged 'setAside' for a file of the project's own, so that one bad file does not stop every run. Default: 'refuse'.
 * @throws Error if the file is there but is no table of kernels, unless it is set aside. One that a power cut left blank counts as none.
 */
export function measureKernels(file: string, damaged: DamagedTable = 'refuse'): void {
  if (binding.isUsingGpuDevice()) {
    return;
  }
  const stored = readTable({ file, damaged });
  const table: KernelTable = { file, damaged, choices: new Map(Object.entries(stored.choices)), fatal: new Set(stored.fatal), trying: [] };
  const left = Object.entries(stored.trying ?? {}).filter(([process_]) => isGone(process_));
  if (left.length > 0) {
    left.forEach(([, attempt]) => table.fatal.add(attempt));
    writeTable(table);
  }
  era++;
  choice = (computation, names, time) => {
    // A choice holds for this list of kernels: a version of samlab with another list chooses again.
    const entry = `${computation}: ${names.join(' | ')}`;
    const known = table.choices.get(entry);
    if (known !== undefined) {
      return known;
    }
    const measured = fastest(computation, names, time, table);
    table.choices.set(entry, measured);
    // Another process may have chosen meanwhile: the first choice holds, so that a resumed run finds the same kernels.
    return writeTable(table)[entry]!;
  };
}

/** Takes the first kernel of each list from now on, or the one that `pick` returns. Nothing is timed, so two machines compute alike. */
export function pinKernels(pick: KernelChoice = pinned): void {
  choice = pick;
  era++;
}

/** Runs `body` with the first kernel of each list, and does not count them as used: for dry runs. */
export function withFirstKernels<T>(body: () => T): T {
  const before = { choice, used };
  [choice, used] = [pinned, new Map<string, string>()];
  try {
    return body();
  } finally {
    ({ choice, used } = before);
  }
}

/** Changes whenever the choice of kernels may: graphs recorded before are out of date then. */
export function kernelGeneration(): number {
  return era;
}

/** Which kernel has computed what, since the process began or `forgetUsedKernels` was called. */
export function usedKernels(): Readonly<Record<string, string>> {
  return Object.fromEntries([...used].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Begins a new record of used kernels. */
export function forgetUsedKernels(): void {
  used.clear();
}

/** Records the kernels within a graph that runs: they were chosen when the graph was made. */
export function noteKernels(kernels: Readonly<Record<string, string>>): void {
  Object.entries(kernels).forEach(([computation, name]) => used.set(computation, name));
}

/** Runs `body` and also returns which kernels it used. They are recorded as used, too. */
export function chosenIn<T>(body: () => T): { readonly result: T; readonly kernels: Readonly<Record<string, string>> } {
  const before = used;
  used = new Map();
  try {
    return { result: body(), kernels: usedKernels() };
  } finally {
    const own = usedKernels();
    used = before;
    noteKernels(own);
  }
}

function isStringRecord(value: unknown): value is Readonly<Record<string, string>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every((entry) => typeof entry === 'string');
}

function parseTable(text: string): StoredTable {
  if (/^[\0\s]*$/.test(text)) {
    return { choices: {}, fatal: [] };
  }
  const { choices, fatal, trying } = JSON.parse(text) as Partial<Record<keyof StoredTable, unknown>>;
  if (!isStringRecord(choices) || !Array.isArray(fatal) || (trying !== undefined && !isStringRecord(trying))) {
    throw new TypeError('it lacks choices');
  }
  return { choices, fatal: fatal.map(String), ...(trying === undefined ? {} : { trying }) };
}

function readTable({ file, damaged }: Pick<KernelTable, 'file' | 'damaged'>): StoredTable {
  if (!existsSync(file)) {
    return { choices: {}, fatal: [] };
  }
  try {
    return parseTable(readFileSync(file, 'utf8'));
  } catch (error) {
    const { message } = error as Error;
    if (damaged === 'refuse') {
      throw new Error(`measureKernels: ${file} is no table of kernels (${message}); delete it, and the kernels are timed again.`, { cause: error });
    }
    renameSync(file, `${file}.damaged`);
    console.error(`measureKernels: ${file} is no table of kernels (${message}). It is now ${file}.damaged, and the kernels are timed again; a run that resumes with other kernels differs in rounding.`);
    return { choices: {}, fatal: [] };
  }
}

/** Adds to what other processes have written, and takes over their choices; returns all choices. */
function writeTable(table: KernelTable): Readonly<Record<string, string>> {
  return withFileLock(table.file, () => mergeInto(table));
}

function mergeInto({ file, damaged, choices, fatal, trying }: KernelTable): Readonly<Record<string, string>> {
  const others = readTable({ file, damaged });
  const tried = Object.entries(others.trying ?? {}).filter(([process_]) => process_ !== THIS_PROCESS && !isGone(process_));
  const now = [...tried, ...trying.slice(-1).map((attempt) => [THIS_PROCESS, attempt] as const)];
  const stored: StoredTable = {
    choices: { ...Object.fromEntries(choices), ...others.choices },
    fatal: [...new Set([...fatal, ...others.fatal])],
    ...(now.length === 0 ? {} : { trying: Object.fromEntries(now) }),
  };
  writeFileAtomicSync(file, `${JSON.stringify(stored, null, 1)}\n`);
  syncFolder(dirname(file));
  Object.entries(stored.choices).forEach(([entry, name]) => choices.set(entry, name));
  return stored.choices;
}

/** The name of the fastest kernel, by the best of its times. A kernel that throws is left out. */
function fastest(computation: string, names: readonly string[], time: (name: string) => number, table: KernelTable): string {
  const best = new Map<string, number>();
  const lowest = (): number => Math.min(...best.values());
  for (const name of names.filter((candidate) => !table.fatal.has(`${computation}: ${candidate}`))) {
    table.trying.push(`${computation}: ${name}`);
    writeTable(table);
    try {
      // The first call also prepares the kernel, and is not counted if the second is taken.
      best.set(name, time(name));
    } catch {
      // A kernel that this build or processor does not have is no candidate.
    } finally {
      table.trying.pop();
    }
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, before] of best) {
      if (before < HOPELESS * lowest()) {
        best.set(name, Math.min(before, time(name)));
      }
    }
  }
  return [...best.keys()].sort((a, b) => best.get(a)! - best.get(b)!)[0] ?? names[0]!;
}

/**
 * The name chosen for a computation, and the record that it was used.
 *
 * @param names at least one; the first is the pinned choice.
 * @param time seconds or any other unit of time that one of them takes.
 */
export function chooseKernel(computation: string, names: readonly string[], time: (name: string) => number): string {
  // Without tangents, so that only the kernels are timed.
  const name = choice(computation, names, (candidate) => followTangents(undefined, () => time(candidate)));
  used.set(computation, name);
  return name;
}

/**
 * Computes something with the kernel chosen for it.
 *
 * @param computation names op, shapes, element type and settings.
 * @param kernels at least one; the first is the pinned choice.
 */
export function runKernel<T extends Tensor | readonly Tensor[]>(computation: string, kernels: readonly Kernel<T>[]): T {
  const named = (name: string): Kernel<T> => kernels.find((kernel) => kernel.name === name) ?? kernels[0]!;
  const time = (name: string): number => {
    const started = performance.now();
    scope(() => named(name).run());
    return performance.now() - started;
  };
  return named(chooseKernel(computation, kernels.map(({ name }) => name), time)).run();
}
