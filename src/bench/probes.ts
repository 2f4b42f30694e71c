import { evaluationBatches, type Batch } from '../data/batches';
import { select, type Dataset } from '../data/dataset';
import { syntheticDataset } from '../data/synthetic';
import type { TensorVector } from '../engine/tensorVector';
import { hessian } from '../landscape/curvature/hessian';
import { networkOperator } from '../landscape/networkOperator';
import type { OutputOperator } from '../landscape/operator';
import { randomPlane } from '../landscape/surface/directions';
import { linePoints } from '../landscape/surface/grid';
import { disposeDirections } from '../landscape/surface/plane';
import { samplePoints } from '../landscape/surface/sample';
import { createModel } from '../models/create';
import { mixedPrecision } from '../models/mixedPrecision';
import type { Model } from '../models/model';
import { disposeStatistics, initialParameters, initialStatistics } from '../models/initialise';
import { batchLogits, type NetworkState } from '../train/network';
import { agree } from './agreement';
import type { ProbeCost } from './result';
import { Rival } from './rival';
import { noiseBatch } from './workload';

const IMAGES = 512;
const BATCH = 256;
/** Images of a gradient and of a Hessian-vector product: one batch on both sides. */
const PRODUCT_IMAGES = 128;
/** Places of a row, over which its start is shared, as in a plane of 25 x 25. */
const ROW = linePoints([-1, -0.5, 0.25, 0.5, 1]);

interface Probed {
  readonly model: Model;
  readonly network: NetworkState;
  /** On 512 images, and on those of a product. */
  readonly loss: OutputOperator<TensorVector>;
  readonly productLoss: OutputOperator<TensorVector>;
  /** On 512 images in mixed precision. */
  readonly mixedLoss: OutputOperator<TensorVector>;
  readonly batches: readonly Batch[];
}

async function seconds(body: () => unknown): Promise<number> {
  const started = performance.now();
  await body();
  return (performance.now() - started) / 1000;
}

function forward({ model, network, batches }: Probed): void {
  for (const batch of batches) {
    batchLogits(model, network.parameters, { statistics: network.statistics, training: false }, batch);
  }
}

function probed(): Probed {
  const model = createModel('resnet50', 'imagenet', 10);
  // Untrained networks with scales of 0 at the end of each block lie on kinks, where no Hessian is.
  const network = { parameters: initialParameters(model, { seed: 0, zeroInitResidual: false }), statistics: initialStatistics(model) };
  const { train } = syntheticDataset(10, { trainPerClass: Math.ceil(IMAGES / 10), testPerClass: 1 });
  const images = (count: number): Dataset => select(train, Int32Array.from({ length: count }, (_, index) => index));
  const options = { normalization: 'half', batchNorm: 'frozen', batchSize: BATCH } as const;
  return {
    model,
    network,
    loss: networkOperator(model, network, images(IMAGES), options),
    productLoss: networkOperator(model, network, images(PRODUCT_IMAGES), options),
    mixedLoss: networkOperator(mixedPrecision(model), network, images(IMAGES), options),
    batches: [...evaluationBatches(images(IMAGES), { batchSize: BATCH, normalization: 'half' })],
  };
}

/**
 * Times the probes of a landscape on ResNet-50 with the ImageNet stem, batch norm frozen: a place of a plane beside bare
 * forward passes over the same images, and a Hessian-vector product beside one gradient and beside PyHessian's method in
 * PyTorch, backpropagation through the graph of a gradient.
 */
export async function probeCost(python: string, repeats: number, threads: number): Promise<ProbeCost> {
  const all = probed();
  const { model, network, loss, mixedLoss, productLoss } = all;
  const { parameters } = network;
  const plane = randomPlane(parameters, { seed: 0, orthogonal: false });
  const matrix = hessian(productLoss, parameters);
  const rival = new Rival(python);
  const cost = { images: IMAGES, productImages: PRODUCT_IMAGES, forward: [] as number[], point: [] as number[], mixedPoint: [] as number[], gradient: [] as number[], product: [] as number[], pytorchProduct: [] as number[] };
  const pointSeconds = async (train: OutputOperator<TensorVector>): Promise<number> =>
    (await seconds(() => samplePoints({ surface: plane, points: ROW, losses: { train }, network: 'bench', directions: 'random' }))) / ROW.length;
  try {
    await agree(rival, model, 'resnet50', 'imagenet', noiseBatch(PRODUCT_IMAGES), threads);
    for (let round = -1; round < repeats; round++) {
      const found = {
        forward: await seconds(() => forward(all)),
        point: await pointSeconds(loss),
        mixedPoint: await pointSeconds(mixedLoss),
        gradient: await seconds(async () => (await productLoss.gradient(parameters)).gradient.dispose()),
        product: await seconds(async () => (await matrix.matvec(plane.x)).dispose()),
        pytorchProduct: (await rival.ask<{ seconds: number[] }>('product')).seconds[0]!,
      };
      // The first round warms up.
      if (round >= 0) {
        (Object.keys(found) as (keyof typeof found)[]).forEach((key) => cost[key].push(found[key]));
      }
    }
    return cost;
  } finally {
    rival.close();
    disposeDirections(plane);
    parameters.dispose();
    disposeStatistics(network.statistics);
  }
}
