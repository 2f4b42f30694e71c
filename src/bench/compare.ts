import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Batch } from '../data/batches';
import { tensorflowPlatform } from '../engine/binding';
import { agree } from './agreement';
import { batchWaits } from './dataShare';
import type { Compared } from './compared';
import { opByOp, ownContestant, rivalContestant, type Contestant } from './contestants';
import { layersTimings } from './layersRival';
import { profile } from './profile';
import { pairOf, ratioGoals, timingName } from './ratios';
import type { Comparison, StepParts, Timing, Work } from './result';
import { prepare, Rival } from './rival';
import { COMMON_CONFIGURATION, hopeful, rivalConfigurations, screen, type RivalConfiguration, type Screened } from './rivalConfigurations';
import { takeRounds, type Pair, type RoundLimits, type Samples } from './rounds';
import { median } from './statistics';
import { stepParts } from './stepParts';
import { Subject } from './subject';
import { noiseBatch } from './workload';

/** What is compared, and how often. */
export interface ComparisonSettings {
  readonly compared: Compared;
  readonly rounds: RoundLimits;
  readonly works: readonly Work[];
  readonly threads: number;
  /** Interpreter that has PyTorch. */
  readonly python: string;
  readonly kernelTable: string;
  /** Whether torch.compile is among PyTorch's configurations. */
  readonly compile: boolean;
  /** Measures only the ratios to PyTorch: without op by op, tf.layers, memory and parts of a step. */
  readonly onlyRatios: boolean;
}

/** Images for the check of agreement and the first look at PyTorch's configurations, some of which take a hundred times as long as others. */
const SCREENED_BATCH = 16;

/** A configuration of PyTorch that takes this many times as long as the best one of its precision in all works, on the whole batch, is dropped. */
const HOPELESS = 1.5;

/** After warming up: the contestants that remain, and what is known of the others. */
interface Warmed {
  readonly ready: readonly Contestant[];
  readonly left: readonly Timing[];
}

function untimed({ side, configuration, precision }: Pick<Timing, 'side' | 'configuration' | 'precision'>, failure: string): Timing {
  return { side, configuration, precision, work: 'sgd', seconds: [], failure };
}

/** Warms all up; PyTorch's configurations that fail on the whole batch, or are hopeless there, are closed. */
async function warmUp(contestants: readonly Contestant[]): Promise<Warmed> {
  const left: Timing[] = [];
  const found = new Map<Contestant, readonly number[]>();
  for (const contestant of contestants) {
    try {
      const seconds: number[] = [];
      for (const work of contestant.works) {
        seconds.push(await contestant.warmUp(work));
      }
      found.set(contestant, seconds);
    } catch (error) {
      if (contestant.side === 'samlab') {
        throw error;
      }
      left.push(untimed(contestant, (error as Error).message.split('\n')[0]!));
      contestant.close();
    }
  }
  const isRival = ({ side, configuration }: Contestant): boolean => side === 'PyTorch' && configuration !== COMMON_CONFIGURATION;
  const best = (like: Contestant, index: number): number => Math.min(...[...found].filter(([one]) => isRival(one) && one.precision === like.precision).map(([, seconds]) => seconds[index]!));
  const hopeless = [...found].filter(([one, seconds]) => isRival(one) && seconds.every((value, index) => value > HOPELESS * best(one, index))).map(([one]) => one);
  hopeless.forEach((one) => {
    console.log(`  PyTorch, ${one.configuration}: more than ${HOPELESS} times the time of the best one on the whole batch; not timed further`);
    left.push(untimed(one, 'slower'));
    one.close();
  });
  return { ready: [...found.keys()].filter((one) => !hopeless.includes(one)), left };
}

/** All contestants do all kinds of work in turn, once in each round. */
async function interleave(contestants: readonly Contestant[], { compared: { name, batch }, rounds, works }: ComparisonSettings): Promise<{ readonly timings: readonly Timing[]; readonly endings: NonNullable<Comparison['endings']> }> {
  const cells = works.flatMap((work) => contestants.filter((one) => one.works.includes(work)).map((contestant) => ({ contestant, work })));
  const timingsOf = (samples: Samples): Timing[] =>
    cells.map(({ contestant: { side, configuration, precision }, work }) => ({ side, configuration, precision, work, seconds: samples.get(timingName({ side, configuration, work }))! }));
  const pairsOf = (samples: Samples): Pair[] => {
    const timings = { timings: timingsOf(samples) };
    return ratioGoals(name, batch).flatMap((goal) => {
      const pair = pairOf(timings, goal);
      return pair ? [{ above: timingName(pair.above), below: timingName(pair.below) }] : [];
    });
  };
  const timed = cells.map(({ contestant, work }) => ({ name: timingName({ ...contestant, work }), take: () => contestant.time(work) }));
  const { samples, endings } = await takeRounds(timed, rounds, pairsOf);
  const timings = timingsOf(samples);
  timings.forEach(({ seconds, ...timing }) => console.log(`  ${timingName(timing)}: ${median(seconds).toFixed(3)} s a batch of ${batch}, ${seconds.length} rounds`));
  return { timings, endings };
}

