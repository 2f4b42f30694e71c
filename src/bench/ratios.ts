import type { ComparedName } from './compared';
import { COMMON_CONFIGURATION } from './rivalConfigurations';
import type { Comparison, Timing, Work } from './result';
import type { Ending } from './rounds';
import { median, medianInterval, pairedRatios, type MedianInterval } from './statistics';

/** Which timing of a side a ratio uses: of those that fit, the one with the lowest median over the first rounds. */
export interface Choice {
  readonly side: 'samlab' | 'PyTorch';
  readonly work: Work;
  /** Default: any. */
  readonly precision?: Timing['precision'];
  /** Default: any; for samlab, those in which it trains, since op by op is only for comparison. */
  readonly configuration?: string;
}

/** A ratio of two timings, and its goal. */
export interface RatioGoal {
  readonly name: string;
  readonly above: Choice;
  readonly below: Choice;
  readonly limit: number;
  /** Whether the ratio shall be at most or at least the limit. */
  readonly shall: 'atMost' | 'atLeast';
}

/** Names of the ratios that compare samlab's SAM step with its own SGD step, without their precision. */
export const SAM_OVER_SGD = 'SAM step / SGD step, ';

/** Name of a timing in rounds and results. */
export function timingName({ side, configuration, work }: Pick<Timing, 'side' | 'configuration' | 'work'>): string {
  return `${side}, ${configuration}: ${work}`;
}

function fits(timing: Timing, { side, work, precision, configuration }: Choice): boolean {
  const trains = side === 'PyTorch' || timing.configuration === timing.precision;
  return timing.side === side && timing.work === work && timing.seconds.length > 0 && (configuration === undefined ? trains : timing.configuration === configuration) && (precision ?? timing.precision) === timing.precision;
}

/** Timings of a comparison, and the number of first rounds that all have. The fastest are chosen by these, so that further rounds of some do not change the choice. */
export type Timings = Pick<Comparison, 'timings' | 'leastRounds'>;

/** The timing with the lowest median over the first rounds. Undefined if none fits. */
export function chosenTiming({ timings, leastRounds }: Timings, choice: Choice): Timing | undefined {
  const fitting = timings.filter((timing) => fits(timing, choice));
  const common = (timing: Timing): number => median(timing.seconds.slice(0, leastRounds));
  return fitting.sort((a, b) => common(a) - common(b))[0];
}

/** The timings of a ratio; undefined where one side has none. */
export function pairOf(timings: Timings, { above, below }: Pick<RatioGoal, 'above' | 'below'>): { readonly above: Timing; readonly below: Timing } | undefined {
  const [upper, lower] = [chosenTiming(timings, above), chosenTiming(timings, below)];
  return upper && lower && { above: upper, below: lower };
}

/** The median of the ratios of each round, with its interval; undefined where one side has no timing. */
export function measuredRatio(timings: Timings, goal: Pick<RatioGoal, 'above' | 'below'>): MedianInterval | undefined {
  const pair = pairOf(timings, goal);
  return pair && medianInterval(pairedRatios(pair.above.seconds, pair.below.seconds));
}

/** Why the rounds of a ratio ended, if the results tell. */
export function endingOf(comparison: Timings & Pick<Comparison, 'endings'>, goal: Pick<RatioGoal, 'above' | 'below'>): Ending | undefined {
  const pair = pairOf(comparison, goal);
  return pair && comparison.endings?.find(({ above, below }) => above === timingName(pair.above) && below === timingName(pair.below))?.ending;
}

const STEPS = { sgd: 'SGD step', sam: 'SAM step' } as const;

function stepGoals(where: string, limit: number, works: readonly ('sgd' | 'sam')[] = ['sgd', 'sam']): RatioGoal[] {
  const float32 = works.map((work): RatioGoal => ({
    name: `float32 ${STEPS[work]} / PyTorch's best float32 ${STEPS[work]}, ${where}`,
    above: { side: 'samlab', work, precision: 'float32' },
    below: { side: 'PyTorch', work, precision: 'float32' },
    limit,
    shall: 'atMost',
  }));
  const mixed = works.map((work): RatioGoal => ({
    name: `mixed ${STEPS[work]} / PyTorch's best ${STEPS[work]} in any precision, ${where}`,
    above: { side: 'samlab', work, precision: 'mixed' },
    below: { side: 'PyTorch', work },
    limit,
    shall: 'atMost',
  }));
  return [...float32, ...mixed];
}

/** PyTorch's seconds over samlab's, which is samlab's images per second over PyTorch's. */
function evaluationGoal(where: string): RatioGoal {
  return {
    name: `evaluation images/s / PyTorch's best inference mode, ${where}`,
    above: { side: 'PyTorch', work: 'evaluation' },
    below: { side: 'samlab', work: 'evaluation' },
    limit: 1.3,
    shall: 'atLeast',
  };
}

/** The limit is the time of two SGD steps and of one update more. @param updateShare of an SGD step; 0 where it was not measured. */
function samOverSgd(precision: Timing['precision'], updateShare: number): RatioGoal {
  return { name: `${SAM_OVER_SGD}${precision}`, above: { side: 'samlab', work: 'sam', precision }, below: { side: 'samlab', work: 'sgd', precision }, limit: 2 + updateShare, shall: 'atMost' };
}

/** The ratios of a comparison that have goals. @param updateShares the update's share of an SGD step in either precision. */
export function ratioGoals(name: ComparedName, batch: number, updateShares: Readonly<Record<Timing['precision'], number>> = { float32: 0, mixed: 0 }): RatioGoal[] {
  switch (name) {
    case 'imagenet': {
      const where = `ImageNet stem, batch ${batch}`;
      return [
        ...stepGoals(where, 0.6),
        {
          name: "mixed SAM step / PyTorch's float32 SGD step as scripts are commonly written",
          above: { side: 'samlab', work: 'sam', precision: 'mixed' },
          below: { side: 'PyTorch', work: 'sgd', configuration: COMMON_CONFIGURATION },
          limit: 0.85,
          shall: 'atMost',
        },
        ...(['float32', 'mixed'] as const).map((precision) => samOverSgd(precision, updateShares[precision])),
        evaluationGoal(where),
      ];
    }
    case 'cifar': {
      const where = `CIFAR stem, batch ${batch}`;
      return [...stepGoals(where, 0.8), evaluationGoal(where)];
    }
    case 'fast':
      return stepGoals(`fast network with its recipe, batch ${batch}`, 0.8, ['sgd']);
  }
}
