import { engine, stack, tidy, variableGrads, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { stopIfAsked } from '../progress/work';
import { parameterKind, ParameterVariables } from './parameterVariables';
import type { TfjsVector } from './tfjsVector';

/** What is needed of a `tf.LayersModel`. */
export interface LayersModelLike {
  readonly trainableWeights: readonly { readonly name: string }[];
  apply(inputs: Tensor, options: { readonly training: boolean }): unknown;
}

/** What the loss of a `tf.LayersModel` is measured on. */
export interface LayersModelLossOptions {
  /** Stored beside every number that is computed from the loss, such as "my network on 500 images". */
  readonly name: string;
  /** Inputs: [images, ...] */
  readonly x: Tensor;
  /** Targets: [images, ...]; [images, classes] of one-hot rows, or distributions over classes, gives a top-1 error beside the loss. */
  readonly y: Tensor;
  /** The loss of a batch, its mean or one number an image, such as `tf.metrics.categoricalCrossentropy`. */
  readonly loss: (targets: Tensor, predictions: Tensor) => Tensor;
  /** Images per pass. Default: 32. */
  readonly batchSize?: number;
}

/**
 * The loss of a `tf.LayersModel` as a function of its trainable weights, for the probes of `samlab`: it is a
 * `LossFunction<TfjsVector>`, and runs at the speed of the model's backend.
 *
 * Dropout is off and batch norm uses the moving averages. During a pass the model's variables stand at the point; they
 * are back, to the bit, before the call gives way to other work, also when the loss throws.
 *
 * @throws RangeError if x and y have no images or different numbers of them, or for a batch size below 1; Error for a
 * model that was disposed of.
 */
export function layersModelLoss(model: LayersModelLike, options: LayersModelLossOptions): LayersModelLoss {
  return new LayersModelLoss(model, options);
}

/** How far the sum of a row of probabilities may be from 1: rounding of a thousand classes in float32. */
const DISTRIBUTION_ROUNDING = 1e-3;

interface BatchLoss {
  readonly loss: Tensor;
  /** Images whose largest target and prediction differ, and rows that are no distribution over classes. */
  readonly classes?: Tensor;
}

/** See {@link layersModelLoss}. */
export class LayersModelLoss {
  readonly source: { readonly name: string; readonly images: number; readonly precision: 'float32'; readonly batchSize: number; readonly batchNorm: 'frozen' };
  private readonly weights: ParameterVariables;

  constructor(
    private readonly model: LayersModelLike,
    private readonly options: LayersModelLossOptions,
  ) {
    const { name, x, y, batchSize = 32 } = options;
    const [images = 0] = x.shape;
    if (images === 0 || y.shape[0] !== images) {
      throw new RangeError(`layersModelLoss: expected x and y with as many images, one or more, got shapes [${x.shape.join(', ')}] and [${y.shape.join(', ')}].`);
    }
    if (!(Number.isSafeInteger(batchSize) && batchSize >= 1)) {
      throw new RangeError(`layersModelLoss: expected a batchSize of at least 1, got ${batchSize}.`);
    }
    this.source = { name, images, precision: 'float32', batchSize, batchNorm: 'frozen' };
    this.weights = new ParameterVariables(variablesOf(model), parameterKind);
  }

  /** The model's weights as they are now; the vector belongs to the caller. */
  point(): TfjsVector {
    return this.weights.point();
  }

  /** Mean loss over all images, and the top-1 error in percent where the targets are classes: rows that are one-hot, or distributions. */
  async evaluate(point: TfjsVector): Promise<{ readonly loss: number; readonly error?: number }> {
    let loss = 0;
    let [wrong, unfit, counted] = [0, 0, false];
    for (const range of this.ranges()) {
      const found = this.at(point, () => this.batchLoss(range));
      loss += ((await read(found.loss)) * range.size) / this.source.images;
      if (found.classes) {
        const counts = await readAll(found.classes);
        [wrong, unfit, counted] = [wrong + counts[0]!, unfit + counts[1]!, true];
      }
    }
    return counted && unfit === 0 ? { loss, error: (100 * wrong) / this.source.images } : { loss };
  }

  /** Loss and its gradient with respect to the trainable weights; the gradient belongs to the caller. */
  async gradient(point: TfjsVector): Promise<{ readonly loss: number; readonly gradient: TfjsVector }> {
    let loss = 0;
    const gradient = point.zeros();
    try {
      for (const range of this.ranges()) {
        const share = range.size / this.source.images;
        const { value, grads } = this.at(point, () => variableGrads(() => this.batchLoss(range).loss.asScalar(), [...this.weights.variables]));
        const part = this.weights.vector(grads);
        Object.values(grads).forEach((tensor) => tensor.dispose());
        gradient.addScaledInPlace(part, share);
        part.dispose();
        loss += (await read(value)) * share;
      }
      return { loss, gradient };
    } catch (error) {
      gradient.dispose();
      throw error;
    }
  }

  private *ranges(): Generator<{ readonly start: number; readonly size: number }> {
    const { images, batchSize } = this.source;
    for (let start = 0; start < images; start += batchSize) {
      stopIfAsked();
      yield { start, size: Math.min(batchSize, images - start) };
    }
  }

  private batchLoss({ start, size }: { readonly start: number; readonly size: number }): BatchLoss {
    const { x, y, loss } = this.options;
    const targets = y.slice([start], [size]);
    const predictions = this.model.apply(x.slice([start], [size]), { training: false }) as Tensor;
    const mean = loss(targets, predictions).mean();
    if (targets.rank !== 2 || targets.shape[1]! < 2 || predictions.shape.join() !== targets.shape.join()) {
      return { loss: mean };
    }
    const wrong = targets.argMax(1).notEqual(predictions.argMax(1)).sum();
    // A row of classes is a distribution. Targets of a regression are not, and their largest element means nothing.
    const far = targets.sum(1).sub(1).abs().greater(DISTRIBUTION_ROUNDING);
    const unfit = far.logicalOr(targets.min(1).less(0)).sum();
    return { loss: mean, classes: stack([wrong.toFloat(), unfit.toFloat()]) };
  }

  /** Runs `body` with the variables at a point. An assignment hands over a tensor and copies nothing. */
  private at<T extends object>(point: TfjsVector, body: () => T): T {
    const before = this.weights.point();
    try {
      this.weights.moveTo(point);
      return tidy(() => body() as never);
    } finally {
      this.weights.moveTo(before);
      before.dispose();
    }
  }
}

function variablesOf({ trainableWeights }: LayersModelLike): Variable[] {
  return trainableWeights.map(({ name }) => {
    const found = engine().registeredVariables[name];
    if (found === undefined) {
      throw new Error(`layersModelLoss: the weight ${name} is not there any more; was the model disposed of?`);
    }
    return found;
  });
}

/** The number in a tensor of one element, which is freed. */
async function read(tensor: Tensor): Promise<number> {
  return (await readAll(tensor))[0]!;
}

/** The numbers in a tensor, which is freed. */
async function readAll(tensor: Tensor): Promise<ArrayLike<number>> {
  try {
    return await tensor.data();
  } finally {
    tensor.dispose();
  }
}
