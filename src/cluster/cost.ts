import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { withFileLock } from '../files/fileLock';
import { writeAtomically } from '../files/atomicFile';
import { readJsonFile } from '../files/jsonFile';
import { CONFIG_KEYS, SETTING, type ExperimentConfig } from '../experiment/config';
import { idleSettings } from '../experiment/idleSettings';
import { DEFAULT_CONFIG } from '../experiment/presets';
import type { RunEnvironment, RunResult } from '../experiment/result';
import { submissionsFolder } from './submission';

/** What a run of some configuration costs on some machine. */
export interface RunCost {
  readonly secondsPerEpoch: number;
  /** Spent once in a run, whatever its length: evaluations. */
  readonly secondsOnce: number;
}

/** The part of a machine that costs depend on. The digest of a processor identifies its kind, which its name does not. */
export type Machine = Pick<RunEnvironment, 'processorDigest' | 'gpu' | 'threads'>;

/** That part of what is known of a machine. */
export function machineOf({ processorDigest, gpu, threads }: Machine): Machine {
  return { ...(processorDigest === undefined ? {} : { processorDigest }), gpu, threads };
}

/** A cost and where it was measured. */
export interface MeasuredCost extends RunCost {
  readonly config: ExperimentConfig;
  readonly machine: Machine;
}

/**
 * A key that is the same for all configurations whose epochs take the same time: settings that do not change the time, or have no
 * effect in the run, are left out. So are settings at their default, since older results lack some.
 */
export function costKey(config: ExperimentConfig): string {
  const idle = idleSettings(config);
  const deciding = CONFIG_KEYS.filter((key) => SETTING[key].changesCost !== false && !idle.has(key) && config[key] !== DEFAULT_CONFIG[key]);
  return JSON.stringify([...deciding].sort().map((key) => [key, config[key]]));
}

/** What a finished run cost, its first epoch included. */
export function costOfResult({ history, seconds, config, environment }: RunResult): MeasuredCost {
  const training = history.reduce((sum, record) => sum + record.seconds, 0);
  return { secondsPerEpoch: training / history.length, secondsOnce: seconds - training, config, machine: machineOf(environment) };
}

/** The kind of machine that runs will have: this one, or one with so many cores or with a graphics card. */
export type MachineKind = { readonly this: Required<Omit<Machine, 'gpu'>> } | { readonly cores: number; readonly gpus: number };

/**
 * How many times as long a run takes on a machine of the wanted kind as on the one it was measured on; undefined if
 * that is unknown. Cores times seconds is assumed to be constant.
 */
export function relativeTime(kind: MachineKind, { processorDigest, gpu, threads }: Machine): number | undefined {
  if ('this' in kind) {
    return processorDigest === kind.this.processorDigest && threads === kind.this.threads ? 1 : undefined;
  }
  if (kind.gpus > 0) {
    return gpu === null ? undefined : 1;
  }
  return gpu === null ? threads / kind.cores : undefined;
}

/** Costs that are known for a kind of machine, by configuration. */
export class CostModel {
  private readonly costs = new Map<string, RunCost[]>();

  constructor(known: readonly MeasuredCost[], kind: MachineKind) {
    for (const { config, machine, secondsPerEpoch, secondsOnce } of known) {
      const factor = relativeTime(kind, machine);
      if (factor !== undefined) {
        const cost = { secondsPerEpoch: factor * secondsPerEpoch, secondsOnce: factor * secondsOnce };
        this.costs.set(costKey(config), [...(this.costs.get(costKey(config)) ?? []), cost]);
      }
    }
  }

  /** Seconds of a run: epochs x seconds an epoch + seconds once, by the median of what was measured; null if nothing was. */
  seconds(config: ExperimentConfig): number | null {
    const known = [...(this.costs.get(costKey(config)) ?? [])].sort((a, b) => a.secondsPerEpoch - b.secondsPerEpoch);
    const median = known[Math.floor(known.length / 2)];
    return median === undefined ? null : config.epochs * median.secondsPerEpoch + median.secondsOnce;
  }
}

function costsFile(store: string): string {
  return join(submissionsFolder(store), 'costs.json');
}

const costShape = z.object({
  secondsPerEpoch: z.number(),
  secondsOnce: z.number(),
  config: z.record(z.string(), z.unknown()).transform((config): ExperimentConfig => ({ ...DEFAULT_CONFIG, ...config })),
  machine: z.object({ processorDigest: z.string().exactOptional(), gpu: z.string().nullable(), threads: z.int().min(1) }),
});

/** Costs that were measured before any run of their kind was finished. A file that cannot be read is reported and ignored: costs can be measured again. */
export function readCosts(store: string): readonly MeasuredCost[] {
  const file = costsFile(store);
  if (!existsSync(file)) {
    return [];
  }
  try {
    return readJsonFile(file, { reader: 'readCosts', what: 'a list of measured costs', shape: z.array(costShape), mend: 'it is left out of the estimate, and replaced when costs are measured again' });
  } catch (error) {
    console.error((error as Error).message);
    return [];
  }
}

/** Keeps measured costs for the next time. */
export function addCosts(store: string, costs: readonly MeasuredCost[]): void {
  mkdirSync(submissionsFolder(store), { recursive: true });
  withFileLock(costsFile(store), () => writeAtomically(costsFile(store), [Buffer.from(JSON.stringify([...readCosts(store), ...costs], null, 1))]));
}

/** A grid's cost in hours. */
export interface GridCost {
  readonly hours: number;
  readonly unit: 'core hours' | 'GPU hours';
  /** Runs whose cost is unknown; they are not in `hours`. */
  readonly unknown: number;
}

/** Adds up the cost of runs that each hold so many cores or graphics cards. */
export function gridCost(seconds: readonly (number | null)[], { cores, gpus }: { readonly cores: number; readonly gpus: number }): GridCost {
  const known = seconds.filter((value) => value !== null);
  const hours = known.reduce((sum, value) => sum + value, 0) / 3600;
  return { hours: hours * (gpus > 0 ? gpus : cores), unit: gpus > 0 ? 'GPU hours' : 'core hours', unknown: seconds.length - known.length };
}

/** "0.012", "3.4" or "170": two significant digits. */
function hoursText(hours: number): string {
  return hours >= 100 ? hours.toFixed(0) : String(Number(hours.toPrecision(2)));
}

/** What a grid will cost, in one sentence. */
export function estimateText(runs: number, { hours, unit, unknown }: GridCost): string {
  if (unknown === runs) {
    return `What ${runs === 1 ? 'this run costs' : `these ${runs} runs cost`} is not known: no run like them was measured on such a machine.`;
  }
  const rest = unknown === 0 ? '' : `, and ${unknown} of which nothing like them was measured on such a machine`;
  return `Estimated cost: ${hoursText(hours)} ${unit} for ${runs - unknown} run${runs - unknown === 1 ? '' : 's'}${rest}.`;
}

/** How far off the estimate was, in one sentence, over the runs that had one. */
export function comparisonText(predicted: GridCost, actual: GridCost): string {
  const difference = 100 * (actual.hours / predicted.hours - 1);
  return `Estimated ${hoursText(predicted.hours)} ${predicted.unit}, took ${hoursText(actual.hours)}: ${Math.abs(difference).toFixed(0)} % ${difference < 0 ? 'less' : 'more'} than estimated.`;
}
