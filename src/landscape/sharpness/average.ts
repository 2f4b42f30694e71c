import { momentsOf } from '../../engine/moments';
import { finiteLossAt } from '../inputChecks';
import { random } from '../../engine/random';
import { shown } from '../../engine/shown';
import type { Vector } from '../../engine/vector';
import { longWork, type LongWork } from '../../progress/longWork';
import type { Stoppable } from '../../progress/work';
import type { LossFunction, LossSource } from '../operator';
import { withTemporaryVectors } from '../temporaries';
import { drawLike, pointOf } from './ball';

/** How far, and in how many directions. */
export interface AverageSharpnessOptions extends Stoppable {
  /** rho */
  readonly rho: number;
  /** Random directions, 2 or more. Default: 20. */
  readonly directions?: number;
  /** Scales each element of a direction by its |weight|. */
  readonly adaptive?: boolean;
  readonly seed: number;
  /** Called after each direction. */
  readonly onProgress?: (progress: { readonly directions: number; readonly of: number }) => void;
}

/** A mean over random directions, as plain data. */
export interface AverageSharpness {
  readonly measure: 'average-direction' | 'adaptive average-direction';
  readonly source: LossSource;
  /** Mean over the directions. */
  readonly sharpness: number;
  /** Of the mean. */
  readonly standardError: number;
  /** L(w + eps) - L(w), one a direction. */
  readonly values: readonly number[];
  readonly baseLoss: number;
  readonly radius: number;
  readonly directions: number;
  readonly seed: number;
}

/**
 * Average-direction sharpness: the mean of L(w + eps) - L(w) over eps uniform on the sphere |eps|_2 = rho; adaptive:
 * on |eps / |w||_2 = rho.
 *
 * For a quadratic loss with Hessian H of d rows its expectation is rho² tr(H) / 2d.
 *
 * @throws RangeError if rho is negative or not finite, or there are fewer than two directions; StoppedError when it is stopped, with
 * the values so far.
 * @example
 * const { sharpness, standardError } = await landscape.averageSharpness(loss, network.parameters, { rho: 0.05, seed: 0 });
 */
export function averageSharpness<V extends Vector>(loss: LossFunction<V>, w: V, options: AverageSharpnessOptions): Promise<AverageSharpness> {
  return longWork('averageSharpness', options, (work) => averageAs(work, loss, w, options));
}

async function averageAs<V extends Vector>(work: LongWork, loss: LossFunction<V>, w: V, options: AverageSharpnessOptions): Promise<AverageSharpness> {
  const { rho, directions = 20, adaptive = false, seed, onProgress } = options;
  checkOptions(rho, directions);
  const baseLoss = await finiteLossAt('averageSharpness', loss, w);
  return withTemporaryVectors(async (own) => {
    const ball = { radius: rho, p: 2, ...(adaptive ? { scale: own(w.absPower(1)) } : {}) } as const;
    const values: number[] = [];
    for (let index = 0; index < directions; index++) {
      const found = await withTemporaryVectors((ownHere) => {
        const rng = random(seed, 'direction', index);
        const drawn = ownHere(drawLike(w, () => rng.normal()));
        return loss.evaluate(ownHere(pointOf(w, ball, ownHere(drawn.times(rho / drawn.norm())))));
      });
      values.push(found.loss - baseLoss);
      onProgress?.({ directions: index + 1, of: directions });
      await work.advance({ done: index + 1, of: directions, unit: 'directions' }, () => ({ values, baseLoss }));
    }
    const { mean: sharpness, standardError } = momentsOf(values);
    const measure = adaptive ? 'adaptive average-direction' : 'average-direction';
    return { measure, source: loss.source, sharpness, standardError, values, baseLoss, radius: rho, directions, seed };
  });
}

function checkOptions(rho: number, directions: number): void {
  if (!(Number.isFinite(rho) && rho >= 0)) {
    throw new RangeError(`averageSharpness: expected a radius rho of 0 or more, got ${shown(rho)}.`);
  }
  if (!(Number.isSafeInteger(directions) && directions >= 2)) {
    throw new RangeError(`averageSharpness: expected at least 2 directions, got ${directions}; one has no standard error.`);
  }
}
