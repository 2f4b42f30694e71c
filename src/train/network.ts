import type { ChannelStatistics } from '../engine/batchNormalization';
import { smoothedTargets, softmaxCrossEntropy } from '../engine/crossEntropy';
import { reshape } from '../engine/convolution';
import { matMul } from '../engine/dense';
import { compiled } from '../engine/graph/compiled';
import { typeAttribute } from '../engine/binding';
import { lossAndGradient } from '../engine/tape';
import { moving, tangentOf, withTangents } from '../engine/tangents/tangents';
import { cloneTensor, execute1, scope, tensor, type Tensor } from '../engine/tensor';
import { TensorVector } from '../engine/tensorVector';
import { batchShape, type Batch } from '../data/batches';
import { disposeStatistics } from '../models/initialise';
import { foldedConvolutions, foldedOf, foldsBatchNorm } from './foldedPass';
import type { ParameterSpec } from '../engine/vector';
import type { Model } from '../models/model';
import type { LossAndGradient } from '../optim/step';

/** Loss and gradient of a batch, and what else one pass through the network found. */
export interface BatchGradient extends LossAndGradient<TensorVector> {
  /** [batch, classes], row by row. */
  readonly logits: Float32Array;
  /** Running statistics after this batch; the caller disposes of them. */
  readonly statistics: ChannelStatistics[];
}

/** The inputs of a batch in native memory: [size, 32, 32, 3] for images of CIFAR. */
export function batchImages(batch: Batch): Tensor {
  return tensor(batch.images, [batch.size, ...batchShape(batch)]);
}

/** How batch normalisation finds its moments in one pass. */
export interface PassMoments {
  readonly statistics: readonly ChannelStatistics[];
  /** By the batch's own moments instead of the statistics. */
  readonly training: boolean;
}

/** The tensors of running statistics, as one list. */
export function momentTensors(statistics: readonly ChannelStatistics[]): Tensor[] {
  return statistics.flatMap(({ mean, variance }) => [mean, variance]);
}

function statisticsOf(tensors: readonly Tensor[]): ChannelStatistics[] {
  return Array.from({ length: tensors.length / 2 }, (_, layer) => ({ mean: tensors[2 * layer]!, variance: tensors[2 * layer + 1]! }));
}

/** What a pass reads, from one list of tensors: parameters, then moments. */
function passOf({ parameters }: Model, inputs: readonly Tensor[]): { readonly parameters: readonly Tensor[]; readonly statistics: ChannelStatistics[] } {
  return { parameters: inputs.slice(0, parameters.length), statistics: statisticsOf(inputs.slice(parameters.length)) };
}

/** Logits in evaluation, batch norm folded into the convolutions before it where that is faster on this machine. */
function evaluationPass(model: Model, parameters: TensorVector, statistics: readonly ChannelStatistics[], images: Tensor): Tensor {
  const inputs = [...parameters.tensors, ...momentTensors(statistics)];
  const pass = { parameters: parameters.tensors, statistics, training: false, updated: [] };
  if (!foldsBatchNorm(model, images, pass)) {
    return compiled(model, 'evaluation', [images, ...inputs], ([x, ...others]) => [model.apply(x!, { ...passOf(model, others), training: false, updated: [] })])[0]!;
  }
  const folded = foldedConvolutions(model, pass);
  return compiled(model, 'folded evaluation', [images, ...folded, ...inputs], ([x, ...others]) => {
    const own = foldedOf(others.splice(0, folded.length));
    return [model.apply(x!, { ...passOf(model, others), training: false, updated: [], folded: own })];
  })[0]!;
}

