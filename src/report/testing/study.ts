import type { LossSource } from '../../landscape/operator';
import { STUDY_DEFAULTS } from '../../landscape/study/settings';
import { evenly, gridPoints, linePoints, type Coordinates } from '../../landscape/surface/grid';
import type { Samples } from '../../landscape/surface/store';
import type { LandscapeStudy, StudiedNet } from '../landscapeStudies';

const SOURCE: LossSource = { name: 'resnet50, imagenet stem on CIFAR-10', images: 500, precision: 'float32', batchSize: 250, batchNorm: 'frozen', labelSmoothing: 0 };

/** Samples of made-up losses, for tests of figures. */
export function testSamples(points: readonly Coordinates[], loss: (x: number, y: number) => number, sets: readonly string[] = ['train'], batchNorm: LossSource['batchNorm'] & string = 'frozen'): Samples {
  const series = sets.map((name, index) => {
    const values = points.map(([x, y]) => loss(x, y) + index);
    return [name, { loss: values, error: values.map((value) => Math.min(90, 20 * value)) }] as const;
  });
  return {
    network: 'net', directions: 'two random directions, filter-normalised and orthogonal, seed 0', points,
    losses: Object.fromEntries(sets.map((name) => [name, { ...SOURCE, batchNorm }])), series: Object.fromEntries(series),
  };
}

function testNet(label: string, weights: string, sharpness: number): StudiedNet {
  const axis = evenly([-0.8, 0.8], 25);
  const bowl = (x: number, y: number): number => 0.02 + sharpness * (x ** 2 + 0.6 * y ** 2 + 0.3 * x * y);
  const ripples = (x: number, y: number): number => bowl(x, y) * (1.3 + Math.sin(9 * x) * Math.cos(8 * y));
  return {
    label,
    weights,
    slice: testSamples(linePoints(evenly([-1, 1], 51)), bowl),
    plane: testSamples(gridPoints(axis, axis), ripples),
    eigenvectorPlane: testSamples(gridPoints(axis, axis), bowl),
    eigenvalues: {
      source: { matrix: 'hessian', loss: SOURCE, parameters: 'all', products: 'exact' }, dimension: 1e6, end: 'largest', converged: false, asymmetry: 1e-6, symmetric: true, iterations: 40, products: 45, tolerance: 1e-3, blockSize: 1, seed: 0,
      eigenvalues: [1, 2, 3, 4, 5].map((rank) => ({ value: (10 * sharpness) / rank, residual: 0.01 * rank, converged: rank < 5 })),
    },
    secant: { source: SOURCE, rho: 0.05, curvature: 70 },
    secantTwiceRho: { source: SOURCE, rho: 0.1, curvature: 40 },
    loss: { loss: sharpness / 100, error: 0, source: SOURCE },
    trace: {
      source: { matrix: 'hessian', loss: SOURCE, parameters: 'all', products: 'exact' }, dimension: 1e6, method: 'hutchinson', trace: 120 * sharpness, standardError: 4, samples: 60, products: 60, converged: true, tolerance: 0.05, seed: 0,
    },
    density: {
      source: { matrix: 'hessian', loss: SOURCE, parameters: 'all', products: 'exact' }, dimension: 1e6, eigenvalues: evenly([-10, 10 * sharpness], 101), density: evenly([-10, 10 * sharpness], 101).map((value) => Math.exp(-(value ** 2))),
      standardError: new Array<number>(101).fill(0), quadratures: [], probes: 2, iterations: 30, products: 60, residual: 0.1, converged: true, asymmetry: 1e-6, symmetric: true, tolerance: 0.01, width: 1, seed: 0,
    },
  };
}

/** A study with made-up numbers. */
export function testStudy(): LandscapeStudy {
  const weights = ['cifar10-resnet50-sgd-100-epochs-seed-0-dbd410fd', 'cifar10-resnet50-sam-100-epochs-seed-0-75241844'] as const;
  const layers = ['stem', 'layer1.0', 'fc'];
  return {
    name: 'test',
    settings: { ...STUDY_DEFAULTS, model: 'resnet50', stem: 'imagenet', dataset: 'cifar10', normalization: 'half', imagesPerClass: 100, heldOutPerClass: 100, subsetSeed: 0, labels: ['SGD', 'SAM'], weights },
    modelName: 'resnet50, imagenet stem',
    data: { name: 'CIFAR-10', synthetic: false, trainingImages: 1000, probedImages: 500, testImages: 1000 },
    nets: [testNet('SGD', weights[0], 8), testNet('SAM', weights[1], 3)],
    interpolation: testSamples(linePoints(evenly([-0.5, 1.5], 41)), (x) => 0.1 + 4 * Math.sin(Math.PI * x) ** 2, ['train', 'test'], 're-estimated'),
    curve: { ...testSamples(evenly([0, 1], 61).map((t): Coordinates => [2 * t * (1 - t), t ** 2]), (x) => 0.1 + x, ['train', 'test'], 're-estimated'), directions: 'quadratic Bezier curve, trained for 80 steps' },
    similarity: { rows: layers, columns: layers, cka: [[1, 0.5, 0.2], [0.5, 0.9, 0.3], [0.2, 0.3, 0.8]], images: 500 },
  };
}
