import { evaluationBatches, type Batch } from '../data/batches';
import { select, type Dataset } from '../data/dataset';
import { syntheticDataset } from '../data/synthetic';
import type { TensorVector } from '../engine/tensorVector';
import { hessian } from '../landscape/curvature/hessian';
import { networkLoss } from '../landscape/networkLoss';
import type { LinearOperator, OutputFunction } from '../landscape/operator';
import { randomPlane } from '../landscape/surface/directions';
import { linePoints } from '../landscape/surface/grid';
import { disposeDirections, type Plane } from '../landscape/surface/plane';
import { samplePoints } from '../landscape/surface/sample';
import { createModel } from '../models/create';
import { mixedPrecision } from '../models/mixedPrecision';
import type { Model } from '../models/model';
import { disposeStatistics, initialParameters, initialStatistics } from '../models/initialise';
import { batchLogits, type NetworkState } from '../train/network';

/** Images of a place of a plane. */
export const IMAGES = 512;
const BATCH = 256;
/** Images of a gradient and of a Hessian-vector product: one batch on both sides. */
export const PRODUCT_IMAGES = 128;
/** Places of a row, over which its start is shared, as in a plane of 25 x 25. */
const ROW = linePoints([-1, -0.5, 0.25, 0.5, 1]);

/** A network, and what is probed of it. */
export interface Probed {
  readonly model: Model;
  readonly network: NetworkState;
  readonly plane: Plane<TensorVector>;
  /** On 512 images. */
  readonly loss: OutputFunction<TensorVector>;
  /** The same in mixed precision. */
  readonly mixedLoss: OutputFunction<TensorVector>;
  /** On the images of a product. */
  readonly productLoss: OutputFunction<TensorVector>;
  readonly matrix: LinearOperator<TensorVector>;
  readonly batches: readonly Batch[];
}

/** ResNet-50 with the ImageNet stem, batch norm frozen. Free it with `disposeProbed`. */
export function probedNetwork(): Probed {
  const model = createModel('resnet50', 'imagenet', 10);
  // Without scales of 0 at the end of each block: most of the Hessian of such a network is 0.
  const network = { parameters: initialParameters(model, { seed: 0, zeroInitResidual: false }), statistics: initialStatistics(model) };
  const { train } = syntheticDataset(10, { trainPerClass: Math.ceil(IMAGES / 10), testPerClass: 1 });
  const images = (count: number): Dataset => select(train, Int32Array.from({ length: count }, (_, index) => index));
  const options = { normalization: 'half', batchNorm: 'frozen', batchSize: BATCH } as const;
  const productLoss = networkLoss(model, network, images(PRODUCT_IMAGES), options);
  return {
    model,
    network,
    plane: randomPlane(network.parameters, { seed: 0, orthogonal: false }),
    loss: networkLoss(model, network, images(IMAGES), options),
    mixedLoss: networkLoss(mixedPrecision(model), network, images(IMAGES), options),
    productLoss,
    matrix: hessian(productLoss, network.parameters),
    batches: [...evaluationBatches(images(IMAGES), { batchSize: BATCH, normalization: 'half' })],
  };
}

/** Bare forward passes over the images of a place. */
export function forwardPasses({ model, network, batches }: Probed): void {
  for (const batch of batches) {
    batchLogits(model, network.parameters, { statistics: network.statistics, training: false }, batch);
  }
}

/** Measures the places of a row; returns how many they are. */
export async function planeRow({ plane }: Probed, loss: OutputFunction<TensorVector>): Promise<number> {
  await samplePoints({ surface: plane, points: ROW, losses: { train: loss }, network: 'bench', directions: 'random' });
  return ROW.length;
}

/** One product of the Hessian with a vector. */
export async function hessianProduct({ matrix, plane }: Probed): Promise<void> {
  (await matrix.matvec(plane.x)).dispose();
}

/** Frees the network and the plane. */
export function disposeProbed({ network, plane }: Probed): void {
  disposeDirections(plane);
  network.parameters.dispose();
  disposeStatistics(network.statistics);
}
