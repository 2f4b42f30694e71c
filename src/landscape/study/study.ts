import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { imageCount, type Dataset, type DatasetPair } from '../../data/dataset';
import { symmetricLabelNoise } from '../../data/labelNoise';
import { balancedSubset, splitHeldOut } from '../../data/subset';
import type { TensorVector } from '../../engine/tensorVector';
import { writeAtomically } from '../../files/atomicFile';
import { readJsonFile } from '../../files/jsonFile';
import { describeEnvironment, type Environment } from '../../machine/environment';
import { mixedPrecision } from '../../models/mixedPrecision';
import type { Model } from '../../models/model';
import type { Stoppable } from '../../progress/work';
import type { NetworkState } from '../../train/network';
import { networkLoss } from '../networkLoss';
import type { BatchNormMode, LossFunction } from '../operator';
import { readSamples, samplesDone } from '../surface/store';
import { flagOf } from '../trainedNetworks';
import { labelName, type ProbeSettings, type StudyRecord, type StudySettings, type TrainedSettings } from './settings';

/** Both networks of a study. */
export const NETS = [0, 1] as const;

/** How far one part of a study is. */
export interface StudyProgress {
  /** Such as "plane-sgd". */
  readonly part: string;
  readonly done: number;
  readonly total: number;
  readonly secondsLeft?: number;
}

/** The images of a study. */
export interface StudyData {
  /** All training images of the networks. */
  readonly training: Dataset;
  /** The part of them that surfaces and curvature are measured on. */
  readonly probed: Dataset;
  readonly test: Dataset;
}

/** Two trained networks of one architecture, the images they are measured on, and where the numbers go. A stopped study resumes at the next call. */
export interface Study extends Stoppable {
  readonly model: Model;
  /** In the order of `settings.labels`. */
  readonly networks: readonly [NetworkState, NetworkState];
  readonly data: StudyData;
  readonly settings: StudySettings;
  /** One file for each part of the study. */
  readonly folder: string;
  readonly onProgress?: (progress: StudyProgress) => void;
}

/** A part of the images to probe. @throws RangeError if a class has fewer. */
function probedPart(dataset: Dataset, key: 'probedPerClass' | 'testPerClass', perClass: number, seed: number): Dataset {
  const classes = dataset.classNames.length;
  const fewest = Math.min(...Array.from({ length: classes }, (_, label) => dataset.labels.filter((one) => one === label).length));
  if (perClass > fewest) {
    throw new RangeError(`studyData: ${key} ${perClass} is more than the ${fewest} images of a class in the ${key === 'testPerClass' ? 'test' : "networks' training"} images; give ${flagOf(key)} ${fewest} or less, 0 for all of them.`);
  }
  return perClass > 0 ? balancedSubset(dataset, { imagesPerClass: perClass, seed }) : dataset;
}

/**
 * Draws the images of a study: the networks' training images as their run drew them, a part of these, and a part of the test set.
 *
 * @throws RangeError if there are fewer images than a setting asks for.
 */
export function studyData({ train, test }: DatasetPair, settings: TrainedSettings & ProbeSettings): StudyData {
  const { heldOutPerClass, imagesPerClass, labelNoise = 0, probedPerClass, testPerClass, subsetSeed: seed } = settings;
  const { kept } = heldOutPerClass > 0 ? splitHeldOut(train, { perClass: heldOutPerClass, seed }) : { kept: train };
  const clean = imagesPerClass > 0 ? balancedSubset(kept, { imagesPerClass, seed }) : kept;
  const training = labelNoise > 0 ? symmetricLabelNoise(clean, { fraction: labelNoise, seed }) : clean;
  return { training, probed: probedPart(training, 'probedPerClass', probedPerClass, seed), test: probedPart(test, 'testPerClass', testPerClass, seed) };
}

const studyShape = z.looseObject({ settings: z.looseObject({}), modelName: z.string(), data: z.looseObject({}) });

