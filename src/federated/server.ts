import type { Vector } from '../engine/vector';

/** What the server keeps between rounds. */
export interface ServerState<V extends Vector> {
  /** w, handed to the clients at the start of a round. */
  readonly parameters: V;
  /** Delta, the clients' mean gradient in the round before, computed from their updates; 0 before the first round. */
  readonly direction: V;
}

/** What the server gets from a round. */
export interface RoundAnswer<V extends Vector> {
  /** Average of the parameters that the clients came back with. */
  readonly average: V;
  /** K, the weighted mean of the number of local steps. */
  readonly localSteps: number;
  /** The clients' learning rate in this round. */
  readonly learningRate: number;
  /** eta, the server's own. */
  readonly serverLearningRate: number;
}

/**
 * Weights of the clients in their average: p_i = n_i / (n_1 + n_2 + ...).
 *
 * Qu et al. average with equal weights: the same where clients have equally many images.
 *
 * @param sizes n_i, images of each client that came back; without clients there are no weights.
 * @throws RangeError unless all sizes are numbers of images, 0 or more, and one of them is above 0.
 * @source McMahan et al. 2017 (arXiv 1602.05629), algorithm 1.
 */
export function clientWeights(sizes: readonly number[]): number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (sizes.length > 0 && !(sizes.every((size) => Number.isFinite(size) && size >= 0) && total > 0)) {
    throw new RangeError(`clientWeights: expected the clients' numbers of images, with one image or more among them, got [${sizes.join(', ')}]; leave clients without images out.`);
  }
  return sizes.map((size) => size / total);
}

/**
 * The server's step at the end of a round:
 *
 * w' = (1 - eta) w + eta average; Delta = (w - average) / (K learningRate)
 *
 * With eta = 1 the new parameters are the average itself. The clients' update is average - w = -learningRate K (mean
 * of their gradients), so that Delta has the sign and the scale of one gradient.
 *
 * @returns a new state; the old one and the average stay the caller's.
 * @source Qu et al. 2022, "Generalized federated learning via sharpness aware minimization" (arXiv 2206.02618); the scale of Delta: Xu et al. 2021 (arXiv 2106.10874).
 */
export function serverStep<V extends Vector>({ parameters }: ServerState<V>, { average, localSteps, learningRate, serverLearningRate }: RoundAnswer<V>): ServerState<V> {
  const moved = average.times(serverLearningRate);
  moved.addScaledInPlace(parameters, 1 - serverLearningRate);
  const back = parameters.plus(average, -1);
  const direction = back.times(1 / (localSteps * learningRate));
  back.dispose();
  return { parameters: moved, direction };
}
