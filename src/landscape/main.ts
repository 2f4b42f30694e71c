import { join } from 'node:path';
import { loadDataset } from '../data/load';
import type { Dataset, DatasetPair } from '../data/dataset';
import { announceSynthetic } from '../data/syntheticNotice';
import { measureKernels } from '../engine/kernelChoice';
import { createModel } from '../models/create';
import { mixedPrecision } from '../models/mixedPrecision';
import type { Model } from '../models/model';
import { loadWeights } from '../models/torchvision';
import { reportProblem } from '../command/commandProblem';
import { disposeNetwork, type NetworkState } from '../train/network';
import { stopRequest } from '../command/stopRequest';
import { DATA, OWN_STORE, QUICK_STORE } from '../files/stores';
import { parseLandscapeArguments, type LandscapeRequest, type StudyPart } from './commandLine';
import { StoppedError } from '../progress/work';
import { networkLoss } from './networkLoss';
import { measureCurve, measureInterpolation } from './study/connections';
import { measureCurvature, measureSimilarity } from './study/curvature';
import { measureEigenvectors } from './study/eigenvectors';
import { atEqualLoss } from './study/equalLoss';
import { measureSharpness } from './study/sharpness';
import { openStudy, studyData, type Study, type StudyProgress } from './study/study';
import { measurePlanes, measureSlices } from './study/surfaces';
import { measureMinima } from './study/minima';
import { measureTrajectory, type TrajectoryInput } from './study/trajectory';
import type { ProbeSettings, StudySettings, TrainedSettings } from './study/settings';
import { checkImages, defaultLabels, findNetwork, findPath, TRAINED_KEYS, trainedSettings, weightsName, type TrainedNetwork } from './trainedNetworks';

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

/** Where runs store their weights. */
function stores({ store }: LandscapeRequest): readonly string[] {
  return [...new Set([store, OWN_STORE, DATA, QUICK_STORE])];
}

/** Loads the images that the networks learned from. @throws Error as `checkImages`. */
async function loadImages({ data, allowSynthetic }: LandscapeRequest, networks: readonly TrainedNetwork[], settings: TrainedSettings & ProbeSettings): Promise<DatasetPair> {
  const images = await loadDataset(settings.dataset, { folder: data, allowSynthetic, onSynthetic: announceSynthetic });
  checkImages(networks, studyData(images, settings).training.name);
  return images;
}

async function measureNets(request: Extract<LandscapeRequest, { kind: 'nets' }>, signal: AbortSignal): Promise<void> {
  const { store, name, parts } = request;
  const named = request.networks.map((word) => findNetwork(word, stores(request))) as [TrainedNetwork, TrainedNetwork];
  const measured = { ...trainedSettings(named, request.given), ...request.settings };
  const images = await loadImages(request, named, measured);
  const model = createModel(measured.model, measured.stem, images.train.classNames.length);
  const { probed } = studyData(images, measured);
  const found = request.atEqualLoss ? await atEqualLoss(named, { stores: stores(request), lossOf: (network) => lossOf(network, model, probed, measured, signal) }) : named;
  const weights = [weightsName(found[0].file), weightsName(found[1].file)] as const;
  const settings: StudySettings = { ...measured, labels: request.labels ?? defaultLabels(named), weights, ...(request.atEqualLoss ? { atEqualLoss: true } : {}) };
  const networks = [loadWeights(found[0].file, model), loadWeights(found[1].file, model)] as const;
  const folder = join(store, 'results', 'landscape', name);
  const study: Study = { model, networks, data: studyData(images, settings), settings, folder, onProgress: progressLines(), signal };
  const measures: Readonly<Record<StudyPart, () => Promise<void>>> = {
    similarity: () => measureSimilarity(study),
    slices: () => measureSlices(study),
    planes: () => measurePlanes(study),
    interpolation: () => measureInterpolation(study),
    curve: () => measureCurve(study, join(store, 'weights', `${name}-curve.safetensors`)),
    eigenvectors: () => measureEigenvectors(study),
    curvature: () => measureCurvature(study),
    sharpness: () => measureSharpness(study),
  };
  openStudy(study);
  console.log(`${settings.labels.join(' and ')}, trained with ${TRAINED_KEYS.flatMap((key) => (settings[key] === undefined ? [] : [`${key} ${settings[key]}`])).join(', ')}; the study goes to ${folder}`);
  const failed: StudyPart[] = [];
  for (const part of parts) {
    console.log(part);
    try {
      await measures[part]();
    } catch (error) {
      if (error instanceof StoppedError) {
        throw error;
      }
      // The other parts do not depend on it.
      reportProblem(error);
      failed.push(part);
    }
  }
  networks.forEach(disposeNetwork);
  if (failed.length > 0 && parts.length > 1) {
    console.error(`${failed.length} of ${parts.length} parts were not measured, for the reasons above; the same command tries them again: ${failed.join(', ')}.`);
  }
}

/** The loss of a stored network on images, with batch norm frozen, as for curvature. */
async function lossOf({ file }: TrainedNetwork, model: Model, images: Dataset, { normalization }: TrainedSettings, signal: AbortSignal): Promise<number> {
  const network = loadWeights(file, model);
  try {
    return (await networkLoss(model, network, images, { normalization, batchNorm: 'frozen', signal }).evaluate(network.parameters)).loss;
  } finally {
    disposeNetwork(network);
  }
}

/** Loads several networks, and frees them when `measure` is done. */
async function withNetworks(request: Exclude<LandscapeRequest, { kind: 'nets' }>, signal: AbortSignal, measure: (input: TrajectoryInput) => Promise<void>): Promise<void> {
  const { store, name } = request;
  const found = request.kind === 'path' ? findPath(request.networks, stores(request)) : request.networks.map((word) => findNetwork(word, stores(request)));
  const settings = { ...trainedSettings(found, request.given), ...request.settings };
  const pair = await loadImages(request, found, settings);
  const images: Dataset = studyData(pair, settings).probed;
  const files = found.map(({ file }) => file);
  const moments = (request.kind === 'minima' ? request.names : undefined) ?? files.map(weightsName);
  const plain = createModel(settings.model, settings.stem, pair.train.classNames.length);
  const model = settings.precision === 'mixed' ? mixedPrecision(plain) : plain;
  const snapshots: readonly NetworkState[] = files.map((file) => loadWeights(file, model));
  await measure({
    model, snapshots, images, name, signal, moments,
    network: weightsName(files.at(-1)!),
    normalization: settings.normalization,
    gridPoints: settings.gridPoints,
    folder: join(store, 'results', 'landscape', name),
    onProgress: progressLines(),
  });
  snapshots.forEach(disposeNetwork);
}

function measurePath(request: Extract<LandscapeRequest, { kind: 'path' }>, signal: AbortSignal): Promise<void> {
  return withNetworks(request, signal, async (input) => {
    const { explainedVariance } = await measureTrajectory(input);
    console.log(`The plane holds ${explainedVariance.map((share) => `${(100 * share).toFixed(1)} %`).join(' and ')} of the variance of the path.`);
  });
}

function measurePlaneOfMinima(request: Extract<LandscapeRequest, { kind: 'minima' }>, signal: AbortSignal): Promise<void> {
  return withNetworks(request, signal, async (input) => {
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
  if (error instanceof StoppedError) {
    process.exitCode = 130;
    return;
  }
  reportProblem(error);
});
