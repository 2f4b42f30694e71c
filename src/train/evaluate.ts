import { evaluationBatches } from '../data/batches';
import { imageCount, type Dataset } from '../data/dataset';
import type { Normalization } from '../data/normalization';
import type { Model } from '../models/model';
import { longWork, type LongWork } from '../progress/longWork';
import type { Stoppable } from '../progress/work';
import { batchLogits, type NetworkState } from './network';
import type { Evaluation } from './record';

/** Images per forward pass. */
const BATCH_SIZE = 250;

/**
 * How many classes have a larger logit than the label; an image is a top-k error if that is k or more.
 * Ties count for the label. A label whose logit is not a number ranks last.
 */
export function labelRank(logits: Float32Array, row: number, classes: number, label: number): number {
  const own = logits[row * classes + label]!;
  if (Number.isNaN(own)) {
    return classes;
  }
  let rank = 0;
  for (let other = row * classes; other < (row + 1) * classes; other++) {
    if (logits[other]! > own) {
      rank++;
    }
  }
  return rank;
}

/** -log softmax(logits)[label] in nats, shifted by the largest logit so that no exponential overflows. */
function labelLoss(logits: Float32Array, row: number, classes: number, label: number): number {
  const values = logits.subarray(row * classes, (row + 1) * classes);
  const largest = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const sum = values.reduce((total, value) => total + Math.exp(value - largest), 0);
  return Math.log(sum) + largest - values[label]!;
}

/**
 * Mean cross-entropy (nats) and top-1 and top-5 error (percent) over a whole data set, with running batch-norm statistics.
 *
 * Lets other work of the process run between batches.
 *
 * @throws ProbeStopped when it is stopped.
 * @example
 * const { loss, top1Error } = await evaluate(model, outcome.network, test, 'half'); // nats, percent
 */
export function evaluate(model: Model, network: NetworkState, dataset: Dataset, normalization: Normalization, options: Stoppable = {}): Promise<Evaluation> {
  return longWork(`evaluate ${model.name} on ${dataset.name}`, options, (work) => evaluateAs(work, model, network, dataset, normalization));
}

async function evaluateAs(work: LongWork, model: Model, { parameters, statistics }: NetworkState, dataset: Dataset, normalization: Normalization): Promise<Evaluation> {
  const images = imageCount(dataset);
  let loss = 0;
  let top1 = 0;
  let top5 = 0;
  let done = 0;
  for (const batch of evaluationBatches(dataset, { batchSize: BATCH_SIZE, normalization })) {
    const logits = batchLogits(model, parameters, { statistics, training: false }, batch);
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
