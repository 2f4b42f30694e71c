import { join } from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import { isReady, newCounters, take, type Handover } from './batchHandover';
import { batchesPerEpoch, trainingBatches, type Batch, type TrainingBatchOptions } from './batches';
import { imageCount, shared, type Dataset } from './dataset';

/** How the epochs of a run are made; the same for all. */
export type RunBatchOptions = Omit<TrainingBatchOptions, 'epoch'>;

/** A place in a run. */
export interface BatchPlace {
  /** Counted from 1. */
  readonly epoch: number;
  /** Batches of this epoch that have been used. */
  readonly step: number;
}

/** What the thread is started with. */
export interface ThreadData {
  readonly dataset: Dataset;
  readonly options: RunBatchOptions;
  readonly epochs: number;
  readonly handover: Handover;
}

/** Seconds without a batch after which the thread is taken for dead; a batch takes milliseconds, on a busy machine a second. */
const PATIENCE = 60;

/**
 * The batches of all epochs of a run, made by {@link trainingBatches} in a thread of their own, at most two ahead of their
 * use: while TensorFlow computes a step, the images of the next one are cropped, mirrored and normalised.
 *
 * The thread is started once, sees the images where they are (see {@link shared}) and must be ended by {@link end}.
 */
export class BatchesAhead {
  private readonly worker: Worker;
  private readonly handover: Handover;
  private readonly perEpoch: number;
  private step = 0;
  /** Why the thread has ended, once this is known. */
  private death: Error | undefined;

  /**
   * Starts the thread; its first batches are made after {@link begin}.
   *
   * @param epochs the last epoch.
   * @throws RangeError as {@link trainingBatches}, and starts nothing then.
   */
  constructor(dataset: Dataset, options: RunBatchOptions, epochs: number) {
    // Only for its checks: the generator makes nothing until the first batch is drawn.
    trainingBatches(dataset, { ...options, epoch: 1 });
    this.perEpoch = batchesPerEpoch(imageCount(dataset), options.batchSize, options.lastBatch);
    const { port1, port2 } = new MessageChannel();
    const counters = newCounters();
    this.handover = { port: port1, counters };
    const workerData: ThreadData = { dataset: shared(dataset), options, epochs, handover: { port: port2, counters } };
    this.worker = new Worker(join(__dirname, 'batchesAheadThread.js'), { workerData, transferList: [port2] });
    this.worker.on('error', (error: Error) => {
      this.death = error;
    });
    this.worker.on('exit', () => {
      this.death ??= new Error('trainingBatches: expected a batch from the thread that makes them, but it has ended.');
    });
  }

  /**
   * Tells the thread where to begin, and waits until it runs.
   *
   * @throws Error if it cannot run, with what it said.
   */
  async begin(place: BatchPlace): Promise<void> {
    this.step = place.step;
    this.handover.port.postMessage(place);
    const runs = await new Promise<boolean>((resolve) => {
      this.worker.once('message', () => resolve(true));
      this.worker.once('exit', () => resolve(false));
    });
    // A thread with few batches to make may have finished and ended before this is known.
    if (!runs) {
      throw this.death!;
    }
    // Not earlier: a process that only waits for the thread would end here.
    this.worker.unref();
  }

  /**
   * The rest of the epoch, from the place where the run began or the last batch was taken. The next call gives the next epoch.
   *
   * The caller's thread is blocked until a batch is there. Batches are equal to those of {@link trainingBatches}, bit for bit.
   *
   * @throws whatever the thread threw; Error if it ended without one.
   */
  *epoch(): Generator<Batch, void, void> {
    while (this.step < this.perEpoch) {
      if (this.death && !isReady(this.handover)) {
        throw this.death;
      }
      const batch = take(this.handover, PATIENCE);
      this.step++;
      yield batch;
    }
    this.step = 0;
  }

  /** Ends the thread, whatever it does at the time, and waits until it is gone. */
  async end(): Promise<void> {
    this.handover.port.close();
    await this.worker.terminate();
  }
}
