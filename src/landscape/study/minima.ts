import { join } from 'node:path';
import { writeAtomically } from '../../files/atomicFile';
import { planeOfMinima, type PlaneOfMinima } from '../surface/directions';
import type { TensorVector } from '../../engine/tensorVector';
import { measureAround, type TrajectoryInput } from './trajectory';

/** Three minima on the plane through them, as stored. */
export interface MinimaRecord extends Pick<PlaneOfMinima<TensorVector>, 'places'> {
  /** What the minima are called, in the order of the places. */
  readonly minima: readonly string[];
}

/**
 * Measures the loss on the plane through three minima, and stores where they lie on it: `minima.json` and `<name>-plane.json`.
 * Distances on the plane are distances in weight space. Batch norm is re-estimated at every place, since the statistics of
 * no minimum fit the others.
 *
 * @param input its snapshots are the minima, its moments their names.
 * @throws RangeError unless there are three, and as `planeOfMinima`; Error for a file of another plane.
 */
export async function measureMinima(input: TrajectoryInput): Promise<MinimaRecord> {
  const { snapshots, moments: minima, folder } = input;
  const [a, b, c, ...more] = snapshots.map(({ parameters }) => parameters);
  if (a === undefined || b === undefined || c === undefined || more.length > 0) {
    throw new RangeError(`measureMinima: expected three minima, got ${snapshots.length}; two lie on a line, and more in no plane.`);
  }
  const { plane, places } = planeOfMinima(a, b, c);
  await measureAround(input, plane, places, `through ${minima.join(', ')}`);
  const record: MinimaRecord = { minima, places };
  writeAtomically(join(folder, 'minima.json'), [Buffer.from(`${JSON.stringify(record)}\n`)]);
  return record;
}
