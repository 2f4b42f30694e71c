import { hessian } from '../curvature/hessian';
import { spectralDensity, type SpectralDensity } from '../curvature/spectralDensity';
import { hessianTrace, type TraceEstimate } from '../curvature/trace';
import { layerSimilarity, type LayerSimilarity } from '../similarity/layerSimilarity';
import { labelName } from './settings';
import { curvatureLoss, storedPart, type Study } from './study';

/** Trace and spectral density of both Hessians, with frozen batch norm: `trace-<label>.json` and `density-<label>.json`. */
export async function measureCurvature(study: Study): Promise<void> {
  const { networks, settings, onProgress, signal } = study;
  const { seed, traceProducts, densityProbes, densitySteps } = settings;
  for (const net of [0, 1] as const) {
    const matrix = hessian(curvatureLoss(study, net), networks[net].parameters);
    const reporting = (part: string) => ({ onProgress: ({ products, of }: { products: number; of: number }) => onProgress?.({ part, done: products, total: of }), ...(signal ? { signal } : {}) });
    const [trace, density] = [`trace-${labelName(settings.labels[net])}`, `density-${labelName(settings.labels[net])}`];
    await storedPart<TraceEstimate>(study, trace, () => hessianTrace(matrix, { seed, products: traceProducts, ...reporting(trace) }));
    await storedPart<SpectralDensity>(study, density, () => spectralDensity(matrix, { seed, probes: densityProbes, steps: densitySteps, points: 501, ...reporting(density) }));
  }
}

/** Linear CKA between the layers of both networks: `similarity.json`. */
export async function measureSimilarity(study: Study): Promise<void> {
  const { model, networks, settings, data } = study;
  const [first, second] = networks.map((network) => ({ model, network }));
  await storedPart<LayerSimilarity>(study, 'similarity', () => Promise.resolve(layerSimilarity(first!, second!, data.probed, settings.normalization)));
}
