import { checkLoss, checkPoint } from '../inputChecks';
import type { Vector } from '../../engine/vector';
import { longWork } from '../../progress/longWork';
import { stopIfAsked, type Stoppable } from '../../progress/work';
import { atPoint } from '../atPoint';
import type { LossFunction } from '../operator';
import { checkDirection } from './checks';
import type { Line, Plane } from './plane';

/** A network to be drawn: its surface, and the loss on it. */
export interface RangedSurface<V extends Vector> {
  readonly surface: Line<V> | Plane<V>;
  readonly loss: LossFunction<V>;
}

/** One range for networks that are drawn together. */
export interface SharedRange {
  /** Half the width: the surfaces reach from -radius to radius along each direction. */
  readonly radius: number;
  /** The loss on the rim that was asked for, as a multiple of that at the centre. */
  readonly multiple: number;
  /** Loss at the centre, network by network. */
  readonly centres: readonly number[];
  /** Mean loss over the rim at `radius`, network by network; Infinity where it is no finite number. */
  readonly rims: readonly number[];
}

/** How a range is searched for. */
export interface RangeOptions extends Stoppable {
  /** First radius that is tried. Default: 1. */
  readonly start?: number;
  /** Called after each radius, with the mean losses over the rims there. */
  readonly onProgress?: (progress: { readonly radius: number; readonly rims: readonly number[] }) => void;
}

/** The rims: corners and middles of the sides of a square, and the ends of a line. */
const RIM = { plane: [[-1, -1], [-1, 0], [-1, 1], [0, -1], [0, 1], [1, -1], [1, 0], [1, 1]], line: [[-1, 0], [1, 0]] } as const;
/** The range is found to this factor. */
const PRECISION = 1.1;
/** The search ends after so many doublings or halvings. */
const LARGEST_FACTOR = 2 ** 20;

/**
 * Widens or narrows a range until the mean loss over the rim (the corners and the middles of the sides) is at least
 * `multiple` times the loss at the centre, for every network: one range for all, so that they can be compared.
 *
 * The radius is found by doubling or halving from `start`, then by bisection of its logarithm: at the radius every
 * network's rim reaches the multiple; at a radius smaller by a tenth, one does not.
 *
 * @param multiple above 1.
 * @throws RangeError for a multiple of 1 or less, a loss of 0 at a centre, or if no radius within 2^20 of the start will do; StoppedError when it is stopped.
 * @example
 * const { radius } = await landscape.sharedRange([{ surface, loss }], 10); // in units of the surface's directions
 */
export function sharedRange<V extends Vector>(nets: readonly RangedSurface<V>[], multiple: number, options: RangeOptions = {}): Promise<SharedRange> {
  return longWork('sharedRange', options, () => searchRange(nets, multiple, options));
}

async function searchRange<V extends Vector>(nets: readonly RangedSurface<V>[], multiple: number, { start = 1, onProgress }: RangeOptions): Promise<SharedRange> {
  if (!(Number.isFinite(multiple) && multiple > 1 && Number.isFinite(start) && start > 0 && nets.length > 0)) {
    throw new RangeError(`sharedRange: expected networks, a multiple above 1 and a start above 0, got ${nets.length} networks, multiple ${multiple}, start ${start}.`);
  }
  nets.forEach(({ surface, loss }) => {
    checkPoint('sharedRange', surface.origin);
    checkLoss('sharedRange', loss, ['evaluate']);
    checkDirection(surface.origin, surface.x);
  });
  const centres = await all(nets, ({ surface, loss }) => lossAt(surface, loss, [0, 0]));
  if (centres.some((centre) => !(centre > 0 && centre < Infinity))) {
    throw new RangeError(`sharedRange: expected losses above 0 at the centres, got ${centres.join(', ')}; give a fixed range instead.`);
  }
  const search = await findRadius(start, multiple, async (radius) => {
    const rims = await all(nets, (net) => rimLoss(net, radius));
    onProgress?.({ radius, rims });
    return { rims, reached: rims.every((rim, net) => rim >= multiple * centres[net]!) };
  });
  return { ...search, multiple, centres };
}

/** The losses on the rims, and whether all reach the multiple. */
interface Rim {
  readonly rims: readonly number[];
  readonly reached: boolean;
}

async function findRadius(start: number, multiple: number, rimAt: (radius: number) => Promise<Rim>): Promise<{ readonly radius: number; readonly rims: readonly number[] }> {
  let radius = start;
  let rim = await rimAt(start);
  const factor = rim.reached ? 0.5 : 2;
  let inside = 0;
  let outside = { radius: Infinity, rims: rim.rims };
  for (;;) {
    if (rim.reached) {
      outside = { radius, rims: rim.rims };
    } else {
      inside = radius;
    }
    if (outside.radius / inside <= PRECISION) {
      return outside;
    }
    radius = inside > 0 && outside.radius < Infinity ? Math.sqrt(inside * outside.radius) : radius * factor;
    if (radius > start * LARGEST_FACTOR || radius < start / LARGEST_FACTOR) {
      throw new RangeError(`sharedRange: no radius between ${start / LARGEST_FACTOR} and ${start * LARGEST_FACTOR} makes the rim's loss ${multiple} times the centre's; choose another multiple or start.`);
    }
    rim = await rimAt(radius);
  }
}

async function all<V extends Vector>(nets: readonly RangedSurface<V>[], measure: (net: RangedSurface<V>) => Promise<number>): Promise<number[]> {
  const found: number[] = [];
  for (const net of nets) {
    found.push(await measure(net));
  }
  return found;
}

async function rimLoss<V extends Vector>({ surface, loss }: RangedSurface<V>, radius: number): Promise<number> {
  const places = 'y' in surface ? RIM.plane : RIM.line;
  let sum = 0;
  for (const [x, y] of places) {
    sum += await lossAt(surface, loss, [radius * x, radius * y]);
  }
  return Number.isFinite(sum) ? sum / places.length : Infinity;
}

async function lossAt<V extends Vector>(surface: Line<V> | Plane<V>, operator: LossFunction<V>, [x, y]: readonly [number, number]): Promise<number> {
  stopIfAsked();
  // Lets an interrupt through, even if the loss never does.
  await new Promise(setImmediate);
  const { loss } = await atPoint(surface.origin, 'y' in surface ? [[surface.y, y], [surface.x, x]] : [[surface.x, x]], (point) => operator.evaluate(point));
  return loss;
}
