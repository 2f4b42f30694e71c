import { evaluationBatches, type Batch } from '../data/batches';
import { checkDataset } from '../data/checkDataset';
import { imageCount, select, type Dataset } from '../data/dataset';
import type { Normalization } from '../data/normalization';
import { withoutGraphs } from '../engine/graph/compiled';
import { withFirstKernels } from '../engine/kernelChoice';
import { NoTangent } from '../engine/tangents/tangents';
import type { TensorVector } from '../engine/tensorVector';
import type { ParameterSpec } from '../engine/vector';
import { disposeStatistics } from '../models/initialise';
import type { Model } from '../models/model';
import type { LossAndGradient } from '../optim/step';
import { labelRank } from '../train/labelRank';
import type { NetworkState, PassMoments } from '../train/network';
import { AverageMoments } from './averageMoments';
import { NetworkBatch } from './networkBatch';
import { longWork, type LongWork } from '../progress/longWork';
import { stopIfAsked, type Stoppable } from '../progress/work';
import type { BatchNormMode, LossSource, OutputFunction, PointLoss, SecondDerivatives } from './operator';
import { crossEntropySum } from './softmax';

/** How a network's loss is measured. */
export interface NetworkLossOptions extends Stoppable {
  /** Of the pixels; as in training. */
  readonly normalization: Normalization;
  readonly batchNorm: BatchNormMode;
  /** Images per pass. Default: 250. Unless batch norm is frozen it also decides which images share their moments. */
  readonly batchSize?: number;
  /** In [0, 1). Default: 0, even if the network was trained with more. */
  readonly labelSmoothing?: number;
  /** Called after each batch of each pass over the images. */
  readonly onProgress?: (progress: { readonly images: number; readonly of: number }) => void;
}

/**
 * The loss of a network as a function of its parameters: mean cross-entropy (nats) and top-1 error (percent) over all
 * images of a data set, without augmentation, in float32.
 *
 * Softmax and loss are taken in double precision from the float32 logits, so that small differences of losses survive.
 * Passes go batch by batch; between batches other work of the process runs.
 *
 * @param network gives the running statistics for `frozen`; the point is passed to each call, usually `network.parameters`.
 * @param dataset a subset, or the whole training set.
 * @throws RangeError for an empty data set, another number of classes than the model's, a batch size or a smoothing out
 * of range, or a last batch of a single image, which has no moments of its own. Its methods throw it for a point of
 * another architecture, and for gradients with `re-estimated`: moments over all images cannot be differentiated batch by batch.
 * @example
 * const loss = landscape.networkLoss(model, network, images, { normalization: 'half', batchNorm: 'frozen' });
 * const { loss: nats, error } = await loss.evaluate(network.parameters);
 */
export function networkLoss(
  model: Model,
  network: Pick<NetworkState, 'statistics'>,
  dataset: Dataset,
  options: NetworkLossOptions,
): OutputFunction<TensorVector> {
  return new NetworkOperator(model, network, dataset, options);
}

class NetworkOperator implements OutputFunction<TensorVector> {
  readonly source: Required<LossSource>;
  readonly second: SecondDerivatives<TensorVector> = { obstacle: (point) => this.obstacle(point), hessianProduct: (point, v) => this.hessianProduct(point, v) };
  /** Kept once it is known: it depends on the model, not on the point. */
  private found: { readonly obstacle: string | undefined } | undefined;

  constructor(
    private readonly model: Model,
    private readonly network: Pick<NetworkState, 'statistics'>,
    private readonly dataset: Dataset,
    private readonly options: NetworkLossOptions,
  ) {
    this.source = {
      name: `${model.name} on ${dataset.name}`,
      images: imageCount(dataset),
      precision: 'float32',
      batchSize: options.batchSize ?? 250,
      batchNorm: options.batchNorm,
      labelSmoothing: options.labelSmoothing ?? 0,
    };
    checkSource(this.source, model, dataset);
  }

  evaluate(point: TensorVector): Promise<PointLoss> {
    return longWork(`loss of ${this.source.name}`, this.options, (work) => this.evaluateAs(work, point));
  }

  private async evaluateAs(work: LongWork, point: TensorVector): Promise<PointLoss> {
    checkPoint(point, this.model);
    if (this.source.batchNorm !== 're-estimated') {
      return this.meanLoss(work, point, this.moments());
    }
    const moments = new AverageMoments(this.model);
    for await (const batch of this.images()) {
      moments.add(batch, point);
    }
    const statistics = moments.statistics();
    try {
      return await this.meanLoss(work, point, { statistics, training: false });
    } finally {
      disposeStatistics(statistics);
    }
  }

  gradient(point: TensorVector): Promise<LossAndGradient<TensorVector>> {
    return longWork(`gradient of ${this.source.name}`, this.options, (work) => this.gradientAs(work, point));
  }

  private async gradientAs(work: LongWork, point: TensorVector): Promise<LossAndGradient<TensorVector>> {
    checkPoint(point, this.model);
    let loss = 0;
    let done = 0;
    const mean = new GradientMean(this.source.images);
    try {
      for await (const batch of this.batches()) {
        const part = batch.gradient(point);
        mean.add(part.gradient, batch.size);
        loss += crossEntropySum(part.logits, batch.targets, batch.classes) / this.source.images;
        work.report({ done: (done += batch.size), of: this.source.images, unit: 'images' });
      }
      return { loss, gradient: mean.take() };
    } catch (error) {
      mean.dispose();
      throw error;
    }
  }

