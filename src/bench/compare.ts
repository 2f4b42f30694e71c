import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Batch } from '../data/batches';
import { withoutGraphs } from '../engine/graph/compiled';
import { createModel } from '../models/create';
import type { ModelName } from '../models/names';
import { agree } from './agreement';
import { batchSeconds } from './dataShare';
import { layersTimings } from './layersRival';
import { profile } from './profile';
import { WORKS, type Comparison, type StepParts, type Timing, type Work } from './result';
import { Rival } from './rival';
import { hopeful, rivalConfigurations, screen, type RivalConfiguration, type Screened } from './rivalConfigurations';
import { median } from './statistics';
import { stepParts } from './stepParts';
import { Subject } from './subject';
import { noiseBatch } from './workload';

/** What is compared, and how often. */
export interface ComparisonSettings {
  readonly model: ModelName;
  readonly stem: 'imagenet' | 'cifar';
  readonly batch: number;
  /** Rounds; in each one every contestant does the work once. */
  readonly repeats: number;
  readonly threads: number;
  /** Interpreter that has PyTorch. */
  readonly python: string;
  readonly kernelTable: string;
  /** Whether torch.compile is among PyTorch's configurations. */
  readonly compile: boolean;
}

/** Images of the first look at PyTorch's configurations, of which some take a hundred times as long as others. */
const SCREENED_BATCH = 16;

/** One side in one configuration, ready to work. */
interface Contestant extends Pick<Timing, 'side' | 'configuration' | 'precision'> {
  readonly warmUp: (work: Work) => Promise<void>;
  readonly time: (work: Work) => Promise<number>;
  readonly close: () => void;
}

async function startRival({ model, stem, python, threads }: ComparisonSettings, batch: Batch, keepsMemory = true): Promise<{ readonly rival: Rival; readonly agreement: Comparison['agreement'] }> {
  const rival = new Rival(python, keepsMemory);
  const { loss, gradientNorm } = await agree(rival, createModel(model, stem, 10), model, stem, batch, threads);
  return { rival, agreement: { loss, gradientNorm } };
}

async function rivalContestant(configuration: RivalConfiguration, settings: ComparisonSettings, batch: Batch): Promise<Contestant> {
  const { rival } = await startRival(settings, batch, configuration.keepsMemory);
  await rival.ask('setup', configuration.setup);
  return {
    side: 'PyTorch',
    configuration: configuration.name,
    precision: configuration.precision,
    warmUp: async (work) => {
      await rival.ask('time', { work });
    },
    time: async (work) => (await rival.ask<{ seconds: number[] }>('time', { work })).seconds[0]!,
    close: () => rival.close(),
  };
}

function ownContestant(precision: Timing['precision'], { model, stem }: ComparisonSettings, batch: Batch): Contestant {
  const subject = new Subject(createModel(model, stem, 10), batch, precision);
  return {
    side: 'samlab',
    configuration: precision,
    precision,
    warmUp: (work) => {
      subject.warmUp(work);
      return Promise.resolve();
    },
    time: (work) => Promise.resolve(subject.time(work)),
    close: () => subject.dispose(),
  };
}

/** The same, each op called by itself: what graphs save. */
function opByOp({ configuration, warmUp, time, ...contestant }: Contestant): Contestant {
  return {
    ...contestant,
    configuration: `${configuration}, op by op`,
    warmUp: (work) => withoutGraphs(() => warmUp(work)),
    time: (work) => withoutGraphs(() => time(work)),
  };
}

/** All contestants do each kind of work in turn, so that a busy moment of the machine meets them alike. */
async function interleave(contestants: readonly Contestant[], repeats: number): Promise<Timing[]> {
  const timings: Timing[] = [];
  for (const work of WORKS) {
    const seconds = contestants.map(() => [] as number[]);
    for (const contestant of contestants) {
      await contestant.warmUp(work);
    }
    for (let round = 0; round < repeats; round++) {
      for (const [index, contestant] of contestants.entries()) {
        seconds[index]!.push(await contestant.time(work));
      }
    }
    contestants.forEach(({ side, configuration, precision }, index) => {
      timings.push({ side, configuration, precision, work, seconds: seconds[index]! });
      console.log(`  ${work}: ${side}, ${configuration}: ${median(seconds[index]!).toFixed(3)} s`);
    });
  }
  return timings;
}

