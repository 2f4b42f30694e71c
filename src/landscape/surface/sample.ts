import { checkLoss, checkPoint } from '../inputChecks';
import type { Vector } from '../../engine/vector';
import { longWork, type LongWork } from '../../progress/longWork';
import { StoppedError, stopIfAsked, type Stoppable } from '../../progress/work';
import { atPoint, movedPoint } from '../atPoint';
import type { LossFunction, PointLoss } from '../operator';
import { checkDirection } from './checks';
import type { Coordinates } from './grid';
import type { Line, Plane } from './plane';
import { openSamples, samplesDone, writeSamples, type Samples, type Series } from './store';

/** Seconds between writes: at most so much measuring is lost if the process is killed. */
const SAVE_SECONDS = 2;

/** How far the measuring of a line, a plane or a curve is. */
export interface SampleProgress {
  /** Places measured, those before the last interruption included. */
  readonly done: number;
  readonly total: number;
  /** At the latest place, of the loss that is named first. */
  readonly loss: number;
  /** Estimated time left, in seconds. */
  readonly secondsLeft: number;
}

/** What to measure, and where. */
export interface SampleInput<V extends Vector> extends Stoppable {
  readonly surface: Line<V> | Plane<V>;
  /** Measured in this order; neighbours that share y cost least. */
  readonly points: readonly Coordinates[];
  /** Losses by name, such as { train, test }. Each is measured at every place, to which the weights are moved once. */
  readonly losses: Readonly<Record<string, LossFunction<V>>>;
  /** Which weights, such as the name of their run. */
  readonly network: string;
  /** How the directions were chosen, as captions print it. */
  readonly directions: string;
  /** Where the samples are stored and continued. Default: nothing is stored. */
  readonly file?: string;
  readonly onProgress?: (progress: SampleProgress) => void;
}

/**
 * Measures losses at places of a line or a plane: L(origin + a x + b y).
 *
 * The places are stored as they are measured. A call that was stopped, killed or failed resumes from there with the same
 * input, and gives the same numbers. The weights are never moved: each place is a new vector, made in native memory from
 * that of its row, origin + b y.
 *
 * @throws RangeError for no place, a direction that is zero or of another architecture, or a place off the line;
 * Error for a file of other samples; StoppedError when it is stopped, with the samples so far; whatever a loss throws.
 * @example
 * const samples = await landscape.samplePoints({ surface, points: landscape.gridPoints(axis, axis), losses: { train: loss }, network: 'SAM', directions: 'random, seed 0' });
 */
export function samplePoints<V extends Vector>(input: SampleInput<V>): Promise<Samples> {
  return longWork('samplePoints', input, (work) => sample(work, input));
}

async function sample<V extends Vector>(work: LongWork, input: SampleInput<V>): Promise<Samples> {
  const { points, losses, network, directions, file, onProgress } = input;
  checkInput(input);
  const sources = Object.fromEntries(Object.entries(losses).map(([name, { source }]) => [name, source]));
  let samples = openSamples(file, { network, directions, losses: sources, points });
  const walk = new RowWalk(input.surface);
  const [first, started] = [samplesDone(samples), performance.now()];
  let savedAt = started;
  try {
    for (let index = first; index < points.length; index++) {
      stopIfAsked();
      work.report({ done: index, of: points.length, unit: 'points' });
      const found = await walk.at(points[index]!, (point) => measure(losses, point));
      samples = { ...samples, series: append(samples.series, found) };
      const secondsLeft = ((performance.now() - started) / 1000 / (index + 1 - first)) * (points.length - index - 1);
      onProgress?.({ done: index + 1, total: points.length, loss: Object.values(found)[0]!.loss, secondsLeft });
      if (file !== undefined && performance.now() - savedAt >= 1000 * SAVE_SECONDS) {
        writeSamples(file, samples);
        savedAt = performance.now();
      }
    }
    work.report({ done: points.length, of: points.length, unit: 'points' });
  } catch (error) {
    if (!(error instanceof StoppedError)) {
      throw error;
    }
    const kept = file === undefined ? 'Give it a `file`, and the points are kept and the same call resumes from there.' : `The points are stored in ${file}; the same call resumes from there.`;
    throw new StoppedError(`${work.name} was stopped at your request after ${samplesDone(samples)} of ${points.length} points. ${kept}`, samples);
  } finally {
    walk.dispose();
    if (file !== undefined) {
      writeSamples(file, samples);
    }
  }
  return samples;
}

function checkInput<V extends Vector>({ surface, points, losses }: SampleInput<V>): void {
  if (points.length === 0 || Object.keys(losses).length === 0) {
    throw new RangeError(`samplePoints: expected places and losses, got ${points.length} places and ${Object.keys(losses).length} losses.`);
  }
  checkPoint('samplePoints', surface.origin);
  Object.values(losses).forEach((loss) => checkLoss('samplePoints', loss, ['evaluate']));
  checkDirection(surface.origin, surface.x);
  if ('y' in surface) {
    checkDirection(surface.origin, surface.y);
  }
  const off = points.find(([x, y]) => !Number.isFinite(x + y) || (y !== 0 && !('y' in surface)));
  if (off !== undefined) {
    throw new RangeError(`samplePoints: expected finite places, on a line with y = 0, got (${off.join(', ')}).`);
  }
}

/** Moves along a surface and keeps the start of the row, so that another place of the same row takes one pass over the weights. */
class RowWalk<V extends Vector> {
  private row: { readonly y: number; readonly start: V } | undefined;

  constructor(private readonly surface: Line<V> | Plane<V>) {}

  async at<T>([x, y]: Coordinates, body: (point: V) => Promise<T>): Promise<T> {
    if (this.row?.y !== y) {
      this.dispose();
      this.row = { y, start: movedPoint(this.surface.origin, 'y' in this.surface ? [[this.surface.y, y]] : []) };
    }
    return atPoint(this.row.start, [[this.surface.x, x]], body);
  }

  dispose(): void {
    this.row?.start.dispose();
    this.row = undefined;
  }
}

async function measure<V extends Vector>(losses: Readonly<Record<string, LossFunction<V>>>, point: V): Promise<Readonly<Record<string, PointLoss>>> {
  const found: Record<string, PointLoss> = {};
  for (const [name, loss] of Object.entries(losses)) {
    found[name] = await loss.evaluate(point);
    // Lets an interrupt through, even if the loss never does.
    await new Promise(setImmediate);
  }
  return found;
}

function append(series: Samples['series'], found: Readonly<Record<string, PointLoss>>): Samples['series'] {
  const longer = Object.entries(series).map(([name, { loss, error }]): [string, Series] => {
    const point = found[name]!;
    // Overflow is stored as NaN, the only non-finite number that a stored file can hold (as null).
    const value = Number.isFinite(point.loss) ? point.loss : NaN;
    return [name, { loss: [...loss, value], error: point.error === undefined ? error : [...error, point.error] }];
  });
  return Object.fromEntries(longer);
}
