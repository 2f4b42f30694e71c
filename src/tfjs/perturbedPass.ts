import { engine, type NamedTensorMap, type Scalar, type Tensor } from '@tensorflow/tfjs-core';

/** For which of a step's two gradients a loss is computed: `first` at w, `perturbed` at w + eps. */
export type Pass = 'first' | 'perturbed';

/** The loss of a batch at the present values of the variables. It may ignore which pass it is for. */
export type ScalarLoss = (pass: Pass) => Scalar;

/** A loss and its gradient, by the names of the variables. The caller disposes of both. */
export interface NamedGradients {
  value: Scalar;
  grads: NamedTensorMap;
}

/**
 * The tensors that losses have kept with `tf.keep` at perturbed weights. They live until the next step.
 *
 * `tf.LayersModel` keeps the metrics of each pass and expects one pass a step. Without this, `fit` would leak one
 * tensor for each metric and step; if they were disposed of at once, `trainOnBatch`, which reads them all, would fail.
 */
export class PerturbedPasses {
  private kept: Tensor[] = [];

  /** Computes loss and gradient at perturbed weights. */
  compute(computeGradients: (f: () => Scalar) => NamedGradients, f: ScalarLoss): NamedGradients {
    const kept: Tensor[] = [];
    const gradients = computeGradients(() => {
      const loss = f('perturbed');
      kept.push(...engine().state.activeScope.track.filter((tensor) => tensor.kept && tensor !== loss));
      return loss;
    });
    // Back-propagation keeps tensors too, but has disposed of them by now.
    this.kept.push(...kept.filter((tensor) => !tensor.isDisposed));
    return gradients;
  }

  /** Frees the tensors of the last step. */
  dispose(): void {
    this.kept.forEach((tensor) => tensor.dispose());
    this.kept = [];
  }
}