/** Logits of a network on images, and the running statistics after them: none unless in training. They are freed by the enclosing scope. */
export function forwardPass(model: Model, parameters: TensorVector, { statistics, training }: PassMoments, images: Tensor): { readonly logits: Tensor; readonly updated: ChannelStatistics[] } {
  if (!training) {
    return { logits: evaluationPass(model, parameters, statistics, images), updated: [] };
  }
  const [logits, ...moved] = compiled(model, 'training pass', [images, ...parameters.tensors, ...momentTensors(statistics)], ([x, ...others]) => {
    const updated: ChannelStatistics[] = [];
    const result = model.apply(x!, { ...passOf(model, others), training, updated });
    return [result, ...momentTensors(updated)];
  });
  return { logits: logits!, updated: statisticsOf(moved) };
}

/** Logits of a network on a batch: [size, classes], row by row. */
export function batchLogits(model: Model, parameters: TensorVector, moments: PassMoments, batch: Batch): Float32Array {
  return scope(() => forwardPass(model, parameters, moments, batchImages(batch)).logits.values() as Float32Array);
}

/** Says which parameters stay as they are. */
export type Frozen = (spec: ParameterSpec) => boolean;

function gradientTitle(training: boolean, trained: readonly boolean[]): string {
  const title = training ? 'gradient in training' : 'gradient';
  return trained.every(Boolean) ? title : `${title} of ${trained.map(Number).join('')}`;
}

function zerosLike(x: Tensor): Tensor {
  return execute1('ZerosLike', [typeAttribute('T', x.dtype)], [x]);
}

/** Mean cross-entropy, logits, running statistics after the images, and gradient, as one compiled function. */
function gradientPass(model: Model, parameters: TensorVector, { statistics, training }: PassMoments, images: Tensor, targets: Tensor, frozen: Frozen = () => false): BatchGradient {
  const trained = model.parameters.map((spec) => !frozen(spec));
  const inputs = [images, targets, ...parameters.tensors, ...momentTensors(statistics)];
  const outputs = compiled(model, gradientTitle(training, trained), inputs, ([x, wanted, ...others]) => {
    const pass = passOf(model, others);
    const updated: ChannelStatistics[] = [];
    const { loss, gradients, auxiliary } = lossAndGradient(pass.parameters.filter((_, index) => trained[index]), () => {
      const logits = model.apply(x!, { ...pass, training, updated });
      return { loss: softmaxCrossEntropy(logits, wanted!), auxiliary: logits };
    });
    const all = trained.map((isTrained, index) => (isTrained ? gradients.shift()! : zerosLike(pass.parameters[index]!)));
    return [loss, auxiliary, ...all, ...momentTensors(updated)];
  });
  const [loss, logits, ...found] = outputs as [Tensor, Tensor, ...Tensor[]];
  const gradient = new TensorVector(model.parameters, found.splice(0, parameters.tensors.length));
  return { loss: loss.scalar(), logits: logits.values() as Float32Array, gradient, statistics: statisticsOf(found) };
}

/**
 * Loss of a network on one batch, and its gradient with respect to all parameters, in training mode by default.
 *
 * @param labelSmoothing in [0, 1)
 * @param training whether batch norm takes the batch's own moments; if not, there are no new statistics.
 * @param frozen parameters whose gradient is left at 0, which saves computing it; default: none.
 */
export function batchGradient(
  model: Model,
  parameters: TensorVector,
  statistics: readonly ChannelStatistics[],
  batch: Batch,
  labelSmoothing: number,
  training = true,
  frozen?: Frozen,
): BatchGradient {
  return scope(
    () => gradientPass(model, parameters, { statistics, training }, batchImages(batch), smoothedTargets(batch.labels, model.classes, labelSmoothing), frozen),
    ({ gradient, statistics: moved }) => [...gradient.tensors, ...momentTensors(moved)],
  );
}

/**
 * Jᵀ u for the Jacobian J of the logits with respect to the parameters, by one forward and one backward pass. It is freed by the enclosing scope.
 *
 * @param weights u, [batch * classes, 1]
 */