/** Peak memory of processes that take SAM steps in float32 and do nothing else; PyTorch's in its leanest hopeful configuration. */
async function peakMemory(settings: ComparisonSettings, configurations: readonly RivalConfiguration[], batch: Batch): Promise<Comparison['peakMemory']> {
  const { model, stem, kernelTable } = settings;
  const own = execFileSync(process.execPath, [join(__dirname, 'peakMemory.js'), model, stem, String(batch.size), kernelTable], { encoding: 'utf8' });
  const theirs: number[] = [];
  for (const { setup, keepsMemory } of configurations.filter(({ precision }) => precision === 'float32')) {
    const { rival } = await startRival(settings, batch, keepsMemory);
    await rival.ask('setup', setup);
    await rival.ask('time', { work: 'sam', repeats: 3 });
    theirs.push((await rival.ask<{ bytes: number }>('memory')).bytes);
    rival.close();
  }
  return { samlab: Number(own), pytorch: Math.min(...theirs) };
}

/** What of a float32 SGD step is not arithmetic: the share outside kernels, and the seconds of waiting for its batch. */
async function overhead({ model, stem, repeats }: ComparisonSettings, batch: Batch): Promise<{ readonly outsideKernels: number; readonly waiting: number }> {
  const subject = new Subject(createModel(model, stem, 10), batch, 'float32');
  subject.warmUp('sgd');
  const shares = Array.from({ length: repeats }, () => profile(() => subject.perform('sgd')).outside);
  const waiting = await batchSeconds(batch.size, repeats, () => subject.perform('sgd'));
  subject.dispose();
  return { outsideKernels: median(shares), waiting };
}

function partsInEitherPrecision({ model, stem, repeats }: ComparisonSettings, batch: Batch): NonNullable<Comparison['parts']> {
  const parts = (precision: Timing['precision']): StepParts => {
    const subject = new Subject(createModel(model, stem, 10), batch, precision);
    const found = stepParts(subject, repeats);
    subject.dispose();
    return found;
  };
  return { float32: parts('float32'), mixed: parts('mixed') };
}

/** A configuration that was looked at and left: its step at the small batch is no time to compare. */
function left({ configuration, failure }: Screened): Timing {
  const { name, precision } = configuration;
  return { side: 'PyTorch', configuration: name, precision, work: 'sgd', seconds: [], failure: failure ?? 'slower' };
}

/**
 * Compares samlab with PyTorch on one network: first that both compute the same, then how fast, how much memory,
 * and how much of a step is not arithmetic.
 */
export async function compare(settings: ComparisonSettings): Promise<Comparison> {
  const { model, stem, repeats } = settings;
  const batch = noiseBatch(settings.batch);
  console.log(`${model}, ${stem} stem, batch ${batch.size}`);
  const { rival, agreement } = await startRival(settings, noiseBatch(Math.min(SCREENED_BATCH, batch.size)));
  console.log(`  same computation: loss off by ${agreement.loss.toExponential(1)}, gradient by ${agreement.gradientNorm.toExponential(1)} of its norm`);
  const screened = await screen(rival, rivalConfigurations(settings.compile));
  rival.close();
  const configurations = hopeful(screened);
  const own = (['float32', 'mixed'] as const).map((precision) => ownContestant(precision, settings, batch));
  const contestants: Contestant[] = [...own, ...own.map((contestant) => ({ ...opByOp(contestant), close: () => undefined }))];
  for (const configuration of configurations) {
    contestants.push(await rivalContestant(configuration, settings, batch));
  }
  const timings = await interleave(contestants, repeats);
  contestants.forEach((contestant) => contestant.close());
  const step = median(timings.find(({ side, configuration, work }) => side === 'samlab' && configuration === 'float32' && work === 'sgd')!.seconds);
  const memory = await peakMemory(settings, configurations, batch);
  const { outsideKernels, waiting } = await overhead(settings, batch);
  return {
    model,
    stem,
    batch: batch.size,
    agreement,
    timings: [...timings, ...layersTimings(settings, repeats), ...screened.filter(({ configuration }) => !configurations.includes(configuration)).map(left)],
    peakMemory: memory,
    outsideKernels,
    dataShare: waiting / step,
    parts: partsInEitherPrecision(settings, batch),
  };
}
