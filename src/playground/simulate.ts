import { PlainVector } from '../engine/plainVector';
import { random } from '../engine/random';
import { sgd } from '../optim/sgd';
import type { Objective } from '../optim/step';
import type { PathPoint } from '../planar/descent';
import { coordinates, planarObjective, type PlanarLoss } from '../planar/planarLoss';
import { landscapeOf } from './losses';
import { methodOf, type MethodId } from './methods';
import type { PlaygroundSettings } from './settings';

/** A point further away than this from the origin counts as diverged. */
const FAR_AWAY = 1e3;

/** A point of the plane. */
export type Planar = readonly [number, number];

/** One method's run. */
export interface MethodRun {
  readonly method: MethodId;
  /** The start, then one point a step; fewer than asked for if the run diverged. */
  readonly points: readonly PathPoint[];
  /** For each point, where else the step from it asks for a gradient: w + eps, in the order of asking. Plain SGD asks nowhere else. */
  readonly probes: readonly (readonly Planar[])[];
  /** For each point, the number of gradients that it took to get there. */
  readonly gradientEvaluations: readonly number[];
  readonly diverged: boolean;
}

/**
 * Runs every chosen method from the same start, with the same steps that networks are trained with.
 *
 * The noise of a step tilts the landscape, L(w) + noise xi · w with xi standard normal, as another mini-batch would: all
 * gradients of the step see the same tilt, and step t of every method sees the same xi. Equal settings give equal numbers.
 */
export function simulate(settings: PlaygroundSettings): readonly MethodRun[] {
  return settings.methods.map((method) => runMethod(settings, method));
}

function runMethod(settings: PlaygroundSettings, method: MethodId): MethodRun {
  const { planar } = landscapeOf(settings.landscape);
  const optimizer = sgd<PlainVector>({ momentum: settings.momentum, nesterov: false, weightDecay: 0 });
  const take = methodOf(method).training(settings);
  let parameters = PlainVector.of(...settings.start);
  let state = optimizer.init(parameters);
  let evaluations = 0;
  const run = { method, points: [] as PathPoint[], probes: [] as (readonly Planar[])[], gradientEvaluations: [] as number[] };
  // A step from the last point is also taken, for its probes.
  for (let taken = 0; taken <= settings.steps; taken++) {
    const [x, y] = coordinates(parameters);
    if (!(Math.hypot(x, y) < FAR_AWAY)) {
      return { ...run, diverged: true };
    }
    const probes: Planar[] = [];
    const objective = watched(tilted(planarObjective(planar), settings, taken), [x, y], probes);
    run.points.push({ x, y, loss: planar.loss(x, y) });
    run.probes.push(probes);
    run.gradientEvaluations.push(evaluations);
    const output = take({ parameters, state, objective, optimizer, learningRate: settings.learningRate });
    ({ parameters, state } = output);
    evaluations += output.gradientEvaluations;
  }
  return { ...run, diverged: false };
}

/** The objective of one step's mini-batch. */
function tilted(objective: Objective<PlainVector>, { noise, seed }: PlaygroundSettings, step: number): Objective<PlainVector> {
  if (noise === 0) {
    return objective;
  }
  const rng = random(seed, 'playground', step);
  const tilt = PlainVector.of(noise * rng.normal(), noise * rng.normal());
  return (parameters, phase) => {
    const { loss, gradient } = objective(parameters, phase);
    return { loss: loss + tilt.dot(parameters), gradient: gradient.plus(tilt) };
  };
}

/** The objective, which notes every point but w itself. */
function watched(objective: Objective<PlainVector>, [x, y]: Planar, probes: Planar[]): Objective<PlainVector> {
  return (parameters, phase) => {
    const point = coordinates(parameters);
    if (point[0] !== x || point[1] !== y) {
      probes.push(point);
    }
    return objective(parameters, phase);
  };
}

/**
 * How much the loss rises at most within rho of a point: max over |eps| <= rho of L(w + eps) - L(w), over a polar grid
 * of 4 radii and 64 angles; what SAM's first-order eps aims at.
 *
 * @returns 0 or more: eps = 0 is among the points.
 */
export function riseWithin({ loss }: PlanarLoss, [x, y]: Planar, rho: number): number {
  let highest = loss(x, y);
  for (let ring = 1; ring <= 4; ring++) {
    for (let direction = 0; direction < 64; direction++) {
      const angle = (2 * Math.PI * direction) / 64;
      const radius = (rho * ring) / 4;
      highest = Math.max(highest, loss(x + radius * Math.cos(angle), y + radius * Math.sin(angle)));
    }
  }
  return highest - loss(x, y);
}
