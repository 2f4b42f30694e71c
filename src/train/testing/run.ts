import { createModel } from '../../models/create';
import { disposeNetwork } from '../network';
import type { TrainingSettings } from '../settings';
import type { TrainingInput } from '../trainingInput';
import type { TrainingOutcome } from '../trainingRun';
import { TEST_SETTINGS, testImages } from './settings';

/** The data that `runInput` trains and evaluates on. */
export const images = testImages();

/** A run of seconds, with some settings changed. */
export function runInput(changes: Partial<TrainingSettings> = {}): TrainingInput {
  const settings = { ...TEST_SETTINGS, ...changes };
  return { model: createModel(settings.model, settings.stem, 10), settings, trainingSet: images.train, heldOut: images.test };
}

/** All numbers that training produces: weights, statistics, and the history without its clock. */
export function numbersOf({ network, history }: TrainingOutcome): unknown {
  const numbers = {
    parameters: network.parameters.toArrays(),
    statistics: network.statistics.map(({ mean, variance }) => [mean.values(), variance.values()]),
    history: history.map((record) => ({ ...record, seconds: 0 })),
  };
  disposeNetwork(network);
  return numbers;
}