  private async hessianProduct(point: TensorVector, v: TensorVector): Promise<TensorVector> {
    [point, v].forEach((vector) => checkPoint(vector, this.model));
    const mean = new GradientMean(this.source.images);
    try {
      for await (const batch of this.batches()) {
        mean.add(batch.hessianProduct(point, v), batch.size);
      }
      return mean.take();
    } catch (error) {
      mean.dispose();
      throw error;
    }
  }

  /** The name of an operation that cannot be differentiated twice, found by trying a product on two images. */
  private obstacle(point: TensorVector): string | undefined {
    checkPoint(point, this.model);
    this.found ??= { obstacle: this.tryProduct(point) };
    return this.found.obstacle;
  }

  private tryProduct(point: TensorVector): string | undefined {
    const images = select(this.dataset, Int32Array.from({ length: Math.min(2, this.source.images) }, (_, index) => index));
    const [batch] = evaluationBatches(images, { batchSize: 2, normalization: this.options.normalization });
    try {
      withFirstKernels(() => withoutGraphs(() => new NetworkBatch(this.model, batch!, this.moments(), 0).hessianProduct(point, point).dispose()));
      return undefined;
    } catch (error) {
      if (error instanceof NoTangent) {
        return error.operation;
      }
      throw error;
    }
  }

  batches(): AsyncGenerator<NetworkBatch> {
    if (this.source.batchNorm === 're-estimated') {
      throw new RangeError("networkLoss: there is no gradient with batchNorm 're-estimated'; take 'frozen', or 'batch' with large batches.");
    }
    return this.passes(this.moments());
  }

  private moments(): PassMoments {
    return { statistics: this.network.statistics, training: this.source.batchNorm === 'batch' };
  }

  private async meanLoss(work: LongWork, point: TensorVector, moments: PassMoments): Promise<PointLoss> {
    let loss = 0;
    let errors = 0;
    let done = 0;
    for await (const batch of this.passes(moments)) {
      const logits = batch.logits(point);
      loss += crossEntropySum(logits, batch.targets, batch.classes);
      errors += batch.labels.reduce((sum, label, row) => sum + (labelRank(logits, row, batch.classes, label) > 0 ? 1 : 0), 0);
      work.report({ done: (done += batch.size), of: this.source.images, unit: 'images' });
    }
    return { loss: loss / this.source.images, error: (100 * errors) / this.source.images };
  }

  private async *passes(moments: PassMoments): AsyncGenerator<NetworkBatch> {
    for await (const batch of this.images()) {
      yield new NetworkBatch(this.model, batch, moments, this.source.labelSmoothing);
    }
  }

  private async *images(): AsyncGenerator<Batch> {
    const { options, source } = this;
    let images = 0;
    for (const batch of evaluationBatches(this.dataset, { batchSize: source.batchSize, normalization: options.normalization })) {
      stopIfAsked(options.signal);
      yield batch;
      images += batch.size;
      options.onProgress?.({ images, of: source.images });
      await new Promise(setImmediate);
    }
  }
}

/** The mean of batches' gradients, each weighted by its images; that of a single batch is returned as it is. */
class GradientMean {
  private sum: TensorVector | undefined;

  constructor(private readonly images: number) {}

  /** Takes the gradient over. */
  add(gradient: TensorVector, images: number): void {
    if (images === this.images) {
      this.sum = gradient;
      return;
    }
    try {
      if (this.sum === undefined) {
        this.sum = gradient.times(images / this.images);
      } else {
        this.sum.addScaledInPlace(gradient, images / this.images);
      }
    } finally {
      gradient.dispose();
    }
  }

  /** The mean, which belongs to the caller from then on. */
  take(): TensorVector {
    return this.sum!;
  }

  dispose(): void {
    this.sum?.dispose();
  }
}

function checkSource({ images, batchSize, batchNorm, labelSmoothing }: Required<LossSource>, model: Model, dataset: Dataset): void {
  if (dataset.classNames.length !== model.classes) {
    throw new RangeError(`networkLoss: ${model.name} has ${model.classes} classes, ${dataset.name} has ${dataset.classNames.length}.`);
  }
  checkDataset('networkLoss', dataset, model);
  if (!(Number.isSafeInteger(batchSize) && batchSize >= 1)) {
    throw new RangeError(`networkLoss: expected a batchSize of at least 1, got ${batchSize}.`);
  }
  if (batchNorm !== 'frozen' && (images % batchSize === 1 || batchSize === 1)) {
    throw new RangeError(`networkLoss: ${images} images in batches of ${batchSize} leave a batch of one image, which has no moments of its own; change batchSize.`);
  }
  if (!(Number.isFinite(labelSmoothing) && labelSmoothing >= 0 && labelSmoothing < 1)) {
    throw new RangeError(`networkLoss: expected labelSmoothing in [0, 1), got ${labelSmoothing}.`);
  }
}

function checkPoint({ specs }: TensorVector, model: Model): void {
  const layout = (parameters: readonly ParameterSpec[]): string => parameters.map(({ name, shape }) => `${name} ${shape.join()}`).join();
  if (specs !== model.parameters && layout(specs) !== layout(model.parameters)) {
    throw new RangeError(`networkLoss: expected a point with the parameters of ${model.name}, got one of another architecture.`);
  }
}
