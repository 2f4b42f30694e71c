import { join } from 'node:path';
import type { TensorVector } from '../../engine/tensorVector';
import type { LossFunction } from '../operator';
import { randomLine, randomPlane } from '../surface/directions';
import { evenly, gridPoints, linePoints } from '../surface/grid';
import { disposeDirections, type Line, type Plane } from '../surface/plane';
import { sharedRange, type SharedRange } from '../surface/range';
import { samplePoints, type SampleInput } from '../surface/sample';
import { labelName } from './settings';
import { NETS, storedPart, surfaceLoss, type Study } from './study';

/** Half the length of a slice, in units of a filter-normalised direction. */
const SLICE_RADIUS = 1;

/** Measures one line or plane of a study, and stores it under the part's name. */
export async function sampleInto(study: Study, part: string, input: Pick<SampleInput<TensorVector>, 'surface' | 'points' | 'losses' | 'network' | 'directions'>): Promise<void> {
  const { folder, onProgress, signal } = study;
  await samplePoints({
    ...input,
    file: join(folder, `${part}.json`),
    onProgress: ({ done, total, secondsLeft }) => onProgress?.({ part, done, total, secondsLeft }),
    ...(signal ? { signal } : {}),
  });
}

/** Calls `body` with a surface, whose directions are freed afterwards. */
export async function withSurface<S extends Line<TensorVector> | Plane<TensorVector>, T>(surface: S, body: (surface: S) => Promise<T>): Promise<T> {
  try {
    return await body(surface);
  } finally {
    disposeDirections(surface);
  }
}

/** Slices through both networks along the same random draw, normalised to each: `slice-<label>.json`. */
export async function measureSlices(study: Study): Promise<void> {
  const { networks, settings, data } = study;
  for (const net of NETS) {
    await withSurface(randomLine(networks[net].parameters, { seed: settings.seed }), (surface) =>
      sampleInto(study, `slice-${labelName(settings.labels[net])}`, {
        surface,
        points: linePoints(evenly([-SLICE_RADIUS, SLICE_RADIUS], settings.slicePoints)),
        losses: { train: surfaceLoss(study, net, data.probed) },
        network: settings.weights[net],
        directions: `random, filter-normalised, seed ${settings.seed}`,
      }),
    );
  }
}

/** Planes through both networks along the same two random draws, over one range: `range.json` and `plane-<label>.json`. */
export async function measurePlanes(study: Study): Promise<void> {
  const { networks, settings, data } = study;
  const planes = NETS.map((net) => randomPlane(networks[net].parameters, { seed: settings.seed, orthogonal: true }));
  try {
    const losses = NETS.map((net) => surfaceLoss(study, net, data.probed));
    const range = await storedPart<SharedRange>(study, 'range', () => rangeOf(study, planes, losses));
    const axis = evenly([-range.radius, range.radius], settings.gridPoints);
    for (const net of NETS) {
      await sampleInto(study, `plane-${labelName(settings.labels[net])}`, {
        surface: planes[net]!,
        points: gridPoints(axis, axis),
        losses: { train: losses[net]! },
        network: settings.weights[net],
        directions: `two random directions, filter-normalised and orthogonal, seed ${settings.seed}`,
      });
    }
  } finally {
    planes.forEach(disposeDirections);
  }
}

/** One range for both planes. The search takes a number of radii that is not known beforehand, so the reported total is the number tried so far. */
export function rangeOf({ settings, onProgress }: Study, planes: readonly Plane<TensorVector>[], losses: readonly LossFunction<TensorVector>[]): Promise<SharedRange> {
  let tried = 0;
  return sharedRange(
    planes.map((surface, net) => ({ surface, loss: losses[net]! })),
    settings.rimMultiple,
    { onProgress: ({ radius }) => onProgress?.({ part: `range, radius ${radius.toPrecision(3)}`, done: ++tried, total: tried }) },
  );
}
