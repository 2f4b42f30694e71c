import { PlainVector } from '../engine/plainVector';
import { samPerturbation, samStep } from '../optim/sam';
import { sgd } from '../optim/sgd';
import { plainStep } from '../optim/step';
import { coordinates, planarObjective, type PlanarLoss } from './planarLoss';

/** How a descent is made. */
export interface DescentSettings {
  readonly start: readonly [number, number];
  /** Radius of SAM's perturbation; 0 is plain gradient descent. */
  readonly rho: number;
  readonly learningRate: number;
  /** In [0, 1). */
  readonly momentum: number;
  readonly steps: number;
}

/** A point of a path. */
export interface PathPoint {
  readonly x: number;
  readonly y: number;
  readonly loss: number;
}

/** Minimises a loss of two parameters with the same steps that networks are trained with; the start is the first point. */
export function descend(planar: PlanarLoss, { start, rho, learningRate, momentum, steps }: DescentSettings): readonly PathPoint[] {
  const optimizer = sgd<PlainVector>({ momentum, nesterov: false, weightDecay: 0 });
  const step = rho > 0 ? samStep(rho) : plainStep;
  const objective = planarObjective(planar);
  let parameters = PlainVector.of(...start);
  let state = optimizer.init(parameters);
  const path = [pointAt(planar, parameters)];
  for (let taken = 0; taken < steps; taken++) {
    ({ parameters, state } = step({ parameters, state, objective, optimizer, learningRate }));
    path.push(pointAt(planar, parameters));
  }
  return path;
}

/** The vectors of one step of SAM and of plain SGD from the same point. */
export interface StepVectors {
  readonly start: readonly [number, number];
  /** Gradient at w. */
  readonly gradient: readonly [number, number];
  /** eps = rho g / |g|, from w. */
  readonly perturbation: readonly [number, number];
  /** Gradient at w + eps. */
  readonly perturbedGradient: readonly [number, number];
  /** Where plain SGD ends: w - learningRate · gradient. */
  readonly sgdEnd: readonly [number, number];
  /** Where SAM ends: w - learningRate · perturbedGradient. */
  readonly samEnd: readonly [number, number];
}

/**
 * The vectors of one step of SAM (the original's figure 2, equations 1 and 2 with p = 2).
 *
 * @source Foret et al. 2021 (arXiv 2010.01412), figure 2.
 */
export function stepVectors(planar: PlanarLoss, start: readonly [number, number], { rho, learningRate }: Pick<DescentSettings, 'rho' | 'learningRate'>): StepVectors {
  const gradient = planar.gradient(...start);
  const perturbation = coordinates(samPerturbation(PlainVector.of(...gradient), rho));
  const one = { start, learningRate, momentum: 0, steps: 1 };
  const [sgdEnd, samEnd] = [0, rho].map((radius) => descend(planar, { ...one, rho: radius }).at(-1)!);
  return {
    start,
    gradient,
    perturbation,
    perturbedGradient: planar.gradient(start[0] + perturbation[0], start[1] + perturbation[1]),
    sgdEnd: [sgdEnd!.x, sgdEnd!.y],
    samEnd: [samEnd!.x, samEnd!.y],
  };
}

function pointAt({ loss }: PlanarLoss, parameters: PlainVector): PathPoint {
  const [x, y] = coordinates(parameters);
  return { x, y, loss: loss(x, y) };
}
