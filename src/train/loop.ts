import type { Batch } from '../data/batches';
import { BatchesAhead } from '../data/batchesAhead';
import { longWork, type LongWork } from '../progress/longWork';
import { ProbeStopped } from '../progress/work';
import type { TrainingInput } from './trainingInput';
import { TrainingRun, type TrainingOutcome } from './trainingRun';

/**
 * Trains a network. The same input gives the same numbers, whether or not the run was stopped or
 * killed and taken up again from its checkpoint.
 *
 * When its `signal` or the kernel's interrupt asks for it, it saves a checkpoint (if it has one) and ends as `stopped` after the
 * step under way, with the network and the history so far.
 *
 * @throws RangeError if a batch is larger than the training set, or a setting of the method is out of range, or groups do not
 * divide each batch; Error for a checkpoint of other settings. Nothing has been trained then. What a rule or a listener throws
 * passes through, and the run's tensors are freed.
 * @example
 * const { network, history } = await train({ model: createModel('resnet20', 'cifar', 10), settings: DEFAULT_CONFIG, trainingSet });
 */
export function train(input: TrainingInput): Promise<TrainingOutcome> {
  return longWork(`train ${input.model.name}`, input, (work) => trainAs(work, input));
}

async function trainAs(work: LongWork, input: TrainingInput): Promise<TrainingOutcome> {
  const { trainingSet, settings } = input;
  const { batchSize, seed, normalization, cropPadding, flip, cutout, cutoutPer, epochs } = settings;
  const run = new TrainingRun(reportingTo(work, input));
  const batches = new BatchesAhead(trainingSet, { batchSize, seed, normalization, augmentation: { cropPadding, flip, cutout, cutoutPer } }, epochs);
  try {
    // While the thread of the batches starts.
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

/** The input with an `onProgress` that also tells the work how far it is. */
function reportingTo(work: LongWork, input: TrainingInput): TrainingInput {
  return {
    ...input,
    onProgress: (progress) => {
      const { epoch, epochs, step, stepsPerEpoch, loss } = progress;
      work.report({ done: (epoch - 1) * stepsPerEpoch + step, of: epochs * stepsPerEpoch, unit: `steps, loss ${loss.toPrecision(4)}` });
      input.onProgress?.(progress);
    },
  };
}

async function trainEpochs(run: TrainingRun, batches: BatchesAhead, input: TrainingInput, work: LongWork): Promise<TrainingOutcome> {
  try {
    await batches.begin({ epoch: run.epoch, step: run.position.step });
    while (run.epoch <= input.settings.epochs) {
      const ending = await trainEpoch(run, batches.epoch(), work);
      if (ending) {
        return ending;
      }
      if (!(await closeEpoch(run))) {
        return run.end('stopped');
      }
    }
    return run.end('finished');
  } catch (error) {
    run.dispose();
    throw error;
  }
}

/** Evaluates at the end of an epoch. @returns false if the evaluation was stopped; the checkpoint is then that before it. */
async function closeEpoch(run: TrainingRun): Promise<boolean> {
  try {
    await run.closeEpoch();
    return true;
  } catch (error) {
    if (!(error instanceof ProbeStopped)) {
      throw error;
    }
    run.save(true);
    return false;
  }
}

/** Trains the rest of an epoch. @returns how the run ended, if it did in this epoch. */
async function trainEpoch(run: TrainingRun, batches: Iterable<Batch>, work: LongWork): Promise<TrainingOutcome | undefined> {
  for (const batch of batches) {
    const loss = run.takeStep(batch);
    run.report();
    if (!Number.isFinite(loss)) {
      return run.end('diverged', `the loss was ${loss} at step ${run.position.step} of epoch ${run.epoch}`);
    }
    if (work.stopping) {
      run.save(true);
      return run.end('stopped');
    }
    // Whatever comes after the last step, such as a long evaluation, can be stopped without losing it.
    run.save(run.isTrained);
    await new Promise(setImmediate);
  }
  return undefined;
}
