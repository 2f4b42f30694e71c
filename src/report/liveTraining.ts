import type { TrainingProgress } from '../train/progress';
import { notebookOutput, type OutputWriter } from './notebookOutput';
import { progressChart, progressLine } from './progressChart';

/** Milliseconds between two pictures; more would only keep the front end busy. */
const INTERVAL = 1000;

let displays = 0;

/**
 * Shows a running training, to be called as its `onProgress`: a bar, epoch, loss, error, images a second, time left
 * and curves, which update in place below the running cell. Outside a notebook it prints one line an epoch.
 *
 * @param title what is being trained, such as "SAM, CIFAR-10, seed 0".
 * @param write where to show it, if not in the running notebook.
 */
export function liveTraining(title: string, write: OutputWriter | undefined = notebookOutput()): (progress: TrainingProgress) => void {
  if (write === undefined) {
    return (progress) => {
      if (progress.step === progress.stepsPerEpoch) {
        console.log(`${title}: ${progressLine(progress)}`);
      }
    };
  }
  const id = `samlab-training-${process.pid}-${++displays}`;
  let shown: number | undefined;
  return (progress) => {
    const last = progress.epoch === progress.epochs && progress.step === progress.stepsPerEpoch;
    if (shown === undefined || last || performance.now() - shown >= INTERVAL) {
      write({ 'image/svg+xml': progressChart(title, progress), 'text/plain': `${title}: ${progressLine(progress)}` }, id, shown !== undefined);
      shown = performance.now();
    }
  };
}
