import { requireFiniteRange } from '../../engine/finiteRange';
import { join } from 'node:path';
import { evenly, gridPoints } from '../surface/grid';
import { networkLoss } from '../networkLoss';
import type { Plane } from '../surface/plane';
import { samplePoints } from '../surface/sample';
import { principalPlane, type PrincipalPlane } from '../trajectory/principalPlane';
import type { TensorVector } from '../../engine/tensorVector';
import type { Dataset } from '../../data/dataset';
import type { Model } from '../../models/model';
import type { Stoppable } from '../../progress/work';
import type { NetworkState } from '../../train/network';
import type { Normalization } from '../../data/normalization';
import { writeAtomically } from '../../files/atomicFile';
import { withSurface } from './surfaces';
import type { StudyProgress } from './study';

/** What a picture of a training path is made from. */
export interface TrajectoryInput extends Stoppable {
  readonly model: Model;
  /** The network at several moments of training, in their order. */
  readonly snapshots: readonly NetworkState[];
  /** What the moments are called, such as epochs. */
  readonly moments: readonly string[];
  /** Such as "SGD, seed 0". */
  readonly network: string;
  readonly images: Dataset;
  readonly normalization: Normalization;
  /** Places along each direction. */
  readonly gridPoints: number;
  readonly folder: string;
  /** Of the files: `<name>.json` holds the path, `<name>-plane.json` the surface. */
  readonly name: string;
  readonly onProgress?: (progress: StudyProgress) => void;
}

/** A training path on its principal plane, as stored. */
export interface TrajectoryRecord extends Pick<PrincipalPlane<TensorVector>, 'path' | 'explainedVariance'> {
  readonly moments: readonly string[];
}

/** The surface reaches beyond the path by this share of its width. */
const MARGIN = 0.25;

/**
 * Measures the loss on the principal plane of a training path, and stores the path on it. Batch norm is re-estimated at
 * every place, since the statistics of no single moment fit them all.
 *
 * @throws RangeError as `principalPlane`; Error for a file of another path.
 */
export async function measureTrajectory(input: TrajectoryInput): Promise<TrajectoryRecord> {
  const { snapshots, moments, folder, name } = input;
  const { plane, path, explainedVariance } = principalPlane(snapshots.map(({ parameters }) => parameters));
  const record: TrajectoryRecord = { moments, path, explainedVariance };
  await measureAround(input, plane, path, `first two principal components of the weights at ${moments.join(', ')}`);
  writeAtomically(join(folder, `${name}.json`), [Buffer.from(`${JSON.stringify(record)}\n`)]);
  return record;
}

/** Measures the loss on the part of a plane that holds the places, with a margin: `<name>-plane.json`. */
export async function measureAround(input: TrajectoryInput, plane: Plane<TensorVector>, places: readonly (readonly [number, number])[], directions: string): Promise<void> {
  const { model, snapshots, images, normalization, folder, name, signal } = input;
  const stop = signal ? { signal } : {};
  await withSurface(plane, (surface) =>
    samplePoints({
      surface,
      points: gridPoints(rangeOf(places, 0, input.gridPoints), rangeOf(places, 1, input.gridPoints)),
      losses: { train: networkLoss(model, snapshots.at(-1)!, images, { normalization, batchNorm: 're-estimated', ...stop }) },
      network: input.network,
      directions,
      file: join(folder, `${name}-plane.json`),
      onProgress: ({ done, total, secondsLeft }) => input.onProgress?.({ part: `${name}-plane`, done, total, secondsLeft }),
      ...stop,
    }),
  );
}

function rangeOf(places: readonly (readonly [number, number])[], axis: 0 | 1, count: number): readonly number[] {
  const { lowest: low, highest: high } = requireFiniteRange('rangeOf: expected places', places.map((place) => place[axis]));
  return evenly([low - MARGIN * (high - low), high + MARGIN * (high - low)], count);
}
