import { join } from 'node:path';
import { loadDataset } from '../data/load';
import type { Dataset } from '../data/dataset';
import { measureKernels } from '../engine/kernelChoice';
import { createModel } from '../models/create';
import { mixedPrecision } from '../models/mixedPrecision';
import { loadWeights } from '../models/torchvision';
import { disposeNetwork, type NetworkState } from '../train/network';
import { stopRequest } from '../train/stopRequest';
import { parseLandscapeArguments, weightsName, type LandscapeRequest, type StudyPart } from './commandLine';
import { ProbeStopped } from '../progress/work';
import { measureCurve, measureInterpolation } from './study/connections';
import { measureCurvature, measureSimilarity } from './study/curvature';
import { measureSharpness } from './study/sharpness';
import { openStudy, studyData, type Study, type StudyProgress } from './study/study';
import { measureEigenvectorPlanes, measurePlanes, measureSlices } from './study/surfaces';
import { measureMinima } from './study/minima';
import { measureTrajectory, type TrajectoryInput } from './study/trajectory';

/** Seconds between lines of progress. */
const TELL_SECONDS = 10;

function progressLines(): (progress: StudyProgress) => void {
  let toldAt = -Infinity;
  return ({ part, done, total, secondsLeft }) => {
    if (performance.now() - toldAt >= 1000 * TELL_SECONDS || done === total) {
      toldAt = performance.now();
      const left = secondsLeft === undefined ? '' : `, ${Math.ceil(secondsLeft / 60)} min left`;
      console.log(`  ${part}: ${done} of ${total}${left}`);
    }
  };
}

async function measureNets(request: Extract<LandscapeRequest, { kind: 'nets' }>, signal: AbortSignal): Promise<void> {
  const { settings, files, data, name, parts } = request;
  const images = await loadDataset(settings.dataset, { folder: data, allowSynthetic: false });
  const model = createModel(settings.model, settings.stem, images.train.classNames.length);
  const networks = [loadWeights(files[0], model), loadWeights(files[1], model)] as const;
  const folder = join(data, 'results', 'landscape', name);
  const study: Study = { model, networks, data: studyData(images, settings), settings, folder, onProgress: progressLines(), signal };
  const measures: Readonly<Record<StudyPart, () => Promise<void>>> = {
    similarity: () => measureSimilarity(study),
    slices: () => measureSlices(study),
    planes: () => measurePlanes(study),
    interpolation: () => measureInterpolation(study),
    curve: () => measureCurve(study, join(data, 'weights', `${name}-curve.safetensors`)),
    eigenvectors: () => measureEigenvectorPlanes(study),
    curvature: () => measureCurvature(study),
    sharpness: () => measureSharpness(study),
  };
  openStudy(study);
  for (const part of parts) {
    console.log(part);
    await measures[part]();
  }
  networks.forEach(disposeNetwork);
}

/** Loads the networks of several weights files, and frees them when `measure` is done. */
async function withNetworks(request: Exclude<LandscapeRequest, { kind: 'nets' }>, moments: readonly string[], signal: AbortSignal, measure: (input: TrajectoryInput) => Promise<void>): Promise<void> {
  const { settings, files, data, name } = request;
  const pair = await loadDataset(settings.dataset, { folder: data, allowSynthetic: false });
  const images: Dataset = studyData(pair, { ...settings, weights: ['', ''] }).probed;
  const plain = createModel(settings.model, settings.stem, pair.train.classNames.length);
  const model = settings.precision === 'mixed' ? mixedPrecision(plain) : plain;
  const snapshots: readonly NetworkState[] = files.map((file) => loadWeights(file, model));
  await measure({
    model, snapshots, images, name, signal, moments,
    network: weightsName(files.at(-1)!),
    normalization: settings.normalization,
    gridPoints: settings.gridPoints,
    folder: join(data, 'results', 'landscape', name),
    onProgress: progressLines(),
  });
  snapshots.forEach(disposeNetwork);
}

function measurePath(request: Extract<LandscapeRequest, { kind: 'path' }>, signal: AbortSignal): Promise<void> {
  return withNetworks(request, request.files.map(weightsName), signal, async (input) => {
    const { explainedVariance } = await measureTrajectory(input);
    console.log(`The plane holds ${explainedVariance.map((share) => `${(100 * share).toFixed(1)} %`).join(' and ')} of the variance of the path.`);
  });
}

function measurePlaneOfMinima(request: Extract<LandscapeRequest, { kind: 'minima' }>, signal: AbortSignal): Promise<void> {
  return withNetworks(request, request.names, signal, async (input) => {
    await measureMinima(input);
  });
}

async function main(): Promise<void> {
  const request = parseLandscapeArguments(process.argv.slice(2));
  const signal = stopRequest();
  if (request.kernelTable !== undefined) {
    measureKernels(request.kernelTable);
  }
  switch (request.kind) {
    case 'nets':
      return measureNets(request, signal);
    case 'minima':
      return measurePlaneOfMinima(request, signal);
    case 'path':
      return measurePath(request, signal);
  }
}

main().catch((error: unknown) => {
  if (error instanceof ProbeStopped) {
    process.exitCode = 130;
    return;
  }
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