export function logitsPullback(model: Model, parameters: TensorVector, { statistics, training }: PassMoments, images: Tensor, weights: Tensor): TensorVector {
  const inputs = [images, weights, ...parameters.tensors, ...momentTensors(statistics)];
  const gradients = compiled(model, training ? 'pullback in training' : 'pullback', inputs, ([x, u, ...others]) => {
    const pass = passOf(model, others);
    return lossAndGradient(pass.parameters, () => {
      const logits = model.apply(x!, { ...pass, training, updated: [] });
      return { loss: matMul(reshape(logits, [1, logits.size]), u!), auxiliary: undefined };
    }).gradients;
  });
  return new TensorVector(model.parameters, gradients);
}

/** What a pass reads, with the parameters moving along a direction. */
function movingPass(model: Model, [...inputs]: readonly Tensor[]): ReturnType<typeof passOf> {
  const along = inputs.splice(0, model.parameters.length);
  const { parameters, statistics } = passOf(model, inputs);
  return { parameters: parameters.map((parameter, index) => moving(parameter, along[index]!)), statistics };
}

/**
 * Logits z of a network on images, and J v: how they move when the parameters move along v. Both are [batch, classes], and
 * freed by the enclosing scope.
 *
 * @throws NoTangent if the network computes with an op whose tangents are not known.
 */
export function logitsPushforward(model: Model, parameters: TensorVector, { statistics, training }: PassMoments, images: Tensor, v: TensorVector): { readonly logits: Tensor; readonly moved: Tensor } {
  const inputs = [images, ...v.tensors, ...parameters.tensors, ...momentTensors(statistics)];
  const [logits, moved] = compiled(model, training ? 'pushforward in training' : 'pushforward', inputs, ([x, ...others]) =>
    withTangents(() => {
      const result = model.apply(x!, { ...movingPass(model, others), training, updated: [] });
      return [result, tangentOf(result)];
    }),
  );
  return { logits: logits!, moved: moved! };
}

/**
 * H v for the Hessian H of the mean cross-entropy: how its gradient moves when the parameters move along v, exact but for
 * the rounding of float32. It is freed by the enclosing scope.
 *
 * @throws NoTangent if the network computes with an op whose tangents are not known.
 */
export function hessianProduct(model: Model, parameters: TensorVector, { statistics, training }: PassMoments, images: Tensor, targets: Tensor, v: TensorVector): TensorVector {
  const inputs = [images, targets, ...v.tensors, ...parameters.tensors, ...momentTensors(statistics)];
  const product = compiled(model, training ? 'Hessian product in training' : 'Hessian product', inputs, ([x, wanted, ...others]) =>
    withTangents(() => {
      const pass = movingPass(model, others);
      const { gradients } = lossAndGradient(pass.parameters, () => ({
        loss: softmaxCrossEntropy(model.apply(x!, { ...pass, training, updated: [] }), wanted!),
        auxiliary: undefined,
      }));
      return gradients.map(tangentOf);
    }),
  );
  return new TensorVector(model.parameters, product);
}

/** Parameters and batch-norm statistics of a network: all that evaluation needs. */
export interface NetworkState {
  readonly parameters: TensorVector;
  readonly statistics: readonly ChannelStatistics[];
}

/** A copy of the statistics, freed independently of them. */
export function cloneStatistics(statistics: readonly ChannelStatistics[]): ChannelStatistics[] {
  return statistics.map(({ mean, variance }) => ({ mean: cloneTensor(mean), variance: cloneTensor(variance) }));
}

/** share a + (1 - share) b, moment by moment; the caller disposes of it. */
export function averageStatistics(a: readonly ChannelStatistics[], b: readonly ChannelStatistics[], share: number): ChannelStatistics[] {
  const average = (one: Tensor, other: Tensor): Tensor => {
    const others = other.values();
    return tensor(Float32Array.from(one.values(), (value, channel) => share * value + (1 - share) * others[channel]!), one.shape);
  };
  return a.map(({ mean, variance }, layer) => ({ mean: average(mean, b[layer]!.mean), variance: average(variance, b[layer]!.variance) }));
}

/** Frees a network's state. */
export function disposeNetwork({ parameters, statistics }: NetworkState): void {
  parameters.dispose();
  disposeStatistics(statistics);
}
