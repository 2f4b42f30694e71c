import { medianInterval, pairedRatios } from './statistics';

/** When the rounds of a measurement end. */
export interface RoundLimits {
  /** Least number of rounds; at least 6, so that a median has an interval. */
  readonly least: number;
  /** Most rounds, however wide the intervals are. */
  readonly most: number;
  /** Minutes after which no further round begins, once the least number is made. */
  readonly minutes: number;
  /** An interval is narrow enough if it is no wider than this share of its ratio. */
  readonly width: number;
}

/** The least number of rounds that can be asked for. */
export const FEWEST_ROUNDS = 6;

/** Why a ratio got no more rounds: its interval was narrow enough, or there were as many rounds, or minutes, as allowed. */
export type Ending = 'narrow' | 'rounds' | 'minutes';

/** Something that is timed once in each round, as long as a ratio needs it. */
export interface Timed {
  readonly name: string;
  /** Does it once. @returns seconds */
  readonly take: () => number | Promise<number>;
}

/** A ratio of two of them, by their names. */
export interface Pair {
  readonly above: string;
  readonly below: string;
}

/** Seconds by name, in the order of the rounds. */
export type Samples = ReadonlyMap<string, readonly number[]>;

/** What the rounds found. */
export interface RoundsTaken {
  readonly samples: Samples;
  /** In the order of the pairs that were asked for. */
  readonly endings: readonly (Pair & { readonly ending: Ending })[];
}

/** Whether the interval of a ratio is narrow enough. */
function isNarrow(samples: Samples, { above, below }: Pair, width: number): boolean {
  const { median, interval } = medianInterval(pairedRatios(samples.get(above)!, samples.get(below)!));
  return interval !== null && interval.high - interval.low <= width * median;
}

/** @throws RangeError for limits that cannot be kept. */
export function checkLimits({ least, most, minutes, width }: RoundLimits): void {
  if (!(Number.isSafeInteger(least) && least >= FEWEST_ROUNDS && Number.isSafeInteger(most) && most >= least)) {
    throw new RangeError(`takeRounds: expected ${FEWEST_ROUNDS} rounds or more, of which a median has an interval, and no fewer as the most; got ${least} and ${most}.`);
  }
  if (!(minutes > 0 && width > 0)) {
    throw new RangeError(`takeRounds: expected minutes and a width above 0, got ${minutes} and ${width}.`);
  }
}

/**
 * Times everything once a round, one after another, every other round in the opposite order, so that a busy moment or a drift of the
 * machine affects all alike and the ratio of two of them can be taken round by round.
 *
 * After the least number of rounds the pairs are chosen, and continue until their intervals are narrow enough, on whichever side
 * of a goal they lie: stopping at the first interval that meets a goal would meet too many goals. What no pair needs any more is
 * no longer timed, so the samples of all begin with the same rounds.
 *
 * @param pairsOf names the ratios that matter, from the least number of rounds.
 * @param now a clock in minutes; default: the process's own.
 * @throws RangeError for limits that cannot be kept.
 */
export async function takeRounds(all: readonly Timed[], limits: RoundLimits, pairsOf: (samples: Samples) => readonly Pair[], now = (): number => performance.now() / 60_000): Promise<RoundsTaken> {
  checkLimits(limits);
  const samples = new Map(all.map(({ name }) => [name, [] as number[]]));
  const end = now() + limits.minutes;
  const takeRound = async (active: readonly Timed[], round: number): Promise<void> => {
    for (const { name, take } of round % 2 === 0 ? active : [...active].reverse()) {
      samples.get(name)!.push(await take());
    }
  };
  let round = 0;
  while (round < limits.least) {
    await takeRound(all, round++);
  }
  const pairs = pairsOf(samples);
  let open = pairs.filter((pair) => !isNarrow(samples, pair, limits.width));
  while (open.length > 0 && round < limits.most && now() < end) {
    await takeRound(all.filter(({ name }) => open.some(({ above, below }) => name === above || name === below)), round++);
    open = open.filter((pair) => !isNarrow(samples, pair, limits.width));
  }
  const cut: Ending = round >= limits.most ? 'rounds' : 'minutes';
  return { samples, endings: pairs.map((pair) => ({ ...pair, ending: open.includes(pair) ? cut : 'narrow' })) };
}
