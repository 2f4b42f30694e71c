import { bowlWithWells, SHARP_AND_FLAT, type Well, type PlanarLoss } from '../planar/planarLoss';

/** A loss of two parameters with the window that is shown of it. */
export interface Landscape {
  /** How links name it. */
  readonly id: LandscapeId;
  readonly title: string;
  /** The formula, in plain text. */
  readonly formula: string;
  /** What to look for; each claim is tested on the landscape's own settings. */
  readonly story: string;
  readonly planar: PlanarLoss;
  readonly xRange: readonly [number, number];
  readonly yRange: readonly [number, number];
  /** Heights are coloured by (share of the range)^exponent; below 1 it shows more of the depths. */
  readonly exponent: number;
}

/** Names of the landscapes. */
export type LandscapeId = 'sharp-and-flat' | 'valley' | 'saddle' | 'basins' | 'bowl';

/** Width and height of every window, so that changing the landscape moves nothing on the page. */
export const WINDOW = { width: 5.4, height: 3.4 } as const;

/** Curvature across the valley: nearly 6.5 on the left, nearly 0.5 on the right. */
const VALLEY = { least: 0.5, extra: 6, slope: 2 } as const;

/**
 * A valley with a level floor whose walls open: L = 1/2 k(x) y², k(x) = 1/2 + 6 / (1 + exp(2 x)).
 *
 * Every point with y = 0 is a minimum, each flatter than the one to its left.
 */
export const OPENING_VALLEY: PlanarLoss = {
  loss: (x, y) => (wallCurvature(x) * y * y) / 2,
  gradient: (x, y) => {
    const share = 1 / (1 + Math.exp(VALLEY.slope * x));
    return [(-VALLEY.extra * VALLEY.slope * share * (1 - share) * y * y) / 2, wallCurvature(x) * y];
  },
};

function wallCurvature(x: number): number {
  return VALLEY.least + VALLEY.extra / (1 + Math.exp(VALLEY.slope * x));
}

/** A saddle at the origin between minima at (0, 1) and (0, -1): L = x² / 2 - y² / 2 + y⁴ / 4. */
export const SADDLE: PlanarLoss = {
  loss: (x, y) => (x * x - y * y) / 2 + (y * y * y * y) / 4,
  gradient: (x, y) => [x, y * y * y - y],
};

/** A long bowl with curvatures 0.4 and 4: L = 0.2 x² + 2 y². */
export const LONG_BOWL: PlanarLoss = {
  loss: (x, y) => 0.2 * x * x + 2 * y * y,
  gradient: (x, y) => [0.4 * x, 4 * y],
};

/** Basins from sharp to flat, in no order. */
const BASINS: readonly Well[] = [
  { centre: [-1.75, 0.75], depth: 0.55, width: 0.14 },
  { centre: [-1.25, 0.25], depth: 0.7, width: 0.16 },
  { centre: [-1.9, -0.4], depth: 0.6, width: 0.2 },
  { centre: [-0.6, 0.95], depth: 0.6, width: 0.2 },
  { centre: [-0.55, -0.25], depth: 0.8, width: 0.17 },
  { centre: [-1.1, -1.05], depth: 0.6, width: 0.28 },
  { centre: [0.05, 0.4], depth: 0.75, width: 0.15 },
  { centre: [0.1, -1], depth: 0.65, width: 0.2 },
  { centre: [0.6, 1.15], depth: 0.6, width: 0.24 },
  { centre: [1.05, -0.2], depth: 1.15, width: 0.6 },
  { centre: [1.35, 0.85], depth: 0.55, width: 0.16 },
  { centre: [1.95, -1.1], depth: 0.6, width: 0.18 },
  { centre: [2.1, 0.45], depth: 0.6, width: 0.2 },
];

/** The landscapes, in the order in which they are offered. */
export const LANDSCAPES: readonly Landscape[] = [
  {
    id: 'sharp-and-flat',
    title: 'Sharp and flat',
    formula: 'two Gaussian wells in a shallow bowl; the narrow one is deeper',
    story: 'The loss of the report’s figure 1. SGD rolls into the sharp, deeper well. SAM measures the slope a distance ρ uphill, where the sharp well pushes it out, and ends in the flat one.',
    planar: SHARP_AND_FLAT,
    xRange: [-2.4, 3],
    yRange: [-1.6, 1.8],
    exponent: 1,
  },
  {
    id: 'valley',
    title: 'Opening valley',
    formula: 'L = ½ k(w₁) w₂², with k = ½ + 6 / (1 + exp 2w₁)',
    story: 'The floor is level: every point on it is a minimum. SGD stops where it lands. SAM keeps drifting along the floor, towards the wider part of the valley.',
    planar: OPENING_VALLEY,
    xRange: [-2.7, 2.7],
    yRange: [-1.7, 1.7],
    exponent: 0.5,
  },
  {
    id: 'saddle',
    title: 'Saddle',
    formula: 'L = ½ w₁² − ½ w₂² + ¼ w₂⁴',
    story: 'Sharpness-awareness has a price. From beside the ridge SGD slides down to a minimum. SAM’s ascent of ρ carries it across the ridge, and the slope there pushes it back: it stays at the saddle. Lower ρ, or add noise.',
    planar: SADDLE,
    xRange: [-2.7, 2.7],
    yRange: [-1.7, 1.7],
    exponent: 0.6,
  },
  {
    id: 'basins',
    title: 'Many basins',
    formula: 'thirteen Gaussian wells of different widths in a shallow bowl',
    story: 'Twelve small basins and one wide one. SGD is caught by a narrow basin on its way; SAM passes over it and ends in the wide one. Choose other starts: it does not always win.',
    planar: bowlWithWells(BASINS, 0.25),
    xRange: [-2.7, 2.7],
    yRange: [-1.7, 1.7],
    exponent: 1,
  },
  {
    id: 'bowl',
    title: 'Long bowl',
    formula: 'L = 0.2 w₁² + 2 w₂²',
    story: 'A quadratic, ten times steeper across than along. SGD without momentum diverges when the learning rate exceeds 2 / 4 = 0.5. SAM does not settle: near the bottom its ascent of ρ is longer than the way down.',
    planar: LONG_BOWL,
    xRange: [-2.7, 2.7],
    yRange: [-1.7, 1.7],
    exponent: 0.5,
  },
];

/** The landscape of that name. @throws RangeError if there is none. */
export function landscapeOf(id: string): Landscape {
  const found = LANDSCAPES.find((landscape) => landscape.id === id);
  if (found === undefined) {
    throw new RangeError(`landscapeOf: there is no landscape "${id}"; choose one of ${LANDSCAPES.map((landscape) => landscape.id).join(', ')}.`);
  }
  return found;
}
