import { checkPoint } from '../inputChecks';
import { evaluationBatches } from '../../data/batches';
import { checkDataset } from '../../data/checkDataset';
import { imageCount, type Dataset } from '../../data/dataset';
import type { Normalization } from '../../data/normalization';
import { scope } from '../../engine/tensor';
import type { Model } from '../../models/model';
import { batchImages, type NetworkState } from '../../train/network';
import { centredGram } from './centredGram';
import { linearCka } from './cka';

/** A trained network of some architecture. */
export interface TrainedNetwork {
  readonly model: Model;
  readonly network: NetworkState;
}

/** How alike the layers of two networks are. */
export interface LayerSimilarity {
  /** Names of the first network's layers, from the images to the logits. */
  readonly rows: readonly string[];
  /** Of the second network's. */
  readonly columns: readonly string[];
  /** Linear CKA, [rows.length][columns.length], in [0, 1]. */
  readonly cka: readonly (readonly number[])[];
  /** Over how many images. */
  readonly images: number;
}

/**
 * Linear CKA between every layer of one network and every layer of another: the stem, each residual block and the logits,
 * with running batch-norm statistics. The networks may differ in architecture.
 *
 * @param dataset the images, all in one pass; a few hundred.
 * @throws RangeError for fewer than 2 images, or for networks that show no layers.
 * @source Kornblith et al. 2019 (arXiv 1905.00414).
 */
export function layerSimilarity(first: TrainedNetwork, second: TrainedNetwork, dataset: Dataset, normalization: Normalization): LayerSimilarity {
  [first, second].forEach(({ model }) => checkDataset('layerSimilarity', dataset, model));
  const images = imageCount(dataset);
  if (images < 2) {
    throw new RangeError(`layerSimilarity: expected at least 2 images, got ${images}; a single one has no variance.`);
  }
  checkPoint('layerSimilarity', first.network.parameters, 'the weights of the first network');
  checkPoint('layerSimilarity', second.network.parameters, 'the weights of the second network');
  const [rows, columns] = [first, second].map((net) => layerGrams(net, dataset, normalization)) as [GramsByName, GramsByName];
  if (rows.size === 0 || columns.size === 0) {
    throw new RangeError(`layerSimilarity: expected networks whose layers can be observed, got ${rows.size} and ${columns.size} layers; wrap layers in observed().`);
  }
  const cka = [...rows.values()].map((k) => [...columns.values()].map((l) => linearCka(k, l)));
  return { rows: [...rows.keys()], columns: [...columns.keys()], cka, images };
}

type GramsByName = ReadonlyMap<string, Float32Array>;

/** Only inner products of images are kept of the activations, which are much larger. */
function layerGrams({ model, network }: TrainedNetwork, dataset: Dataset, normalization: Normalization): GramsByName {
  const grams = new Map<string, Float32Array>();
  for (const batch of evaluationBatches(dataset, { batchSize: imageCount(dataset), normalization })) {
    scope(() => {
      const pass = { parameters: network.parameters.tensors, statistics: network.statistics, training: false, updated: [] };
      model.apply(batchImages(batch), { ...pass, observe: (name, activation) => grams.set(name, centredGram(activation)) });
    });
  }
  return grams;
}
