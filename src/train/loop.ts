import type { Batch } from '../data/batches';
import { BatchesAhead } from '../data/batchesAhead';
import type { TrainingInput } from './trainingInput';
import { TrainingRun, type TrainingOutcome } from './trainingRun';

/**
 * Trains a network. The same input gives the same numbers, whether or not the run was stopped or
 * killed and taken up again from its checkpoint.
 *
 * @throws RangeError if a batch is larger than the training set, or a setting of the method is out of range, or groups do not
 * divide each batch, or rates or names to freeze are for parameters that the network lacks; Error for a checkpoint of other settings. Nothing has been trained then. What a rule or a listener throws
 * passes through, and the run's tensors are freed.
 */
export async function train(input: TrainingInput): Promise<TrainingOutcome> {
  const { trainingSet, settings } = input;
  const { batchSize, seed, normalization, lastBatch, cropPadding, cropBorder, flip, flipMode, cutout, cutoutPer, epochs } = settings;
  const run = new TrainingRun(input);
  const batches = new BatchesAhead(trainingSet, { batchSize, seed, normalization, lastBatch, augmentation: { cropPadding, cropBorder, flip, flipMode, cutout, cutoutPer } }, Math.ceil(epochs));
  try {
    // While the thread of the batches starts.
    run.open();
    return await trainEpochs(run, batches, input);
  } finally {
    await batches.end();
  }
}

async function trainEpochs(run: TrainingRun, batches: BatchesAhead, input: TrainingInput): Promise<TrainingOutcome> {
  try {
    await batches.begin({ epoch: run.epoch, step: run.position.step });
    while (run.position.history.length < Math.ceil(input.settings.epochs)) {
      const ending = await trainEpoch(run, batches.epoch(), input);
      if (ending) {
        return ending;
      }
      await run.closeEpoch();
    }
    return run.end('finished');
  } catch (error) {
    run.dispose();
    throw error;
  }
}

/** Batches up to the last step of the run, which may lie within an epoch. */
function* untilEnd(run: TrainingRun, batches: Iterable<Batch>): Generator<Batch> {
  if (run.hasTakenAllSteps()) {
    return;
  }
  for (const batch of batches) {
    yield batch;
    if (run.hasTakenAllSteps()) {
      return;
    }
  }
}

/** Trains the rest of an epoch. @returns how the run ended, if it did in this epoch. */
async function trainEpoch(run: TrainingRun, batches: Iterable<Batch>, { shouldStop }: TrainingInput): Promise<TrainingOutcome | undefined> {
  for (const batch of untilEnd(run, batches)) {
    const loss = run.takeStep(batch);
    run.report();
    if (!Number.isFinite(loss)) {
      return run.end('diverged', `the loss was ${loss} at step ${run.position.step} of epoch ${run.epoch}`);
    }
    if (shouldStop?.() === true) {
      run.save(true);
      return run.end('stopped');
    }
    run.save();
    await new Promise(setImmediate);
  }
  return undefined;
}
