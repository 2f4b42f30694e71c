import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { batchesPerEpoch, trainingBatches, type Batch } from '../../data/batches';
import { imageCount } from '../../data/dataset';
import { TensorVector } from '../../engine/tensorVector';
import { disposeStatistics } from '../../models/initialise';
import { readSafetensors, writeSafetensors } from '../../models/safetensors';
import type { LossAndGradient } from '../../optim/step';
import { batchGradient } from '../../train/network';
import { bezierCurve, trainBezier } from '../connectivity/bezier';
import { lineBetween } from '../surface/directions';
import { evenly, linePoints } from '../surface/grid';
import { sampleInto, withSurface } from './surfaces';
import { surfaceLoss, type Study } from './study';

/** How far the straight line extends beyond both networks, in units of their distance. */
const BEYOND = 0.5;
/** Images in a step of the curve's training. */
const BATCH_SIZE = 128;

/** Train and test losses along paths between the networks. Between them neither network's statistics fit, so they are re-estimated. */
function pathLosses(study: Study) {
  const { training, test } = study.data;
  return { train: surfaceLoss(study, 0, training, 're-estimated'), test: surfaceLoss(study, 0, test, 're-estimated') };
}

/**
 * Evenly spaced places on the line through two networks at 0 and 1, and beyond both. The networks themselves are always among
 * them, since the barrier is measured from their losses.
 */
export function placesBetween(count: number): readonly number[] {
  return [...new Set([...evenly([-BEYOND, 1 + BEYOND], count), 0, 1])].sort((a, b) => a - b);
}

/** Train and test loss on the straight line through both networks: `interpolation.json`. */
export async function measureInterpolation(study: Study): Promise<void> {
  const { networks, settings } = study;
  await withSurface(lineBetween(networks[0].parameters, networks[1].parameters), (surface) =>
    sampleInto(study, 'interpolation', {
      surface,
      points: linePoints(placesBetween(settings.interpolationPoints)),
      losses: pathLosses(study),
      network: settings.weights.join(' to '),
      directions: 'straight line between two nets',
    }),
  );
}

/**
 * Trains a Bezier curve between the networks and measures train and test loss along it: `curve.json`.
 *
 * @param controlFile keeps the trained control point, a weights file too large to be stored with the numbers.
 * @throws Error if the file holds the control point of another curve; whatever `trainBezier` and `samplePoints` throw.
 */
export async function measureCurve(study: Study, controlFile: string): Promise<void> {
  const { networks, settings } = study;
  const [from, to] = networks.map(({ parameters }) => parameters) as [TensorVector, TensorVector];
  const control = existsSync(controlFile) ? readControl(controlFile, from, trainingOf(study)) : await trainControl(study, controlFile);
  try {
    const { plane, points } = bezierCurve(from, control, to);
    await withSurface(plane, (surface) =>
      sampleInto(study, 'curve', {
        surface,
        points,
        losses: pathLosses(study),
        network: settings.weights.join(' to '),
        directions: `quadratic Bezier curve, trained for ${settings.curveSteps} steps on batches of ${BATCH_SIZE}, learning rate ${settings.curveLearningRate}, seed ${settings.seed}`,
      }),
    );
  } finally {
    control.dispose();
  }
}

async function trainControl(study: Study, file: string): Promise<TensorVector> {
  const { networks, settings, onProgress, signal } = study;
  const control = await trainBezier(networks[0].parameters, networks[1].parameters, {
    gradient: batchGradients(study),
    steps: settings.curveSteps,
    learningRate: settings.curveLearningRate,
    seed: settings.seed,
    onProgress: ({ step, steps, secondsLeft }) => onProgress?.({ part: 'curve, training', done: step, total: steps, secondsLeft }),
    ...(signal ? { signal } : {}),
  });
  mkdirSync(dirname(file), { recursive: true });
  const arrays = control.toArrays();
  writeSafetensors(file, new Map(control.specs.map(({ name, shape }, index) => [name, { shape, values: arrays[index]! }])), { training: trainingOf(study) });
  return control;
}

/** All that decides a control point. */
function trainingOf({ settings, data }: Study): string {
  const { weights, normalization, curveSteps, curveLearningRate, seed, subsetSeed, imagesPerClass, heldOutPerClass } = settings;
  return JSON.stringify({ weights, images: data.training.name, normalization, curveSteps, curveLearningRate, seed, subsetSeed, imagesPerClass, heldOutPerClass });
}

function readControl(file: string, like: TensorVector, training: string): TensorVector {
  const { tensors, metadata } = readSafetensors(file);
  if (metadata['training'] !== training) {
    throw new Error(`measureCurve: ${file} was trained between other networks or with other settings; delete it to train the curve again, or choose another name.`);
  }
  const arrays = like.specs.map(({ name }) => {
    const entry = tensors.get(name);
    if (entry === undefined) {
      throw new Error(`measureCurve: ${file} lacks ${name}; delete it to train the curve again.`);
    }
    return entry.values;
  });
  return like.withElements(arrays);
}

/** Gradients of one batch after another, normalised by its own moments as in training, without augmentation. */
function batchGradients({ model, networks, data, settings }: Study): (point: TensorVector, step: number) => Promise<LossAndGradient<TensorVector>> {
  const batchSize = Math.min(BATCH_SIZE, imageCount(data.training));
  const perEpoch = batchesPerEpoch(imageCount(data.training), batchSize);
  let batches: Iterator<Batch> | undefined;
  return (point, step) => {
    if (batches === undefined || step % perEpoch === 0) {
      const augmentation = { cropPadding: 0, flip: false, cutout: 0 };
      batches = trainingBatches(data.training, { batchSize, epoch: 1 + Math.floor(step / perEpoch), seed: settings.seed, normalization: settings.normalization, augmentation });
    }
    const { loss, gradient, statistics } = batchGradient(model, point, networks[0].statistics, batches.next().value as Batch, 0);
    disposeStatistics(statistics);
    return Promise.resolve({ loss, gradient });
  };
}
