import type { Batch } from '../data/batches';
import type { ChannelStatistics } from '../engine/batchNormalization';
import type { TensorVector } from '../engine/tensorVector';
import { disposeStatistics } from '../models/initialise';
import type { Model } from '../models/model';
import { AT_START } from '../optim/ascend';
import type { PerturbationRule } from '../optim/perturbation';
import { withTemporaries } from '../optim/temporaries';
import { batchGradient } from '../train/network';

/** A rule that keeps nothing from step to step, and its radius. */
export interface AscentVariant {
  readonly name: string;
  readonly rule: PerturbationRule;
  readonly rho: number;
}

/** Where one perturbation leads. */
export interface AscentRow {
  readonly rule: string;
  /** 2-norm of eps. */
  readonly length: number;
  /** Magnitude of its largest element. */
  readonly largest: number;
  /** L(w + eps) - L(w) on the batch, in nats. */
  readonly rise: number;
  /** Gradients that the perturbation took. */
  readonly gradients: number;
}

/** A network and a batch to ascend on. */
export interface AscentPlace {
  readonly model: Model;
  readonly parameters: TensorVector;
  readonly statistics: readonly ChannelStatistics[];
  readonly batch: Batch;
}

/** How far each rule ascends from the same weights on the same batch, with the batch's own moments in batch norm. Nothing is moved. */
export function ascentRows(variants: readonly AscentVariant[], { model, parameters, statistics, batch }: AscentPlace): readonly AscentRow[] {
  let gradients = 0;
  const passAt = (point: TensorVector): { readonly loss: number; readonly gradient: TensorVector } => {
    gradients++;
    const { loss, gradient, statistics: moved } = batchGradient(model, point, statistics, batch, 0);
    disposeStatistics(moved);
    return { loss, gradient };
  };
  return withTemporaries((own) => {
    const first = passAt(parameters);
    const gradient = own(first.gradient);
    return variants.map(({ name, rule, rho }) =>
      withTemporaries((ownHere) => {
        gradients = 1;
        const input = { ...AT_START, parameters, gradient, rho, batchSize: batch.size, gradientAt: (point: TensorVector) => passAt(point).gradient };
        const eps = ownHere(parameters.tidy(() => rule.perturb(input), (made) => [made]));
        const taken = gradients;
        const above = passAt(ownHere(parameters.plus(eps)));
        ownHere(above.gradient);
        return { rule: name, length: eps.norm(), largest: eps.norm(Infinity), rise: above.loss - first.loss, gradients: taken };
      }),
    );
  });
}
