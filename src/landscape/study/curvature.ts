import type { TensorVector } from '../../engine/tensorVector';
import { hessian } from '../curvature/hessian';
import { spectralDensity, type SpectralDensity } from '../curvature/spectralDensity';
import type { Eigenpairs } from '../curvature/topEigenvalues';
import { hessianTrace, type TraceEstimate, type TraceOptions } from '../curvature/trace';
import type { LinearOperator } from '../operator';
import { layerSimilarity, type LayerSimilarity } from '../similarity/layerSimilarity';
import { labelName } from './settings';
import { costSince, curvatureLoss, NETS, storedPart, type Study, type Timed } from './study';

/** Reports products of a part as its progress, and stops with the study. */
function reporting({ onProgress, signal }: Study, part: string): Pick<TraceOptions<TensorVector>, 'onProgress' | 'signal'> {
  return { onProgress: ({ products, of }) => onProgress?.({ part, done: products, total: of }), ...(signal ? { signal } : {}) };
}

/** The trace of one network's Hessian: `trace-<label>.json`. With the eigenpairs at hand it takes far fewer products. */
export async function measureTrace(study: Study, net: 0 | 1, matrix: LinearOperator<TensorVector>, eigenpairs?: Eigenpairs<TensorVector>): Promise<void> {
  const { seed, traceProducts, labels } = study.settings;
  const part = `trace-${labelName(labels[net])}`;
  await storedPart<Timed<TraceEstimate>>(study, part, async () => {
    const started = performance.now();
    const found = await hessianTrace(matrix, { seed, products: traceProducts, ...(eigenpairs ? { eigenpairs } : {}), ...reporting(study, part) });
    return { ...found, ...costSince(started) };
  });
}

/** Trace and spectral density of both Hessians, with frozen batch norm: `trace-<label>.json` and `density-<label>.json`. */
export async function measureCurvature(study: Study): Promise<void> {
  const { networks, settings } = study;
  const { seed, densityProbes, densitySteps, labels } = settings;
  for (const net of NETS) {
    const matrix = hessian(curvatureLoss(study, net), networks[net].parameters);
    await measureTrace(study, net, matrix);
    const density = `density-${labelName(labels[net])}`;
    await storedPart<SpectralDensity>(study, density, () => spectralDensity(matrix, { seed, probes: densityProbes, steps: densitySteps, points: 501, ...reporting(study, density) }));
  }
}

/** Linear CKA between the layers of both networks: `similarity.json`. */
export async function measureSimilarity(study: Study): Promise<void> {
  const { model, networks, settings, data } = study;
  const [first, second] = networks.map((network) => ({ model, network }));
  await storedPart<LayerSimilarity>(study, 'similarity', () => Promise.resolve(layerSimilarity(first!, second!, data.probed, settings.normalization)));
}
