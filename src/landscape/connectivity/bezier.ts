import { checkPoint } from '../inputChecks';
import { random } from '../../engine/random';
import type { Vector } from '../../engine/vector';
import { learningRateAt } from '../../optim/schedule';
import { sgd } from '../../optim/sgd';
import type { LossAndGradient } from '../../optim/step';
import { longWork, type LongWork } from '../../progress/longWork';
import type { Stoppable } from '../../progress/work';
import { atPoint, type Move } from '../atPoint';
import { checkSameLayout } from '../surface/checks';
import { evenly, type Coordinates } from '../surface/grid';
import type { Plane } from '../surface/plane';

/** How a curve is trained. */
export interface BezierTraining<V extends Vector> extends Stoppable {
  /** The loss of one step and its gradient at a point of the curve: of a batch, or of everything by `(point) => operator.gradient(point)`. */
  readonly gradient: (point: V, step: number) => Promise<LossAndGradient<V>>;
  readonly steps: number;
  /** Falls to 0 over the steps along a cosine. */
  readonly learningRate: number;
  /** In [0, 1). Default: 0.9. */
  readonly momentum?: number;
  /** Draws the places on the curve. */
  readonly seed: number;
  readonly onProgress?: (progress: { readonly step: number; readonly steps: number; readonly loss: number; readonly secondsLeft: number }) => void;
}

/** Number of places at which a trained curve is measured. */
export const BEZIER_POINTS = 61;

/** Coefficients of phi(t) - from in terms of theta - from and to - from. */
function bernstein(t: number): Coordinates {
  return [2 * t * (1 - t), t ** 2];
}

/**
 * Trains the control point theta of a quadratic Bezier curve between two minima,
 * phi(t) = (1 - t)² from + 2 t (1 - t) theta + t² to, to make the mean loss over t in [0, 1] small. Each step draws one
 * t uniformly; the loss's gradient with respect to theta is 2 t (1 - t) times its gradient at phi(t). theta starts half way between the
 * ends, where the curve is the straight line.
 *
 * @returns theta, which the caller disposes of.
 * @throws RangeError if both ends belong to different architectures or no step is asked for; StoppedError when it is stopped.
 * @source Garipov et al. 2018 (arXiv 1802.10026), section 3.
 * @example
 * const control = await landscape.trainBezier(a, b, { gradient: (point) => loss.gradient(point), steps: 200, learningRate: 0.01, seed: 0 });
 */
export function trainBezier<V extends Vector>(from: V, to: V, training: BezierTraining<V>): Promise<V> {
  return longWork('trainBezier', training, (work) => trainControl(work, from, to, training));
}

async function trainControl<V extends Vector>(work: LongWork, from: V, to: V, training: BezierTraining<V>): Promise<V> {
  const { steps, learningRate, momentum = 0.9, seed, onProgress } = training;
  checkPoint('trainBezier', from, 'the first end');
  checkPoint('trainBezier', to, 'the second end');
  checkSameLayout(from, to);
  if (!(Number.isInteger(steps) && steps >= 1)) {
    throw new RangeError(`trainBezier: expected at least 1 step, got ${steps}.`);
  }
  if (!(Number.isFinite(learningRate) && learningRate > 0 && momentum >= 0 && momentum < 1)) {
    throw new RangeError(`trainBezier: expected a learning rate above 0 and momentum in [0, 1), got ${learningRate} and ${momentum}.`);
  }
  const rng = random(seed, 'bezier');
  const optimizer = sgd<V>({ momentum, nesterov: false, weightDecay: 0 });
  let control = halfWay(from, to);
  let velocity = optimizer.init(control);
  const started = performance.now();
  try {
    for (let step = 0; step < steps; step++) {
      await work.advance({ done: step, of: steps, unit: 'steps' });
      const { loss, gradient } = await gradientByControl(from, control, to, rng.uniform(), (point) => training.gradient(point, step));
      const rate = learningRateAt({ learningRate, schedule: 'cosine', warmupEpochs: 0, epochs: 1 }, step, steps);
      ({ parameters: control, state: velocity } = optimizer.update(control, gradient, velocity, rate));
      gradient.dispose();
      onProgress?.({ step: step + 1, steps, loss, secondsLeft: ((performance.now() - started) / 1000 / (step + 1)) * (steps - step - 1) });
    }
    work.report({ done: steps, of: steps, unit: 'steps' });
  } catch (error) {
    control.dispose();
    throw error;
  } finally {
    velocity.dispose();
  }
  return control;
}

function halfWay<V extends Vector>(from: V, to: V): V {
  const middle = from.times(0.5);
  middle.addScaledInPlace(to, 0.5);
  return middle;
}

async function gradientByControl<V extends Vector>(from: V, control: V, to: V, t: number, gradientAt: (point: V) => Promise<LossAndGradient<V>>): Promise<LossAndGradient<V>> {
  const [byControl, byEnd] = bernstein(t);
  // (1 - t)² from = from + ((1 - t)² - 1) from
  const moves: readonly Move<V>[] = [[from, (1 - t) ** 2 - 1], [control, byControl], [to, byEnd]];
  const found = await atPoint(from, moves, gradientAt);
  try {
    return { loss: found.loss, gradient: found.gradient.times(byControl) };
  } finally {
    found.gradient.dispose();
  }
}

/** A curve as places of the plane that it lies in. */
export interface BezierCurve<V extends Vector> {
  /** Directions are new, and the caller disposes of them; the origin is `from` itself. */
  readonly plane: Plane<V>;
  /** In [0, 1]. */
  readonly t: readonly number[];
  readonly points: readonly Coordinates[];
}

/**
 * A quadratic Bezier curve, for `samplePoints`: it lies in the plane through `from` along theta - from and to - from,
 * where phi(t) has the coordinates 2 t (1 - t) and t².
 *
 * @param count places at equal steps of t. Default: 61.
 * @throws RangeError if architectures differ, or there are fewer than 2 places.
 */
export function bezierCurve<V extends Vector>(from: V, control: V, to: V, count = BEZIER_POINTS): BezierCurve<V> {
  [from, control, to].forEach((point, index) => checkPoint('bezierCurve', point, ['the first end', 'the control point', 'the second end'][index]));
  checkSameLayout(from, control);
  checkSameLayout(from, to);
  const t = evenly([0, 1], count);
  // Not `planeOf`: a control point on the straight line spans no plane, but the places are right all the same.
  return { plane: { origin: from, x: control.plus(from, -1), y: to.plus(from, -1) }, t, points: t.map(bernstein) };
}
