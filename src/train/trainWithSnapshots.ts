import { nonFiniteNetwork } from './divergence';
import { longWork, type LongWork } from '../progress/longWork';
import { train } from './loop';
import { disposeNetwork, type NetworkState } from './network';
import type { CheckpointOptions, TrainingInput } from './trainingInput';
import type { TrainingOutcome } from './trainingRun';

/** Training whose weights are wanted at several moments. */
export interface SnapshotInput extends TrainingInput {
  /** The run is stopped for each snapshot and resumes from here. */
  readonly checkpoint: CheckpointOptions;
  /** Epochs between snapshots. */
  readonly everyEpochs: number;
  /** Called with the network after each `everyEpochs` epochs and after the last; the run keeps the network. */
  readonly onSnapshot: (epoch: number, network: NetworkState) => void;
}

/**
 * Trains a network and shows its weights along the way, with the same numbers as `train` alone.
 *
 * A run that was stopped and is taken up again shows the snapshots from there on.
 *
 * @throws RangeError if `everyEpochs` is not a positive integer; whatever `train` throws.
 */
export function trainWithSnapshots(input: SnapshotInput): Promise<TrainingOutcome> {
  return longWork(`train ${input.model.name}`, input, (work) => trainInParts(input, work));
}

async function trainInParts(input: SnapshotInput, work: LongWork): Promise<TrainingOutcome> {
  const { everyEpochs, onSnapshot, model, settings, onProgress } = input;
  if (!(Number.isInteger(everyEpochs) && everyEpochs >= 1)) {
    throw new RangeError(`trainWithSnapshots: expected a whole number of epochs between snapshots, got ${everyEpochs}.`);
  }
  for (;;) {
    const part = new AbortController();
    let due = 0;
    const outcome = await train({
      ...input,
      onProgress: (progress) => {
        const { epoch, epochs, step, stepsPerEpoch } = progress;
        // Within the last step of an epoch the weights are those at its end.
        due = step === stepsPerEpoch && epoch % everyEpochs === 0 && epoch < epochs ? epoch : 0;
        if (due > 0) {
          part.abort();
        }
        onProgress?.(progress);
      },
      signal: part.signal,
    });
    const epoch = outcome.status === 'finished' ? settings.epochs : due;
    if (epoch > 0 && outcome.status !== 'diverged' && nonFiniteNetwork(model, outcome.network) === undefined) {
      onSnapshot(epoch, outcome.network);
    }
    if (outcome.status !== 'stopped' || work.stopping) {
      if (outcome.status === 'stopped') {
        work.tellStopped('Its checkpoint is stored; the same call resumes from there.');
      }
      return outcome;
    }
    disposeNetwork(outcome.network);
  }
}
