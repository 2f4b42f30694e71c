import { evaluationBatches, type Batch } from '../data/batches';
import { checkDataset } from '../data/checkDataset';
import { imageCount, type Dataset } from '../data/dataset';
import type { Normalization } from '../data/normalization';
import type { Model } from '../models/model';
import { longWork, type LongWork } from '../progress/longWork';
import type { Stoppable } from '../progress/work';
import { batchLogits, type NetworkState } from './network';
import type { Evaluation } from './record';
import { testViews, type TestAugmentation } from './testAugmentation';
import { labelRank } from './labelRank';

/** Images per forward pass. */
const BATCH_SIZE = 250;

/** -log softmax(logits)[label] in nats, shifted by the largest logit so that no exponential overflows. */
function labelLoss(logits: Float32Array, row: number, classes: number, label: number): number {
  const values = logits.subarray(row * classes, (row + 1) * classes);
  const largest = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const sum = values.reduce((total, value) => total + Math.exp(value - largest), 0);
  return Math.log(sum) + largest - values[label]!;
}

/** Logits of a batch: a weighted mean over its views. */
function meanLogits(model: Model, { parameters, statistics }: NetworkState, batch: Batch, augmentation: TestAugmentation): Float32Array {
  const [first, ...others] = testViews(batch, augmentation).map(({ batch: view, weight }) => ({ weight, logits: batchLogits(model, parameters, { statistics, training: false }, view) }));
  return others.length === 0 ? first!.logits : first!.logits.map((logit, index) => others.reduce((sum, { weight, logits }) => sum + weight * logits[index]!, first!.weight * logit));
}

/**
 * Mean cross-entropy (nats) and top-1 and top-5 error (percent) over a whole data set, with running batch-norm statistics.
 *
 * Lets other work of the process run between batches.
 *
 * @param options.augmentation whose logits count: the images', or a mean over mirrored and shifted ones too. Default: 'none'.
 * @throws RangeError or TypeError, before any pass, for a data set that is empty or does not fit the network (see `checkDataset`);
 * StoppedError when it is stopped.
 * @example
 * const { loss, top1Error } = await trainer.evaluate(model, outcome.network, test, 'half'); // nats, percent
 */
export function evaluate(model: Model, network: NetworkState, dataset: Dataset, normalization: Normalization, options: EvaluationOptions = {}): Promise<Evaluation> {
  return longWork(`evaluate ${model.name} on ${dataset.name}`, options, (work) => evaluateAs(work, model, network, dataset, { normalization, ...options }));
}

/** How an evaluation is made. */
export interface EvaluationOptions extends Stoppable {
  readonly augmentation?: TestAugmentation;
}

async function evaluateAs(work: LongWork, model: Model, network: NetworkState, dataset: Dataset, { normalization, augmentation = 'none' }: EvaluationOptions & { readonly normalization: Normalization }): Promise<Evaluation> {
  checkDataset('evaluate', dataset, model);
  const images = imageCount(dataset);
  let loss = 0;
  let top1 = 0;
  let top5 = 0;
  let done = 0;
  for (const batch of evaluationBatches(dataset, { batchSize: BATCH_SIZE, normalization })) {
    const logits = meanLogits(model, network, batch, augmentation);
    batch.labels.forEach((label, row) => {
      const rank = labelRank(logits, row, model.classes, label);
      loss += labelLoss(logits, row, model.classes, label);
      top1 += rank >= 1 ? 1 : 0;
      top5 += rank >= 5 ? 1 : 0;
    });
    done += batch.size;
    await new Promise(setImmediate);
    await work.advance({ done, of: images, unit: 'images' });
  }
  return { loss: loss / images, top1Error: (100 * top1) / images, top5Error: (100 * top5) / images };
}
