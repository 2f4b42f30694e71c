import { PlainVector } from '../engine/plainVector';
import type { Objective } from '../optim/step';

/** A loss of two parameters and its gradient, in closed form. */
export interface PlanarLoss {
  /** L at (x, y) */
  readonly loss: (x: number, y: number) => number;
  /** (dL/dx, dL/dy) at (x, y) */
  readonly gradient: (x: number, y: number) => readonly [number, number];
}

/** A well shaped like a normal density: -depth exp(-|w - centre|² / (2 width²)). */
export interface Well {
  readonly centre: readonly [number, number];
  readonly depth: number;
  readonly width: number;
}

/** Curvature of the bowl that keeps paths near the origin. */
const BOWL = 0.2;

/** The narrow well of `SHARP_AND_FLAT`. */
export const SHARP_WELL: Well = { centre: [-0.3, 0.6], depth: 1.4, width: 0.2 };
/** The wide well of `SHARP_AND_FLAT`. */
export const FLAT_WELL: Well = { centre: [0.9, -0.3], depth: 1.2, width: 0.8 };

/** A loss with a sharp and a flat minimum, the sharp one being the deeper: the two wells in a shallow bowl. */
export const SHARP_AND_FLAT: PlanarLoss = bowlWithWells([SHARP_WELL, FLAT_WELL], BOWL);

/**
 * Wells in a bowl: L(w) = bowl / 2 |w|² - sum of depth exp(-|w - centre|² / (2 width²)).
 *
 * The curvature at the bottom of a single well is depth / width², so a narrow one is a sharp minimum.
 */
export function bowlWithWells(list: readonly Well[], bowl: number): PlanarLoss {
  const density = ({ centre, depth, width }: Well, x: number, y: number): number =>
    depth * Math.exp(-((x - centre[0]) ** 2 + (y - centre[1]) ** 2) / (2 * width ** 2));
  return {
    loss: (x, y) => list.reduce((sum, well) => sum - density(well, x, y), (bowl / 2) * (x ** 2 + y ** 2)),
    gradient: (x, y) =>
      list.reduce<readonly [number, number]>(
        ([dx, dy], well) => {
          const slope = density(well, x, y) / well.width ** 2;
          return [dx + slope * (x - well.centre[0]), dy + slope * (y - well.centre[1])];
        },
        [bowl * x, bowl * y],
      ),
  };
}

/** The loss as an optimizer asks for it; `parameters` is a vector of one parameter with two elements. */
export function planarObjective({ loss, gradient }: PlanarLoss): Objective<PlainVector> {
  return (parameters) => {
    const [x, y] = coordinates(parameters);
    return { loss: loss(x, y), gradient: PlainVector.of(...gradient(x, y)) };
  };
}

/** The two elements of a vector. @throws RangeError if it has not exactly two. */
export function coordinates(vector: PlainVector): readonly [number, number] {
  const elements = vector.elements.flatMap((array) => [...array]);
  const [x, y] = elements;
  if (x === undefined || y === undefined || elements.length > 2) {
    throw new RangeError(`coordinates: expected a vector with two elements, got ${elements.length}.`);
  }
  return [x, y];
}

/** Values of a loss over a rectangle. */
export interface LossGrid {
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** [y.length][x.length], row by row. */
  readonly z: readonly (readonly number[])[];
}

/** Samples a loss at points x points places, the borders included. */
export function sampleGrid({ loss }: PlanarLoss, xRange: readonly [number, number], yRange: readonly [number, number], points: number): LossGrid {
  const x = evenly(xRange, points);
  const y = evenly(yRange, points);
  return { x, y, z: y.map((row) => x.map((column) => loss(column, row))) };
}

/** `points` numbers at equal distances from the first to the last. */
export function evenly([first, last]: readonly [number, number], points: number): number[] {
  return Array.from({ length: points }, (_, index) => first + ((last - first) * index) / (points - 1));
}
