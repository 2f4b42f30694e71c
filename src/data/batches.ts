import { permutation, random } from '../engine/random';
import { applySubPolicy, croppedBytes, drawSubPolicy } from './autoAugment';
import { alternatingFlips, drawPlacement, type Augmentation, type Placement } from './augmentation';
import { IMAGE_SHAPE, imageCount, inputShape, inputSize, kindOf, type Dataset } from './dataset';
import type { Normalization } from './normalization';
import { inputReader } from './placedInput';

/** Images ready for a network. The arrays belong to the receiver; they are not used again. */
export interface Batch {
  /** [n, ...shape], normalised. */
  readonly images: Float32Array;
  /** [n] */
  readonly labels: Int32Array;
  /** n */
  readonly size: number;
  /** Shape of one input; default: [32, 32, 3]. */
  readonly shape?: readonly number[];
}

/** Shape of one input of a batch. */
export function batchShape({ shape = IMAGE_SHAPE }: Batch): readonly number[] {
  return shape;
}

/** How an epoch of training batches is made. */
export interface TrainingBatchOptions {
  /** Images per batch. */
  readonly batchSize: number;
  /** Which epoch; with the seed it decides the order of the images and their augmentation. */
  readonly epoch: number;
  readonly seed: number;
  readonly augmentation: Augmentation;
  readonly normalization: Normalization;
  /** Whether an incomplete last batch is trained on or dropped; default: 'keep', unless it has a single image. */
  readonly lastBatch?: 'keep' | 'drop';
}

/** How batches for evaluation are made. */
export interface EvaluationBatchOptions {
  /** Images per batch; may be larger than the data set. */
  readonly batchSize: number;
  readonly normalization: Normalization;
}

/**
 * Number of batches that {@link trainingBatches} gives in one epoch.
 *
 * The last, incomplete batch counts, unless it has a single image: batch norm over one 1x1 map has
 * no variance, and such a batch is left out.
 *
 * @param lastBatch `drop` leaves out any incomplete batch; default: 'keep'.
 */
export function batchesPerEpoch(images: number, batchSize: number, lastBatch: 'keep' | 'drop' = 'keep'): number {
  return Math.floor(images / batchSize) + (lastBatch === 'keep' && images % batchSize >= 2 ? 1 : 0);
}

/**
 * One epoch of training batches: every image once in random order, cropped, put through AutoAugment, mirrored, normalised
 * and cut out, in this order, as far as `augmentation` asks for it.
 *
 * An epoch's images depend on seed and epoch alone, so any epoch can be made without those before
 * it. A last, incomplete batch is kept unless it has a single image or `lastBatch` says otherwise (see {@link batchesPerEpoch}).
 *
 * @throws RangeError if a setting is out of range or a batch is larger than the data set.
 */
export function trainingBatches(dataset: Dataset, options: TrainingBatchOptions): Generator<Batch, void, void> {
  checkBatchSize('trainingBatches', options.batchSize);
  checkAugmentation(options.augmentation, dataset);
  if (options.batchSize > imageCount(dataset)) {
    throw new RangeError(
      `trainingBatches: expected batches of at most ${imageCount(dataset)} images, all there are in this part of ` +
        `${dataset.name}, got batchSize ${options.batchSize}; make the batch smaller or the data set larger.`,
    );
  }
  return generateTraining(dataset, options);
}

function* generateTraining(
  dataset: Dataset,
  { batchSize, epoch, seed, augmentation, normalization, lastBatch }: TrainingBatchOptions,
): Generator<Batch, void, void> {
  const order = permutation(imageCount(dataset), random(seed, 'order', epoch));
  const rng = random(seed, 'augmentation', epoch);
  // A stream of its own, so that crops and flips are the same with and without it.
  const policy = augmentation.autoAugment === 'cifar10' ? random(seed, 'autoAugment', epoch) : undefined;
  const reader = inputReader(dataset, normalization);
  const shape = inputShape(dataset);
  const mirrored = augmentation.flip && augmentation.flipMode === 'alternating' ? alternatingFlips(order.length, seed, epoch) : undefined;
  for (let batch = 0; batch < batchesPerEpoch(order.length, batchSize, lastBatch); batch++) {
    let first: Placement | undefined;
    yield makeBatch(dataset, order.subarray(batch * batchSize, (batch + 1) * batchSize), (source, target, index) => {
      const drawn = drawPlacement(augmentation, rng, shape);
      const placement = mirrored ? { ...drawn, mirrored: mirrored[index] === 1 } : drawn;
      first ??= placement;
      if (policy === undefined) {
        reader.placed(source, placement, augmentation.cropBorder, target);
      } else {
        const bytes = applySubPolicy(croppedBytes(source as Uint8Array, placement, augmentation.cropBorder), drawSubPolicy(policy));
        reader.placed(bytes, { ...placement, top: 0, left: 0 }, 'zero', target);
      }
      if (augmentation.cutout > 0) reader.cutOut(target, augmentation.cutoutPer === 'batch' ? first : placement, augmentation.cutout);
    });
  }
}

