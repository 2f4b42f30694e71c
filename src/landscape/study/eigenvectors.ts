import type { TensorVector } from '../../engine/tensorVector';
import { hessian } from '../curvature/hessian';
import { secantCurvature, type SecantCurvature } from '../curvature/secantCurvature';
import { topEigenvalues, type Eigenpairs, type TopEigenvalues } from '../curvature/topEigenvalues';
import type { LinearOperator, LossFunction, LossSource, PointLoss } from '../operator';
import { evenly, gridPoints } from '../surface/grid';
import { disposeDirections, planeOf, type Plane } from '../surface/plane';
import type { SharedRange } from '../surface/range';
import { measureTrace } from './curvature';
import { labelName } from './settings';
import { costSince, curvatureLoss, isMeasured, isStored, NETS, storedPart, type Study, type Timed } from './study';
import { rangeOf, sampleInto } from './surfaces';

/** The loss of one network on the probed images, as plain data. */
export interface StudyLoss extends PointLoss {
  readonly source: LossSource;
}

/** Distances over which the curvature along the first eigenvector is measured, in units of rho, with the part that holds it. */
const SECANTS = [{ part: 'secant', radii: 1 }, { part: 'secant-twice-rho', radii: 2 }] as const;

/** Whether everything of a network is stored. */
function isComplete(study: Study, net: 0 | 1): boolean {
  const label = labelName(study.settings.labels[net]);
  return isMeasured(study, `eigenvector-plane-${label}`) && ['eigenvalues', 'trace', 'loss', ...SECANTS.map(({ part }) => part)].every((part) => isStored(study, `${part}-${label}`));
}

/**
 * The largest eigenvalues of both Hessians, `eigenvalues-<label>.json`, and what follows from their vectors: the trace,
 * `trace-<label>.json`; the curvature over rho and over 2 rho along the first, `secant-<label>.json` and `secant-twice-rho-<label>.json`;
 * the surfaces along the first two over one range, `eigenvector-range.json` and `eigenvector-plane-<label>.json`; and the loss of each
 * network, `loss-<label>.json`, since networks with different losses are not comparable places.
 *
 * Batch norm is frozen at each network's statistics, whatever the planes use.
 */
export async function measureEigenvectors(study: Study): Promise<void> {
  // Eigenvectors are too large to be stored, so they are computed again only where something is missing. The range is of both networks.
  const wanted = isStored(study, 'eigenvector-range') ? NETS.filter((net) => !isComplete(study, net)) : NETS;
  if (wanted.length === 0) {
    return;
  }
  const losses = wanted.map((net) => curvatureLoss(study, net));
  const planes: Plane<TensorVector>[] = [];
  try {
    for (const [index, net] of wanted.entries()) {
      planes.push(await measureAtNetwork(study, net, losses[index]!));
    }
    await measureEigenvectorPlanes(study, wanted, planes, losses);
  } finally {
    planes.forEach(disposeDirections);
  }
}

/** Everything but the surfaces, of one network; returns the plane along its first two eigenvectors. */
async function measureAtNetwork(study: Study, net: 0 | 1, loss: LossFunction<TensorVector>): Promise<Plane<TensorVector>> {
  const { networks, settings } = study;
  const { parameters } = networks[net];
  const label = labelName(settings.labels[net]);
  const matrix = hessian(loss, parameters);
  const eigenpairs = await findEigenpairs(study, matrix, `eigenvalues-${label}`);
  const [x, y, ...rest] = eigenpairs.vectors as [TensorVector, TensorVector, ...TensorVector[]];
  try {
    await measureTrace(study, net, matrix, eigenpairs);
    for (const { part, radii } of SECANTS) {
      await storedPart<SecantCurvature>(study, `${part}-${label}`, () => secantCurvature(loss, parameters, x, { rho: radii * settings.rho }));
    }
    await storedPart<StudyLoss>(study, `loss-${label}`, async () => ({ ...(await loss.evaluate(parameters)), source: loss.source }));
    return planeOf(parameters, x, y);
  } catch (error) {
    [x, y].forEach((vector) => vector.dispose());
    throw error;
  } finally {
    rest.forEach((vector) => vector.dispose());
  }
}

/** Computes the eigenpairs; stores their values, where they are not stored yet. */
async function findEigenpairs(study: Study, matrix: LinearOperator<TensorVector>, part: string): Promise<Eigenpairs<TensorVector>> {
  const { settings, onProgress, signal } = study;
  const started = performance.now();
  const eigenpairs = await topEigenvalues(matrix, {
    count: Math.max(2, settings.eigenvalues),
    seed: settings.seed,
    maxIterations: settings.eigenvalueProducts,
    onProgress: ({ iterations, of }) => onProgress?.({ part, done: iterations, total: of }),
    ...(signal ? { signal } : {}),
  });
  try {
    await storedPart<Timed<TopEigenvalues>>(study, part, () => Promise.resolve({ ...eigenpairs.result, ...costSince(started) }));
    return eigenpairs;
  } catch (error) {
    eigenpairs.vectors.forEach((vector) => vector.dispose());
    throw error;
  }
}

async function measureEigenvectorPlanes(study: Study, nets: readonly (0 | 1)[], planes: readonly Plane<TensorVector>[], losses: readonly LossFunction<TensorVector>[]): Promise<void> {
  const { settings } = study;
  const range = await storedPart<SharedRange>(study, 'eigenvector-range', () => rangeOf(study, planes, losses));
  const axis = evenly([-range.radius, range.radius], settings.gridPoints);
  for (const [index, net] of nets.entries()) {
    await sampleInto(study, `eigenvector-plane-${labelName(settings.labels[net])}`, {
      surface: planes[index]!,
      points: gridPoints(axis, axis),
      losses: { train: losses[index]! },
      network: settings.weights[net],
      directions: "the Hessian's top two eigenvectors, of length 1",
    });
  }
}
