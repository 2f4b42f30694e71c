import { join } from 'node:path';
import type { TensorVector } from '../../engine/tensorVector';
import { hessian } from '../curvature/hessian';
import { secantCurvature, type SecantCurvature } from '../curvature/secantCurvature';
import { topEigenvalues, type TopEigenvalues } from '../curvature/topEigenvalues';
import type { LossFunction, LossSource, PointLoss } from '../operator';
import { randomLine, randomPlane } from '../surface/directions';
import { evenly, gridPoints, linePoints } from '../surface/grid';
import { disposeDirections, planeOf, type Line, type Plane } from '../surface/plane';
import { sharedRange, type SharedRange } from '../surface/range';
import { samplePoints, type SampleInput } from '../surface/sample';
import { labelName } from './settings';
import { curvatureLoss, isMeasured, isStored, storedPart, surfaceLoss, type Study } from './study';

const NETS = [0, 1] as const;

/** The loss of one network on the probed images, as plain data. */
export interface StudyLoss extends PointLoss {
  readonly source: LossSource;
}

/** Distances over which the curvature along the first eigenvector is measured, in units of rho, with the part that holds it. */
const SECANTS = [{ part: 'secant', radii: 1 }, { part: 'secant-twice-rho', radii: 2 }] as const;

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

/** The search takes a number of radii that is not known beforehand, so the reported total is the number tried so far. */
function rangeOf({ settings, onProgress }: Study, planes: readonly Plane<TensorVector>[], losses: readonly LossFunction<TensorVector>[]): Promise<SharedRange> {
  let tried = 0;
  return sharedRange(
    planes.map((surface, net) => ({ surface, loss: losses[net]! })),
    settings.rimMultiple,
    { onProgress: ({ radius }) => onProgress?.({ part: `range, radius ${radius.toPrecision(3)}`, done: ++tried, total: tried }) },
  );
}

/**
 * The largest eigenvalues of both Hessians, and the surfaces along the first two eigenvectors over one range:
 * `eigenvalues-<label>.json`, `eigenvector-range.json` and `eigenvector-plane-<label>.json`; the curvature over rho and over 2 rho
 * along the first eigenvector, `secant-<label>.json` and `secant-twice-rho-<label>.json`; and the loss there, `loss-<label>.json`, since
 * networks with different losses are not comparable places.
 *
 * Batch norm is frozen at each network's statistics, whatever the planes use.
 */
export async function measureEigenvectorPlanes(study: Study): Promise<void> {
  const { networks, settings, onProgress } = study;
  if (NETS.every((net) => isMeasured(study, `eigenvector-plane-${labelName(settings.labels[net])}`) && SECANTS.every(({ part }) => isStored(study, `${part}-${labelName(settings.labels[net])}`)))) {
    // Eigenvectors are too large to be stored, so they are computed again only if something is missing.
    return;
  }
  const losses = NETS.map((net) => curvatureLoss(study, net));
  const planes: Plane<TensorVector>[] = [];
  try {
    for (const net of NETS) {
      const part = `eigenvalues-${labelName(settings.labels[net])}`;
      const { parameters } = networks[net];
      const { result, vectors } = await topEigenvalues(hessian(losses[net]!, parameters), {
        count: Math.max(2, settings.eigenvalues),
        seed: settings.seed,
        maxIterations: settings.eigenvalueProducts,
        onProgress: ({ iterations, of }) => onProgress?.({ part, done: iterations, total: of }),
      });
      const [x, y, ...rest] = vectors as [TensorVector, TensorVector, ...TensorVector[]];
      rest.forEach((vector) => vector.dispose());
      planes.push(planeOf(parameters, x, y));
      await storedPart<TopEigenvalues>(study, part, () => Promise.resolve(result));
      for (const { part: secant, radii } of SECANTS) {
        await storedPart<SecantCurvature>(study, `${secant}-${labelName(settings.labels[net])}`, () => secantCurvature(losses[net]!, parameters, x, { rho: radii * settings.rho }));
      }
      await storedPart<StudyLoss>(study, `loss-${labelName(settings.labels[net])}`, async () => ({ ...(await losses[net]!.evaluate(parameters)), source: losses[net]!.source }));
    }
    const range = await storedPart<SharedRange>(study, 'eigenvector-range', () => rangeOf(study, planes, losses));
    const axis = evenly([-range.radius, range.radius], settings.gridPoints);
    for (const net of NETS) {
      await sampleInto(study, `eigenvector-plane-${labelName(settings.labels[net])}`, {
        surface: planes[net]!,
        points: gridPoints(axis, axis),
        losses: { train: losses[net]! },
        network: settings.weights[net],
        directions: "the Hessian's top two eigenvectors, of length 1",
      });
    }
  } finally {
    planes.forEach(disposeDirections);
  }
}
