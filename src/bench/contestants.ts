import type { Batch } from '../data/batches';
import { withoutGraphs } from '../engine/graph/compiled';
import type { Compared } from './compared';
import { WORKS, type Timing, type Work } from './result';
import { prepare, Rival } from './rival';
import { COMMON_CONFIGURATION, type RivalConfiguration } from './rivalConfigurations';
import { Subject, WARM_UP } from './subject';

/** One side in one configuration. */
export interface Contestant extends Pick<Timing, 'side' | 'configuration' | 'precision'> {
  readonly works: readonly Work[];
  /** Does the work until its time no longer changes. @returns seconds of the last time */
  readonly warmUp: (work: Work) => Promise<number>;
  readonly time: (work: Work) => Promise<number>;
  readonly close: () => void;
}

/** PyTorch in one configuration, in a process of its own. */
export async function rivalContestant({ name, precision, setup, keepsMemory }: RivalConfiguration, compared: Compared, batch: Batch, { python, threads, works }: { readonly python: string; readonly threads: number; readonly works: readonly Work[] }): Promise<Contestant> {
  const rival = new Rival(python, keepsMemory);
  await prepare(rival, compared, batch, threads);
  await rival.ask('setup', setup);
  const seconds = async (work: Work, repeats: number): Promise<number> => (await rival.ask<{ seconds: number[] }>('time', { work, repeats })).seconds.at(-1)!;
  return {
    side: 'PyTorch',
    configuration: name,
    precision,
    // The common configuration is timed in one workload only: it is slow, and no goal needs others.
    works: name === COMMON_CONFIGURATION ? works.filter((work) => work === 'sgd') : works,
    warmUp: (work) => seconds(work, WARM_UP),
    time: (work) => seconds(work, 1),
    close: () => rival.close(),
  };
}

/** samlab in one precision. */
export function ownContestant(precision: Timing['precision'], compared: Compared, batch: Batch, works: readonly Work[] = WORKS): Contestant {
  const subject = new Subject(compared, batch, precision);
  return {
    side: 'samlab',
    configuration: precision,
    precision,
    works,
    warmUp: (work) => Promise.resolve(subject.warmUp(work)),
    time: (work) => Promise.resolve(subject.time(work)),
    close: () => subject.dispose(),
  };
}

/** The same without graphs, each op called by itself: shows what graphs save. */
export function opByOp({ configuration, warmUp, time, ...contestant }: Contestant): Contestant {
  return {
    ...contestant,
    configuration: `${configuration}, op by op`,
    warmUp: (work) => withoutGraphs(() => warmUp(work)),
    time: (work) => withoutGraphs(() => time(work)),
    close: () => undefined,
  };
}