function readStudyRecord(file: string): unknown {
  const mend = 'restore it, or delete its folder to measure again';
  return readJsonFile(file, { reader: 'openStudy', what: 'the description of a study', shape: studyShape, mend });
}

/**
 * Writes the study's description to `study.json`, or checks that the folder holds the same study.
 *
 * @throws RangeError if both networks are called the same, for the labels are part of the names of files and figures; Error if the folder holds
 * another study: its parts would not fit together.
 */
export function openStudy({ model, data, settings, folder }: Study): void {
  const [one, other] = settings.labels;
  if (labelName(one) === labelName(other)) {
    throw new RangeError(`openStudy: expected two networks whose labels differ in letters or digits, got "${one}" and "${other}", which would share their files; name two networks, or give --labels.`);
  }
  const { training, probed, test } = data;
  const images = { trainingImages: imageCount(training), probedImages: imageCount(probed), testImages: imageCount(test) };
  const record: StudyRecord = { settings, modelName: model.name, data: { name: training.name, synthetic: training.synthetic, ...images } };
  const file = join(folder, 'study.json');
  if (existsSync(file) && !isDeepStrictEqual(readStudyRecord(file), JSON.parse(JSON.stringify(record)))) {
    throw new Error(`openStudy: ${folder} holds a study with other settings, networks or images; choose another name, or delete the folder to measure again.`);
  }
  mkdirSync(folder, { recursive: true });
  writeAtomically(file, [Buffer.from(`${JSON.stringify(record, null, 1)}\n`)]);
}

/** The loss that surfaces and paths show, in the study's precision. `frozen` batch norm is that of the network with this index. */
export function surfaceLoss({ model, networks, settings, signal }: Study, index: 0 | 1, dataset: Dataset, batchNorm: BatchNormMode = settings.batchNorm): LossFunction<TensorVector> {
  const inPrecision = settings.precision === 'mixed' ? mixedPrecision(model) : model;
  return networkLoss(inPrecision, networks[index], dataset, { normalization: settings.normalization, batchNorm, ...(signal ? { signal } : {}) });
}

/** The loss whose curvature and sharpness are measured: float32, with batch norm frozen, which has a gradient. */
export function curvatureLoss({ model, networks, settings, data, signal }: Study, index: 0 | 1): LossFunction<TensorVector> {
  return networkLoss(model, networks[index], data.probed, { normalization: settings.normalization, batchNorm: 'frozen', ...(signal ? { signal } : {}) });
}

/** What a part cost. */
export interface PartCost {
  readonly seconds: number;
  /** Machine, versions and commit. */
  readonly environment: Environment;
}

/** A part's numbers with their cost; absent from studies of versions that did not store it. */
export type Timed<T> = T & Partial<PartCost>;

/** The cost of what began at a time of `performance.now()`. */
export function costSince(started: number): PartCost {
  return { seconds: Math.round((performance.now() - started) / 1000), environment: describeEnvironment() };
}

/** Whether a part has a file. */
export function isStored({ folder }: Study, part: string): boolean {
  return existsSync(join(folder, `${part}.json`));
}

/** Whether a part's line, plane or curve has been measured to its end. */
export function isMeasured({ folder }: Study, part: string): boolean {
  const file = join(folder, `${part}.json`);
  if (!existsSync(file)) {
    return false;
  }
  const samples = readSamples(file);
  return samplesDone(samples) === samples.points.length;
}

/** Returns what a part's file holds, or computes and stores it. The file appears whole or not at all. @throws Error that names the file, if it is damaged. */
export async function storedPart<T>({ folder }: Study, part: string, compute: () => Promise<T>): Promise<T> {
  const file = join(folder, `${part}.json`);
  if (existsSync(file)) {
    return readJsonFile(file, { reader: 'storedPart', what: `the stored part "${part}" of a study`, shape: z.looseObject({}), mend: 'delete it, and only this part is measured again' }) as T;
  }
  const result = await compute();
  writeAtomically(file, [Buffer.from(`${JSON.stringify(result)}\n`)]);
  return result;
}
