import { permutation, random, type Random } from '../../engine/random';
import type { DataId, NetSettings } from './settings';

/** Points of the plane with their classes. */
export interface Points {
  /** [n, 2], row by row. */
  readonly places: Float32Array;
  /** The class that each point is given, 0 or 1. */
  readonly labels: Int32Array;
  /** Whether a point's label is the other class. */
  readonly wrong: readonly boolean[];
}

/** A point of a class, without noise. @param share where along the class's shape, in [0, 1) */
type Place = (label: number, share: number, rng: Random) => readonly [number, number];

/** A way to lay the points of two classes. */
export interface DataSet {
  /** How links name it. */
  readonly id: DataId;
  readonly title: string;
  readonly place: Place;
}

/** What the pictures show of the plane, in both directions. */
export const WINDOW: readonly [number, number] = [-2.4, 2.4];
/** Points of the test set, none of which has a wrong label. */
export const TEST_POINTS = 400;

const moons: Place = (label, share) => {
  const angle = Math.PI * share;
  const [x, y] = label === 0 ? [Math.cos(angle), Math.sin(angle)] : [1 - Math.cos(angle), 0.5 - Math.sin(angle)];
  return [1.25 * (x - 0.5), 1.25 * (y - 0.25)];
};

const spirals: Place = (label, share) => {
  const radius = 0.15 + 1.75 * share;
  const angle = 2.4 * radius + Math.PI * label;
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
};

const rings: Place = (label, share) => {
  const radius = label === 0 ? 0.65 : 1.6;
  return [radius * Math.cos(2 * Math.PI * share), radius * Math.sin(2 * Math.PI * share)];
};

const clouds: Place = (label, _, rng) => {
  const side = label === 0 ? -1 : 1;
  return [0.75 * side + 0.55 * rng.normal(), 0.4 * side + 0.55 * rng.normal()];
};

/** The data sets, in the order in which they are offered. */
export const DATA_SETS: readonly DataSet[] = [
  { id: 'moons', title: 'Two moons', place: moons },
  { id: 'spirals', title: 'Two spirals', place: spirals },
  { id: 'rings', title: 'Rings', place: rings },
  { id: 'clouds', title: 'Overlapping clouds', place: clouds },
];

/** The data set of that name. @throws RangeError if there is none. */
export function dataSetOf(id: string): DataSet {
  const found = DATA_SETS.find((dataSet) => dataSet.id === id);
  if (found === undefined) {
    throw new RangeError(`dataSetOf: there is no data set "${id}"; choose one of ${DATA_SETS.map((dataSet) => dataSet.id).join(', ')}.`);
  }
  return found;
}

function draw(id: DataId, count: number, noise: number, rng: Random): Pick<Points, 'places' | 'labels'> {
  const { place } = dataSetOf(id);
  const places = new Float32Array(2 * count);
  const labels = Int32Array.from({ length: count }, (_, index) => index % 2);
  labels.forEach((label, index) => {
    const [x, y] = place(label, rng.uniform(), rng);
    places.set([x + noise * rng.normal(), y + noise * rng.normal()], 2 * index);
  });
  return { places, labels };
}

/** The training points of a setting: half of each class, of which exactly round(wrong · points) then get the label of the other class. */
export function trainingPoints({ data, points, noise, wrong, seed }: Pick<NetSettings, 'data' | 'points' | 'noise' | 'wrong' | 'seed'>): Points {
  const { places, labels } = draw(data, points, noise, random(seed, 'playground points', data));
  const flipped = new Set(permutation(points, random(seed, 'playground labels')).subarray(0, Math.round(wrong * points)));
  return { places, labels: labels.map((label, index) => (flipped.has(index) ? 1 - label : label)), wrong: Array.from(labels, (_, index) => flipped.has(index)) };
}

/** The test points: the same for every seed, from the same distribution, with right labels only. */
export function testPoints({ data, noise }: Pick<NetSettings, 'data' | 'noise'>): Points {
  return { ...draw(data, TEST_POINTS, noise, random(0, 'playground test points', data)), wrong: Array.from({ length: TEST_POINTS }, () => false) };
}
