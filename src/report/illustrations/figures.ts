import { lossCurveSection } from '../figures/lossCurveSection';
import { lossContour, lossSurface, type SurfaceInput } from '../figures/lossSurface';
import { samStepDiagram } from '../figures/samStepDiagram';
import type { FigureSpecification } from '../figures/specification';
import { descend, stepVectors, type DescentSettings } from '../../planar/descent';
import { evenly, FLAT_WELL, sampleGrid, SHARP_AND_FLAT, SHARP_WELL } from '../../planar/planarLoss';

/** The descent of Figure 1; `rho` is SAM's, SGD's is 0. */
export const FIGURE_1_DESCENT: DescentSettings = { start: [-1.6, 0.9], rho: 0.3, learningRate: 0.05, momentum: 0.9, steps: 200 };

/** The step of Figure 2, beside the sharp minimum. */
export const FIGURE_2_STEP = { start: [-0.2, 0.15], rho: 0.3, learningRate: 0.4 } as const;

const AXES = { x: 'Parameter w₁', y: 'Parameter w₂', z: 'Loss L(w₁, w₂)' } as const;
const GRID_POINTS = 71;

/** Figure 1, computed: from one start, SGD ends in the sharp minimum and SAM in the flat one. In three dimensions and from above. */
export function figure1(): { readonly surface: FigureSpecification; readonly contour: FigureSpecification } {
  const { rho, learningRate, momentum, steps } = FIGURE_1_DESCENT;
  const grid = sampleGrid(SHARP_AND_FLAT, [-2.4, 3], [-1.6, 1.8], GRID_POINTS);
  const input: SurfaceInput = {
    title: 'Figure 1. SGD ends in the sharp minimum, SAM in the flat one',
    caption: `A loss of two parameters with a sharp and a flat minimum; the exact gradient, no data set and no seed. ${steps} steps, learning rate ${learningRate}, momentum ${momentum}; SAM with ρ = ${rho}.`,
    grid,
    paths: [
      { name: 'SGD (no SAM)', points: descend(SHARP_AND_FLAT, { ...FIGURE_1_DESCENT, rho: 0 }) },
      { name: 'SAM', points: descend(SHARP_AND_FLAT, FIGURE_1_DESCENT) },
    ],
    axes: AXES,
  };
  const nearer = sampleGrid(SHARP_AND_FLAT, [-2, 2.2], [-1.5, 1.6], GRID_POINTS);
  return {
    surface: lossSurface({ ...input, title: 'Figure 1 as a surface. SGD ends in the sharp minimum, SAM in the flat one', grid: nearer }),
    contour: lossContour(input),
  };
}

/** The loss of Figure 1 along the line through both minima, and the largest loss on that line within rho: the sharp minimum is deeper, but its neighbourhood is worse. */
export function figure1Section(): FigureSpecification {
  const { rho } = FIGURE_1_DESCENT;
  const [from, to] = [minimumNear(SHARP_WELL.centre), minimumNear(FLAT_WELL.centre)];
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
  const at = (distance: number): number => SHARP_AND_FLAT.loss(from[0] + ((to[0] - from[0]) * distance) / length, from[1] + ((to[1] - from[1]) * distance) / length);
  const distance = evenly([-1, length + 1], 301);
  const worst = (centre: number): number => evenly([centre - rho, centre + rho], 61).reduce((most, place) => Math.max(most, at(place)), -Infinity);
  return lossCurveSection({
    title: 'A cut through the sharp and the flat minimum',
    caption: `The loss of Figure 1 on the line through both minima, and its maximum over that line within ρ = ${rho}. Computed in closed form; no data set and no seed.`,
    distance,
    curves: [{ name: 'Loss L', loss: distance.map(at) }, { name: `Largest loss within ρ = ${rho}`, loss: distance.map(worst) }],
    marks: [{ name: 'sharp', distance: 0, loss: at(0) }, { name: 'flat', distance: length, loss: at(length) }],
  });
}

/** The minimum of Figure 1's loss in whose basin a point lies. The wells overlap, so it is not the centre of a well. */
function minimumNear(start: readonly [number, number]): readonly [number, number] {
  // Eigenvalues of the Hessian lie between 2 and 36 at both minima, so a step leaves at most 1 - .02 * 2 of the distance.
  const { x, y } = descend(SHARP_AND_FLAT, { start, rho: 0, learningRate: 0.02, momentum: 0, steps: 1500 }).at(-1)!;
  return [x, y];
}

/** Figure 2, computed: the vectors of one step of SAM, on the loss of Figure 1 beside the sharp minimum. */
export function figure2(): FigureSpecification {
  const { start, rho, learningRate } = FIGURE_2_STEP;
  return samStepDiagram({
    title: 'Figure 2. One step of SAM beside one of SGD',
    caption: `The loss of Figure 1 at w = (${start.join(', ').replace('-', '−')}); ρ = ${rho}, learning rate η = ${learningRate}, no momentum. Every arrow is a computed vector; no data set and no seed.`,
    grid: sampleGrid(SHARP_AND_FLAT, [-1.1, 0.9], [-0.45, 0.8], GRID_POINTS),
    ...stepVectors(SHARP_AND_FLAT, start, FIGURE_2_STEP),
    axes: AXES,
  });
}
