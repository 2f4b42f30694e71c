import { checkLoss, checkPoint } from '../inputChecks';
import { random } from '../../engine/random';
import { shown } from '../../engine/shown';
import type { Vector } from '../../engine/vector';
import { project } from '../../optim/normBall';
import { withTemporaries } from '../../optim/temporaries';
import { longWork, type LongWork } from '../../progress/longWork';
import type { Stoppable } from '../../progress/work';
import type { LossFunction } from '../operator';
import { withTemporaryVectors } from '../temporaries';
import { pointOf, randomDelta, steepestDelta, type Ball } from './ball';

/** How the maximum over a ball is sought. */
export interface AscentOptions extends Stoppable {
  /** Gradients from each start. Default: 20. */
  readonly steps?: number;
  /** Random starts in the ball, of which the best counts. Default: 1. */
  readonly starts?: number;
  /** Of the starts. */
  readonly seed: number;
  /** Called after each gradient. */
  readonly onProgress?: (progress: { readonly gradients: number; readonly of: number }) => void;
}

/** What an ascent found, and what it took, as plain data. */
export interface AscentResult {
  /** The largest loss met. */
  readonly loss: number;
  /** |delta| where it was met. */
  readonly length: number;
  readonly steps: number;
  readonly starts: number;
  readonly gradientEvaluations: number;
  readonly seed: number;
}

/** Weight of the new step in each move; the rest is the weight of the previous move. */
const MOMENTUM = 0.75;

type Best = Pick<AscentResult, 'loss' | 'length'>;

const NOTHING_FOUND: Best = { loss: -Infinity, length: 0 };

/** delta + m (P(delta + reach · steepest) - delta) + (1 - m) (delta - previous), brought back into the ball. */
function move<V extends Vector>(delta: V, previous: V, gradient: V, ball: Ball<V>, reach: number): V {
  return withTemporaries((own) => {
    const direction = own(steepestDelta(gradient, ball));
    const target = own(project(own(delta.plus(direction, reach)), ball));
    const mixed = own(target.times(MOMENTUM));
    mixed.addScaledInPlace(delta, 2 * (1 - MOMENTUM));
    mixed.addScaledInPlace(previous, MOMENTUM - 1);
    return project(mixed, ball);
  });
}

/** One ascent from `start`, which it takes over. */
async function ascendFrom<V extends Vector>(loss: LossFunction<V>, w: V, ball: Ball<V>, start: V, steps: number, report: (best: Best) => Promise<void>): Promise<Best> {
  let [delta, previous] = [start, start.clone()];
  let best = NOTHING_FOUND;
  const meet = (found: number): void => {
    best = found > best.loss ? { loss: found, length: delta.norm(ball.p) } : best;
  };
  const next = (step: number): Promise<V> =>
    withTemporaryVectors(async (own) => {
      const { loss: found, gradient } = await loss.gradient(own(pointOf(w, ball, delta)));
      meet(found);
      return move(delta, previous, own(gradient), ball, 2 * ball.radius * (1 - step / steps));
    });
  try {
    for (let step = 0; step < steps; step++) {
      const moved = await next(step);
      previous.dispose();
      [previous, delta] = [delta, moved];
      await report(best);
    }
    await withTemporaryVectors(async (own) => meet((await loss.evaluate(own(pointOf(w, ball, delta)))).loss));
    return best;
  } finally {
    [previous, delta].forEach((vector) => vector.dispose());
  }
}

/**
 * Seeks the largest loss within a ball around w by projected steepest ascent with momentum:
 *
 * z = P(delta_k + reach_k u_k), delta_k+1 = P(delta_k + .75 (z - delta_k) + .25 (delta_k - delta_k-1))
 *
 * u is the direction of steepest ascent in the ball's norm, P the projection on the ball, and the reach falls evenly from
 * the ball's diameter to a step's share of it. The largest loss at any point on the way counts; it is a lower bound of the maximum.
 *
 * @throws RangeError for a radius below 0, or steps or starts below 1; Error if no loss that is met is a number;
 * StoppedError when it is stopped, with the largest loss so far.
 * @source Croce and Hein 2020 (arXiv 2003.01690), section 3, with evenly falling steps in place of their checkpoints.
 */
export function ascend<V extends Vector>(loss: LossFunction<V>, w: V, ball: Ball<V>, options: AscentOptions): Promise<AscentResult> {
  return longWork('ascend', options, (work) => ascendFromAll(work, loss, w, ball, options));
}

async function ascendFromAll<V extends Vector>(work: LongWork, loss: LossFunction<V>, w: V, ball: Ball<V>, options: AscentOptions): Promise<AscentResult> {
  const { steps = 20, starts = 1, seed, onProgress } = options;
  checkAscent({ radius: ball.radius, steps, starts });
  checkPoint('ascend', w);
  checkLoss('ascend', loss, ['evaluate', 'gradient']);
  let best = NOTHING_FOUND;
  let gradients = 0;
  for (let start = 0; start < starts; start++) {
    const from = randomDelta(w, ball, random(seed, 'ascent', start));
    const found = await ascendFrom(loss, w, ball, from, steps, (bestHere) => {
      gradients++;
      onProgress?.({ gradients, of: starts * steps });
      return work.advance({ done: gradients, of: starts * steps, unit: 'gradients' }, () => (bestHere.loss > best.loss ? bestHere : best));
    });
    best = found.loss > best.loss ? found : best;
  }
  if (best.loss === -Infinity) {
    throw new Error(`ascend: no loss within the radius ${ball.radius} is a number; take a smaller radius.`);
  }
  return { ...best, steps, starts, gradientEvaluations: steps * starts, seed };
}

function checkAscent({ radius, steps, starts }: { readonly radius: number; readonly steps: number; readonly starts: number }): void {
  if (!(Number.isFinite(radius) && radius >= 0)) {
    throw new RangeError(`ascend: expected a radius of 0 or more, got ${shown(radius)}.`);
  }
  for (const [name, count] of [['steps', steps], ['starts', starts]] as const) {
    if (!(Number.isSafeInteger(count) && count >= 1)) {
      throw new RangeError(`ascend: expected ${name} of at least 1, got ${count}.`);
    }
  }
}
