import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { writeAtomically } from '../../files/atomicFile';
import type { LossSource } from '../operator';
import type { Coordinates } from './grid';

/** Version of the layout of stored samples. */
const FORMAT = 1;

/** What was measured at the places so far, in their order. */
export interface Series {
  /** In nats; NaN where the loss was no finite number. */
  readonly loss: readonly number[];
  /** Top-1 error in percent; empty for a loss without classes. */
  readonly error: readonly number[];
}

/** What decides the numbers of a line, a plane or a curve; a file is continued only with the same description. */
export interface SampleDescription {
  /** Which weights, such as the name of their run. */
  readonly network: string;
  /** How the directions were chosen, as captions print it. */
  readonly directions: string;
  /** What each loss is measured on, by name, such as "train" and "test". */
  readonly losses: Readonly<Record<string, LossSource>>;
  readonly points: readonly Coordinates[];
}

/** Losses at places of a line, a plane or a curve: what is stored, and what figures are drawn from. */
export interface Samples extends SampleDescription {
  readonly series: Readonly<Record<string, Series>>;
}

/** Number of places that were measured. */
export function samplesDone({ series }: Samples): number {
  return Math.min(...Object.values(series).map(({ loss }) => loss.length));
}

/** Writes samples, whole or not at all. The folder is made if missing. @throws Error if they cannot be written; what was stored stays. */
export function writeSamples(file: string, samples: Samples): void {
  mkdirSync(dirname(file), { recursive: true });
  // JSON has no NaN: it becomes null.
  writeAtomically(file, [Buffer.from(`${JSON.stringify({ format: FORMAT, ...samples })}\n`)]);
}

/** Reads stored samples. @throws Error if the file is missing, damaged, or of another version. */
export function readSamples(file: string): Samples {
  let parsed: Partial<Samples> & { readonly format?: number };
  try {
    parsed = JSON.parse(readFileSync(file, 'utf8')) as typeof parsed;
  } catch (error) {
    throw new Error(`readSamples: ${file} cannot be read (${(error as Error).message}); delete it and measure again.`, { cause: error });
  }
  const { format, ...rest } = parsed;
  if (format !== FORMAT || rest.series === undefined || rest.points === undefined) {
    throw new Error(`readSamples: ${file} has format ${format ?? 'unknown'}, this version reads ${FORMAT}; move it away and measure again.`);
  }
  const samples = rest as Samples;
  const numbers = (values: readonly (number | null)[]): number[] => values.map((value) => value ?? NaN);
  const series = Object.entries(samples.series).map(([name, { loss, error }]) => [name, { loss: numbers(loss), error: numbers(error) }]);
  return { ...samples, series: Object.fromEntries(series) as Samples['series'] };
}

/**
 * Reads the samples to continue, or starts with none.
 *
 * @param file absent: nothing is stored.
 * @throws Error if the file holds samples of another description.
 */
export function openSamples(file: string | undefined, description: SampleDescription): Samples {
  if (file === undefined || !existsSync(file)) {
    const series = Object.keys(description.losses).map((name) => [name, { loss: [], error: [] }]);
    return { ...description, series: Object.fromEntries(series) as Samples['series'] };
  }
  const stored = readSamples(file);
  const different = (['network', 'directions', 'losses', 'points'] as const).find((key) => !isDeepStrictEqual(stored[key], JSON.parse(JSON.stringify(description[key]))));
  if (different !== undefined) {
    throw new Error(`openSamples: ${file} was measured with other ${different}; delete it to measure again, or choose another file.`);
  }
  return stored;
}
