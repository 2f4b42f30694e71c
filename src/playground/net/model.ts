import type { Batch } from '../../data/batches';
import { smoothedTargets } from '../../engine/crossEntropy';
import { scope } from '../../engine/tensor';
import type { TensorVector } from '../../engine/tensorVector';
import type { LossFunction, OutputFunction } from '../../landscape/operator';
import { sequential } from '../../models/combine';
import { network } from '../../models/layer';
import { linear, relu, tanh } from '../../models/layers';
import type { Model } from '../../models/model';
import { batchGradient, batchImages, batchLogits, hessianProduct, type PassMoments } from '../../train/network';
import type { Points } from './data';
import type { NetSettings } from './settings';

/** The networks have no batch norm: there are no moments. */
export const NO_MOMENTS: PassMoments = { statistics: [], training: false };

/** A multi-layer perceptron from the plane to two classes. */
export function perceptron({ hidden, activation }: Pick<NetSettings, 'hidden' | 'activation'>): Model {
  const between = activation === 'tanh' ? tanh : relu;
  return network({
    name: `perceptron 2-${hidden.join('-')}-2, ${activation}`,
    inputShape: [2],
    layers: sequential(...hidden.flatMap((outputs) => [linear({ outputs }), between()]), linear({ outputs: 2 })),
  });
}

/** Some points as a batch of the network's inputs. @param indices which of them; all if left out */
export function batchOf({ places, labels }: Pick<Points, 'places' | 'labels'>, indices?: Int32Array): Batch {
  if (indices === undefined) {
    return { images: places, labels, size: labels.length, shape: [2] };
  }
  const images = new Float32Array(2 * indices.length);
  indices.forEach((index, position) => {
    images[2 * position] = places[2 * index]!;
    images[2 * position + 1] = places[2 * index + 1]!;
  });
  return { images, labels: Int32Array.from(indices, (index) => labels[index]!), size: indices.length, shape: [2] };
}

/** How much the second class's logit exceeds the first's at each point: above 0 the network says 1. */
export function margins(model: Model, parameters: TensorVector, batch: Batch): Float32Array {
  const logits = batchLogits(model, parameters, NO_MOMENTS, batch);
  return Float32Array.from({ length: batch.size }, (_, index) => logits[2 * index + 1]! - logits[2 * index]!);
}

/** Mean cross-entropy of given labels, in nats, from margins. */
export function meanLoss(found: Float32Array, labels: Int32Array): number {
  let sum = 0;
  found.forEach((margin, index) => {
    const against = labels[index] === 1 ? -margin : margin;
    sum += Math.max(against, 0) + Math.log1p(Math.exp(-Math.abs(against)));
  });
  return sum / found.length;
}

/** The loss on a batch as the project's probes ask for it, with exact second derivatives. */
export function pointLoss(model: Model, batch: Batch): LossFunction<TensorVector> & Pick<Required<OutputFunction<TensorVector>>, 'second'> {
  return {
    source: { name: model.name, images: batch.size, precision: 'float32', batchSize: batch.size, batchNorm: 'frozen', labelSmoothing: 0 },
    evaluate: (point) => Promise.resolve({ loss: meanLoss(margins(model, point, batch), batch.labels) }),
    gradient: (point) => Promise.resolve(batchGradient(model, point, [], batch, 0, false)),
    second: {
      obstacle: () => undefined,
      hessianProduct: (point, v) => Promise.resolve(scope(
        () => hessianProduct(model, point, NO_MOMENTS, batchImages(batch), smoothedTargets(batch.labels, model.classes, 0), v),
        ({ tensors }) => tensors,
      )),
    },
  };
}
