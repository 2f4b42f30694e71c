export const GOES_ON = 'its checkpoint is stored. Run this cell again and it goes on from there.';
export const STARTS_ANEW =
  'a rule of your own has no checkpoint without a `storeAs`, so this run starts anew when you run this cell again. Give it `storeAs: \'my-rule\'`, and its results and checkpoints are stored.';

/** Thrown when an interrupt has ended a training. */
export class TrainingInterrupted extends Error {
  override readonly name = 'TrainingInterrupted';

  /** @param hasCheckpoint whether what it needs to go on is stored. */
  constructor(run: string, hasCheckpoint = true) {
    super(`Stopped ${run} at your request; ${hasCheckpoint ? GOES_ON : STARTS_ANEW}`);
    // The kernel prints the stack of what ends a cell; here nothing went wrong, and the sentence is enough.
    this.stack = `${this.name}: ${this.message}`;
  }
}