/**
 * All images in their own order, normalised and not augmented; the last batch may be smaller.
 *
 * @throws RangeError if the batch size is not a positive integer.
 */
export function evaluationBatches(dataset: Dataset, options: EvaluationBatchOptions): Generator<Batch, void, void> {
  checkBatchSize('evaluationBatches', options.batchSize);
  return generateEvaluation(dataset, options);
}

function* generateEvaluation(
  dataset: Dataset,
  { batchSize, normalization }: EvaluationBatchOptions,
): Generator<Batch, void, void> {
  const reader = inputReader(dataset, normalization);
  const order = Int32Array.from({ length: imageCount(dataset) }, (_, index) => index);
  for (let start = 0; start < order.length; start += batchSize) {
    yield makeBatch(dataset, order.subarray(start, start + batchSize), (source, target) => reader.plain(source, target));
  }
}

/**
 * The first inputs of a data set as a network sees them, without augmentation; fewer if there are not as many.
 *
 * @returns values: [count, ...shape]
 */
export function firstExamples(dataset: Dataset, normalization: Normalization, count: number): { readonly values: Float32Array; readonly count: number; readonly shape: readonly number[] } {
  const [batch] = evaluationBatches(dataset, { batchSize: count, normalization }) as Iterable<Batch>;
  return { values: batch!.images, count: batch!.size, shape: batchShape(batch!) };
}

function makeBatch(
  dataset: Dataset,
  indices: Int32Array,
  prepare: (source: Dataset['images'], target: Float32Array, index: number) => void,
): Batch {
  const size = inputSize(dataset);
  const images = new Float32Array(indices.length * size);
  const labels = new Int32Array(indices.length);
  indices.forEach((index, position) => {
    labels[position] = dataset.labels[index]!;
    prepare(
      dataset.images.subarray(index * size, (index + 1) * size),
      images.subarray(position * size, (position + 1) * size),
      index,
    );
  });
  return { images, labels, size: indices.length, ...(dataset.shape ? { shape: dataset.shape } : {}) };
}

function checkBatchSize(caller: string, batchSize: number): void {
  if (!Number.isSafeInteger(batchSize) || batchSize < 1) {
    throw new RangeError(`${caller}: expected a batchSize of at least 1, got ${batchSize}.`);
  }
}

function checkAugmentation({ cropPadding, cutout, flip, autoAugment = 'none' }: Augmentation, dataset: Dataset): void {
  if (autoAugment !== 'none' && (inputShape(dataset).join() !== IMAGE_SHAPE.join() || kindOf(dataset.images) !== 'Uint8Array')) {
    throw new RangeError(`trainingBatches: AutoAugment is for images of bytes of shape [${IMAGE_SHAPE.join(', ')}], got ${kindOf(dataset.images)} of shape [${inputShape(dataset).join(', ')}] in ${dataset.name}; set autoAugment none.`);
  }
  if (inputShape(dataset).length !== 3 && (cropPadding > 0 || cutout > 0 || flip)) {
    throw new RangeError(`trainingBatches: crops, flips and cutout are for images, got inputs of shape [${inputShape(dataset).join(', ')}] in ${dataset.name}; set cropPadding 0, flip false and cutout 0.`);
  }
  for (const [name, pixels] of Object.entries({ cropPadding, cutout })) {
    if (!Number.isSafeInteger(pixels) || pixels < 0) {
      throw new RangeError(`trainingBatches: expected ${name} in whole pixels, 0 or more, got ${pixels}.`);
    }
  }
}
