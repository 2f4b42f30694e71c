import { checkLoss, checkPoint } from '../inputChecks';
import type { Vector } from '../../engine/vector';
import { longWork } from '../../progress/longWork';
import type { LossFunction } from '../operator';
import { randomPlane } from './directions';
import { evenly, gridPoints } from './grid';
import { disposeDirections } from './plane';
import { sharedRange } from './range';
import { samplePoints, type SampleInput } from './sample';
import type { Samples } from './store';

/** How a plane through one network is laid and measured. */
export interface LossPlaneOptions extends Pick<SampleInput<Vector>, 'file' | 'onProgress' | 'signal'> {
  /** Of the two random directions. */
  readonly seed: number;
  /** Half the width, in filter-normalised directions; or the multiple of the centre's loss that the rim is to reach. */
  readonly range: { readonly radius: number } | { readonly rimMultiple: number };
  /** Places along each direction. Default: 25. */
  readonly gridPoints?: number;
  /** Makes the directions orthogonal, filter by filter. Default: true. */
  readonly orthogonal?: boolean;
  /** Which weights: for captions, and checked when a file is continued. */
  readonly network: string;
}

/**
 * Measures the loss on a plane through a network's weights along two random filter-normalised directions, in one call: of a
 * network of this project (`networkLoss`), or of any loss of any vector of weights, by an object with `source` and
 * `evaluate`.
 *
 * @returns the samples, under the name "loss"; `toGrid` makes a grid of them.
 * @throws as `samplePoints` and `sharedRange`.
 * @example
 * const samples = await landscape.lossPlane(network.parameters, loss, { seed: 0, range: { radius: 1 }, network: 'SAM, seed 0', file: 'plane.json' });
 */
export function lossPlane<V extends Vector>(weights: V, loss: LossFunction<V>, options: LossPlaneOptions): Promise<Samples> {
  return longWork('lossPlane', options, () => measurePlane(weights, loss, options));
}

async function measurePlane<V extends Vector>(weights: V, loss: LossFunction<V>, options: LossPlaneOptions): Promise<Samples> {
  const { seed, range, gridPoints: count = 25, orthogonal = true, network, ...rest } = options;
  checkPoint('lossPlane', weights);
  checkLoss('lossPlane', loss, ['evaluate']);
  if ('radius' in range && !(Number.isFinite(range.radius) && range.radius > 0)) {
    throw new RangeError(`lossPlane: expected a radius above 0, got ${range.radius}; 1 is usual for filter-normalised directions.`);
  }
  if (!(Number.isSafeInteger(count) && count >= 2)) {
    throw new RangeError(`lossPlane: expected gridPoints of at least 2, got ${count}; 25 is the default.`);
  }
  const surface = randomPlane(weights, { seed, orthogonal });
  try {
    const radius = 'radius' in range ? range.radius : (await sharedRange([{ surface, loss }], range.rimMultiple)).radius;
    const axis = evenly([-radius, radius], count);
    const directions = `two random directions, filter-normalised${orthogonal ? ' and orthogonal' : ''}, seed ${seed}`;
    return await samplePoints({ surface, points: gridPoints(axis, axis), losses: { loss }, network, directions, ...rest });
  } finally {
    disposeDirections(surface);
  }
}
