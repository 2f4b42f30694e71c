import type { Batch } from '../data/batches';
import { BatchesAhead } from '../data/batchesAhead';
import { checkDataset } from '../data/checkDataset';
import { checkTrainingSettings } from './settingsSchema';
import { longWork, type LongWork } from '../progress/longWork';
import { StoppedError } from '../progress/work';
import type { TrainingInput } from './trainingInput';
import { TrainingRun, type TrainingOutcome } from './trainingRun';

/**
 * Trains a network. The same input gives the same numbers, whether or not the run was stopped or
 * killed and taken up again from its checkpoint.
 *
 * It ends as `diverged` when a loss is not finite, or when weights, running statistics or the held-out loss are not finite after
 * an epoch: its last step may break a network whose loss before that step was fine.
 *
 * When its `signal` or the kernel's interrupt asks for it, it saves a checkpoint (if it has one) and ends as `stopped` after the
 * step under way, with the network and the history so far.
 *
 * @throws RangeError if a batch is larger than the training set, a setting is out of range, groups do not divide each batch, rates
 * or names to freeze are for parameters that the network lacks, or a data set is empty or does not fit the network (TypeError
 * for arrays of another type); Error for a checkpoint of other settings. Nothing has been trained then. What a rule or a
 * listener throws passes through, and the run's tensors are freed.
 * @example
 * const { network, history } = await trainer.train({ model: nn.createModel('resnet20', 'cifar', 10), settings: experiment.DEFAULT_CONFIG, trainingSet });
 */
export function train(input: TrainingInput): Promise<TrainingOutcome> {
  return longWork(`train ${input.model.name}`, input, (work) => trainAs(work, input));
}

async function trainAs(work: LongWork, input: TrainingInput): Promise<TrainingOutcome> {
  const { model, trainingSet, heldOut, settings } = input;
  checkDataset('train', trainingSet, model);
  if (heldOut) {
    checkDataset('train', heldOut, model);
  }
  const { batchSize, seed, normalization, lastBatch, cropPadding, cropBorder, autoAugment, flip, flipMode, cutout, cutoutPer, epochs } = settings;
  const run = new TrainingRun(reportingTo(work, input));
  checkTrainingSettings('train', settings);
  const batches = new BatchesAhead(trainingSet, { batchSize, seed, normalization, lastBatch, augmentation: { cropPadding, cropBorder, autoAugment, flip, flipMode, cutout, cutoutPer } }, Math.ceil(epochs));
  try {
    // Meanwhile the thread of the batches starts.
    run.open();
    const outcome = await trainEpochs(run, batches, input, work);
    if (outcome.status === 'stopped') {
      work.tellStopped(`The outcome has status 'stopped', with the network and the history so far${input.checkpoint ? '; its checkpoint is stored' : ''}.`);
    }
    return outcome;
  } finally {
    await batches.end();
  }
}

/** The input with an `onProgress` that also reports to the work how far it is. */
function reportingTo(work: LongWork, input: TrainingInput): TrainingInput {
  return {
    ...input,
    onProgress: (progress) => {
      const { stepsTaken, totalSteps, loss } = progress;
      work.report({ done: stepsTaken, of: totalSteps, unit: `steps, loss ${loss.toPrecision(4)}` });
      input.onProgress?.(progress);
    },
  };
}

async function trainEpochs(run: TrainingRun, batches: BatchesAhead, input: TrainingInput, work: LongWork): Promise<TrainingOutcome> {
  try {
    await batches.begin({ epoch: run.epoch, step: run.position.step });
    while (run.position.history.length < Math.ceil(input.settings.epochs)) {
      const ending = await trainEpoch(run, batches.epoch(), work);
      if (ending) {
        return ending;
      }
      const { stopped, divergence } = await closeEpoch(run);
      if (stopped) {
        return run.end('stopped');
      }
      if (divergence !== undefined) {
        return run.end('diverged', divergence);
      }
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

/** Evaluates at the end of an epoch. If the evaluation is stopped, the checkpoint stays the one before it. */
async function closeEpoch(run: TrainingRun): Promise<{ readonly stopped: boolean; readonly divergence?: string | undefined }> {
  try {
    return { stopped: false, divergence: await run.closeEpoch() };
  } catch (error) {
    if (!(error instanceof StoppedError)) {
      throw error;
    }
    run.save(true);
    return { stopped: true };
  }
}

/** Trains the rest of an epoch. @returns how the run ended, if it did in this epoch. */
async function trainEpoch(run: TrainingRun, batches: Iterable<Batch>, work: LongWork): Promise<TrainingOutcome | undefined> {
  for (const batch of untilEnd(run, batches)) {
    const loss = run.takeStep(batch);
    run.report();
    if (!Number.isFinite(loss)) {
      return run.end('diverged', `the loss was ${loss} at step ${run.position.step} of epoch ${run.epoch}`);
    }
    if (work.stopping) {
      run.save(true);
      return run.end('stopped');
    }
    // Always saved after the last step, so that a stop in a long evaluation loses no step.
    run.save(run.hasTakenAllSteps());
    await new Promise(setImmediate);
  }
  return undefined;
}
