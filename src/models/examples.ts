/** Inputs of the training set as the network sees them, without augmentation. */
export interface Examples {
  /** [count, ...shape] */
  readonly values: Float32Array;
  readonly count: number;
  /** Shape of one, such as [32, 32, 3]. */
  readonly shape: readonly number[];
}
