import { StoppedError } from '../progress/work';

export const RESUME_NOTE = 'its checkpoint is stored. Run this cell again and it resumes from there.';
export const STARTS_AGAIN =
  'a rule of your own has no checkpoint without a `storeAs`, so this run starts from the beginning when you run this cell again. Give it `storeAs: \'my-rule\'`, and its results and checkpoints are stored.';

/** The error that ends a training after an interrupt. @param hasCheckpoint whether what it needs to go on is stored. */
export function stoppedTraining(run: string, hasCheckpoint = true): StoppedError {
  return new StoppedError(`Stopped ${run} at your request; ${hasCheckpoint ? RESUME_NOTE : STARTS_AGAIN}`);
}
