import { receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import type { Batch } from './batches';

/** What a thread that makes batches and one that uses them have in common. */
export interface Handover {
  /** This thread's end of a channel; batches lie in it until they are taken. */
  readonly port: MessagePort;
  /** How many batches were made and how many were taken, in memory that both threads see; see {@link newCounters}. */
  readonly counters: Int32Array;
}

/** A batch, or what went wrong with making it. */
type Message = { readonly batch: Batch } | { readonly failure: unknown };

const MADE = 0;
const TAKEN = 1;

/** How many batches may lie ready: one that is there when a step ends, and one for a step that is shorter than most. */
const AHEAD = 2;

/** Milliseconds of one wait. Patience is counted in waits, so a process that was suspended loses one at most. */
const WAIT = 1000;

/** The counters of a handover at which nothing has been made. */
export function newCounters(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
}

/** Hands a batch over without a copy, so its arrays are empty afterwards; then blocks this thread while two lie ready. */
export function give({ port, counters }: Handover, batch: Batch): void {
  announce({ port, counters }, { batch }, [batch.images.buffer as ArrayBuffer, batch.labels.buffer as ArrayBuffer]);
  const made = Atomics.load(counters, MADE);
  for (let taken = Atomics.load(counters, TAKEN); made - taken >= AHEAD; taken = Atomics.load(counters, TAKEN)) {
    Atomics.wait(counters, TAKEN, taken);
  }
}

/** Hands over an error in the place of the next batch; {@link take} throws it there. */
export function giveUp(handover: Handover, failure: unknown): void {
  announce(handover, { failure }, []);
}

function announce({ port, counters }: Handover, message: Message, transferred: readonly ArrayBuffer[]): void {
  port.postMessage(message, transferred);
  // After it was posted, so that what is counted can be received.
  Atomics.add(counters, MADE, 1);
  Atomics.notify(counters, MADE);
}

/** Whether {@link take} would give a batch, or throw its error, without a wait. */
export function isReady({ counters }: Handover): boolean {
  return Atomics.load(counters, MADE) !== Atomics.load(counters, TAKEN);
}

/**
 * Takes the next batch, and blocks this thread until there is one.
 *
 * @param patience seconds after which the other thread is taken for dead.
 * @throws what the other thread failed with; Error if there is no batch for too long.
 */
export function take(handover: Handover, patience: number): Batch {
  const { port, counters } = handover;
  const taken = Atomics.load(counters, TAKEN);
  for (let waits = 0; !isReady(handover); waits++) {
    // A thread that runs out of memory cannot report it, and this thread, which is blocked, could not receive a report.
    if (waits >= patience) {
      throw new Error(
        `trainingBatches: expected the next batch from the thread that makes them, got none in ${patience} seconds; ` +
          'it has probably run out of memory, so free some and start again.',
      );
    }
    Atomics.wait(counters, MADE, taken, WAIT);
  }
  const { message } = receiveMessageOnPort(port) as { readonly message: Message };
  Atomics.add(counters, TAKEN, 1);
  Atomics.notify(counters, TAKEN);
  if ('failure' in message) {
    throw message.failure;
  }
  return message.batch;
}