/** Peak memory of processes that only take SAM steps in float32; PyTorch's in the remaining configuration that needs least. Not measured on a graphics card. */
async function peakMemory({ compared, kernelTable, python, threads }: ComparisonSettings, configurations: readonly RivalConfiguration[], batch: Batch): Promise<Comparison['peakMemory']> {
  if (tensorflowPlatform().gpu) {
    return undefined;
  }
  const own = execFileSync(process.execPath, [join(__dirname, 'peakMemory.js'), compared.name, String(batch.size), kernelTable, 'steps'], { encoding: 'utf8' });
  const theirs: number[] = [];
  for (const { setup, keepsMemory } of configurations.filter(({ precision }) => precision === 'float32')) {
    const rival = new Rival(python, keepsMemory);
    await prepare(rival, compared, batch, threads);
    await rival.ask('setup', setup);
    await rival.ask('time', { work: 'sam', repeats: 3 });
    theirs.push((await rival.ask<{ bytes: number }>('memory')).bytes);
    rival.close();
  }
  return { samlab: Number(own), pytorch: Math.min(...theirs) };
}

/** The parts of a float32 SGD step that are not arithmetic: the share outside kernels, and the share of waiting for its batch, step by step. */
async function overhead({ compared, rounds: { least } }: ComparisonSettings, batch: Batch): Promise<{ readonly outside: readonly number[]; readonly waits: readonly number[] }> {
  const subject = new Subject(compared, batch, 'float32');
  subject.warmUp('sgd');
  const outside = Array.from({ length: least }, () => profile(() => subject.perform('sgd')).outside);
  const waits = await batchWaits(batch.size, least, () => subject.perform('sgd'));
  subject.dispose();
  return { outside, waits };
}

function partsInEitherPrecision({ compared, rounds: { least } }: ComparisonSettings, batch: Batch): NonNullable<Comparison['parts']> {
  const parts = (precision: Timing['precision']): StepParts => {
    const subject = new Subject(compared, batch, precision);
    const found = stepParts(subject, least);
    subject.dispose();
    return found;
  };
  return { float32: parts('float32'), mixed: parts('mixed') };
}

/** A configuration that was dropped after the first look: its time on the small batch is not comparable. */
function leftOf({ configuration: { name, precision }, failure }: Screened): Timing {
  return untimed({ side: 'PyTorch', configuration: name, precision }, failure ?? 'slower');
}

/** Checks on a small batch that both sides compute the same, and takes a first look at PyTorch's configurations there. */
async function firstLook({ compared, python, threads, compile }: ComparisonSettings, size: number): Promise<{ readonly agreement: Comparison['agreement']; readonly screened: readonly Screened[] }> {
  const rival = new Rival(python);
  try {
    const { torch, ...agreement } = await agree(rival, compared, noiseBatch(size), threads);
    console.log(`  PyTorch ${torch} computes the same: loss off by ${agreement.loss.toExponential(1)}, gradient by ${agreement.gradientNorm.toExponential(1)} of its norm, SGD steps by ${agreement.steps!.toExponential(1)} of their length`);
    return { agreement, screened: await screen(rival, rivalConfigurations(compile), size) };
  } finally {
    rival.close();
  }
}

/**
 * Compares samlab with PyTorch on one network: first that both compute the same, then how fast, how much memory,
 * and how much of a step is not arithmetic.
 */
export async function compare(settings: ComparisonSettings): Promise<Comparison> {
  const { compared, onlyRatios, works } = settings;
  const batch = noiseBatch(compared.batch);
  console.log(`${compared.model.name}, batch ${batch.size}`);
  const { agreement, screened } = await firstLook(settings, Math.min(SCREENED_BATCH, batch.size));
  const configurations = hopeful(screened).filter(({ name }) => !onlyRatios || name !== COMMON_CONFIGURATION || compared.name === 'imagenet');
  const own = (['float32', 'mixed'] as const).map((precision) => ownContestant(precision, compared, batch, works));
  const contestants: Contestant[] = [...own, ...(onlyRatios ? [] : own.map(opByOp))];
  try {
    for (const configuration of configurations) {
      contestants.push(await rivalContestant(configuration, compared, batch, settings));
    }
    const { ready, left } = await warmUp(contestants);
    const { timings, endings } = await interleave(ready, settings);
    contestants.splice(0).forEach((contestant) => contestant.close());
    const found: Comparison = {
      model: compared.modelName,
      stem: compared.stem,
      batch: batch.size,
      agreement,
      timings: [...timings, ...left, ...screened.filter(({ configuration }) => !configurations.includes(configuration)).map(leftOf)],
      leastRounds: settings.rounds.least,
      endings,
    };
    return onlyRatios ? found : { ...found, ...(await beside(found, settings, configurations, batch)) };
  } finally {
    contestants.forEach((contestant) => contestant.close());
  }
}

/** What is measured besides the ratios. */
async function beside({ timings }: Comparison, settings: ComparisonSettings, configurations: readonly RivalConfiguration[], batch: Batch): Promise<Partial<Comparison>> {
  const { compared, rounds: { least } } = settings;
  const memory = await peakMemory(settings, configurations, batch);
  const { outside, waits } = await overhead(settings, batch);
  return {
    timings: [...timings, ...(compared.name === 'fast' ? [] : layersTimings({ stem: compared.stem, batch: batch.size }, least))],
    ...(memory ? { peakMemory: memory } : {}),
    outsideKernels: median(outside),
    dataShare: median(waits),
    overhead: outside.map((share, step) => share + waits[step]!),
    parts: partsInEitherPrecision(settings, batch),
  };
}
