import type { TensorVector } from '../../engine/tensorVector';
import { movedPoint } from '../../landscape/atPoint';
import { randomPlane } from '../../landscape/surface/directions';
import { evenly } from '../../landscape/surface/grid';
import { disposeDirections } from '../../landscape/surface/plane';
import type { Model } from '../../models/model';
import type { Points } from './data';
import type { Pause } from './history';
import { batchOf, margins, meanLoss } from './model';

/** Half the width of a plane: 1 moves each filter by its own length. */
export const PLANE_RADIUS = 1;
/** Places along each side; odd, so that the weights themselves are the middle one. */
export const PLANE_SIDE = 31;

/**
 * The training loss on a plane through a network's weights along two random filter-normalised directions, row by row from the
 * top. Directions depend on the seed alone, so that networks of one architecture are seen along the same ones.
 *
 * @param pause called after each place.
 * @source Li et al. 2018 (arXiv 1712.09913), section 4.
 */
export async function planeLosses(model: Model, weights: TensorVector, training: Points, { seed, pause }: { readonly seed: number; readonly pause: Pause }): Promise<Float64Array> {
  const plane = randomPlane(weights, { seed, orthogonal: true });
  const batch = batchOf(training);
  const axis = evenly([-PLANE_RADIUS, PLANE_RADIUS], PLANE_SIDE);
  const losses = new Float64Array(PLANE_SIDE ** 2);
  try {
    let place = 0;
    for (const up of [...axis].reverse()) {
      for (const along of axis) {
        const point = movedPoint(plane.origin, [[plane.x, along], [plane.y, up]]);
        losses[place++] = meanLoss(margins(model, point, batch), training.labels);
        point.dispose();
        await pause();
      }
    }
    return losses;
  } finally {
    disposeDirections(plane);
  }
}
