import { engine, type NamedTensorMap, type Scalar, type Tensor } from '@tensorflow/tfjs-core';

/** For which of a step's two gradients a loss is computed: `first` at w, `perturbed` at w + eps. */
export type Pass = 'first' | 'perturbed';

/** The loss of a batch at the present values of the variables. It may ignore which pass it is for. */
export type LossFunction = (pass: Pass) => Scalar;

/** A loss and its gradient, by the names of the variables. The caller disposes of both. */
export interface NamedGradients {
  value: Scalar;
  grads: NamedTensorMap;
}

/**
 * Computes loss and gradient at perturbed weights and disposes of whatever else the loss made.
 *
 * `tf.LayersModel` keeps the metrics of each pass and reads those of the first; without this, each step
 * of `model.fit` would leave one tensor a metric behind.
 */
export function perturbedPass(computeGradients: (f: () => Scalar) => NamedGradients, f: LossFunction): NamedGradients {
  const kept: Tensor[] = [];
  const gradients = computeGradients(() => {
    const loss = f('perturbed');
    kept.push(...engine().state.activeScope.track.filter((tensor) => tensor.kept && tensor !== loss));
    return loss;
  });
  // Among them are tensors that back-propagation kept for itself and has disposed of; doing so twice does nothing.
  kept.forEach((tensor) => tensor.dispose());
  return gradients;
}
