/** Loss and gradient of a batch, the training loop, evaluation, and how to stop long functions. */

export { StoppedError, type Stoppable } from '../progress/work';
export { evaluate } from '../train/evaluate';
export { train } from '../train/loop';
export { METHODS, type MethodName, type MethodSettings } from '../train/methodSettings';
export { batchGradient, disposeNetwork, type BatchGradient, type NetworkState } from '../train/network';
export type { TrainingProgress } from '../train/progress';
export type { EpochRecord, Evaluation } from '../train/record';
export type { TrainingInput } from '../train/trainingInput';
export type { TrainingOutcome } from '../train/trainingRun';
