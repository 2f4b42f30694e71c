/*
 * The thread of BatchesAhead: makes one epoch after another from the place that it is sent, and waits while it is ahead.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { give, giveUp, type Handover } from './batchHandover';
import type { BatchPlace, ThreadData } from './batchesAhead';
import { trainingBatches } from './batches';

const { dataset, options, epochs, handover } = workerData as ThreadData;

function giveFrom(place: BatchPlace, to: Handover): void {
  let skipped = place.step;
  for (let epoch = place.epoch; epoch <= epochs; epoch++) {
    for (const batch of trainingBatches(dataset, { ...options, epoch })) {
      if (skipped > 0) {
        skipped--;
      } else {
        give(to, batch);
      }
    }
  }
}

handover.port.once('message', (place: BatchPlace) => {
  try {
    giveFrom(place, handover);
  } catch (error) {
    giveUp(handover, error);
  }
});
parentPort!.postMessage('ready');
