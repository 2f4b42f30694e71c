import type { TrainingProgress } from '../train/progress';
import { notebookOutput, type OutputWriter } from '../progress/notebookOutput';
import { progressChart, progressLine } from './progressChart';

/** Milliseconds between updates; more frequent ones would only keep the front end busy. */
const INTERVAL = 1000;

let displays = 0;

/**
 * Shows a running training, to be called as its `onProgress`: a bar, epoch, loss, error, images a second, time left
 * and curves, which update in place below the running cell. Outside a notebook it prints one line an epoch.
 *
 * @param title what is being trained, such as "SAM, CIFAR-10, seed 0", or a function of the run's progress.
 * @param write where to show it, if not in the running notebook.
 */
export function liveTraining(title: string | ((progress: TrainingProgress) => string), write: OutputWriter | undefined = notebookOutput()): (progress: TrainingProgress) => void {
  const titleAt = (progress: TrainingProgress): string => (typeof title === 'string' ? title : title(progress));
  if (write === undefined) {
    return (progress) => {
      if (progress.step === progress.stepsPerEpoch) {
        console.log(`${titleAt(progress)}: ${progressLine(progress)}`);
      }
    };
  }
  const id = `samlab-training-${process.pid}-${++displays}`;
  let shown: number | undefined;
  return (progress) => {
    const last = progress.stepsTaken === progress.totalSteps;
    if (shown === undefined || last || performance.now() - shown >= INTERVAL) {
      write({ 'image/svg+xml': progressChart(titleAt(progress), progress), 'text/plain': `${titleAt(progress)}: ${progressLine(progress)}` }, id, shown !== undefined);
      shown = performance.now();
    }
  };
}
