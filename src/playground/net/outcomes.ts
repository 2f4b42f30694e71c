import type { NetMethodId } from './settings';

/** Where one method's network ended. Errors are shares. */
export interface End {
  readonly trainingLoss: number;
  readonly testError: number;
  readonly rightError: number;
  /** Of the wrong labels, how many were learned; null where there are none. */
  readonly learned: number | null;
  readonly gradients: number;
  readonly diverged: boolean;
}

/** Where the networks of one seed ended, by method. */
export interface SeedOutcome {
  readonly seed: number;
  readonly ends: Readonly<Partial<Record<NetMethodId, End>>>;
}

/** An example over seeds: as it is, and with its counterexample's changes. */
export interface ExampleOutcome {
  readonly asIs: readonly SeedOutcome[];
  readonly counter: readonly SeedOutcome[];
}

/** One method's value in every seed. @throws RangeError for a method that was not measured */
export function valuesOf(outcomes: readonly SeedOutcome[], method: NetMethodId, value: (end: End) => number | null): readonly number[] {
  return outcomes.map(({ ends, seed }) => {
    const found = ends[method];
    if (found === undefined) {
      throw new RangeError(`valuesOf: ${method} was not measured with seed ${seed}; run dist/playground/net/measureExamples.js again.`);
    }
    return value(found) ?? NaN;
  });
}

/** The middle value; the mean of the middle two of an even number. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return (sorted[Math.floor(half)]! + sorted[Math.ceil(half) - 1]!) / 2;
}
