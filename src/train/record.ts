/** Loss and errors over one set of images; errors are percentages. */
export interface Evaluation {
  /** Mean cross-entropy without label smoothing, in nats. */
  readonly loss: number;
  readonly top1Error: number;
  readonly top5Error: number;
}

/** The record of one epoch of training. */
export interface EpochRecord {
  /** Counted from 1. */
  readonly epoch: number;
  /** Learning rate of the epoch's last step. */
  readonly learningRate: number;
  /** Mean over the epoch's images of the smoothed, unperturbed training loss, in nats. */
  readonly trainLoss: number;
  /** Error on the augmented training batches as they were seen, in percent. */
  readonly trainTop1Error: number;
  /** Error on held-out images, where the configuration holds some out. */
  readonly heldOut?: Evaluation;
  /** Error on the test set, where the held-out error is the lowest so far and such a test was asked for. */
  readonly testAtBest?: Evaluation;
  /** Errors on further sets by name, such as the right-labelled and the wrong-labelled training images, without augmentation. */
  readonly alsoEvaluated?: Readonly<Record<string, Evaluation>>;
  /** What the perturbation rule logs at the end of the epoch, such as a mask's sparsity and its overlap with the mask before. */
  readonly perturbation?: Readonly<Record<string, number>>;
  readonly seconds: number;
}
