import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { MODEL_NAMES, OWN_STEM } from '../models/names';
import { readTrainingRecord, type TrainingRecord } from '../models/trainingRecord';
import type { TrainedSettings } from './study/settings';

/** A weights file, and the record of its training; files that PyTorch wrote have none. */
export interface TrainedNetwork {
  readonly file: string;
  readonly record: TrainingRecord | undefined;
}

const ENDING = '.safetensors';

/** Name of a weights file, without folder and ending; for a run its identifier, for a snapshot the identifier and the epoch, such as "RUN-epoch-010". */
export function weightsName(file: string): string {
  const name = basename(file).replace(/\.safetensors$/, '');
  return /^epoch-\d+$/.test(name) ? `${basename(dirname(file))}-${name}` : name;
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

/**
 * The weights file of a run, or the named file itself.
 *
 * @param word a run's identifier, or a file.
 * @param stores folders in whose `weights` runs leave their networks; the first that has it counts.
 * @throws Error if there is no such file.
 */
export function findNetwork(word: string, stores: readonly string[]): TrainedNetwork {
  const places = stores.map((store) => join(store, 'weights', `${word}${ENDING}`));
  const file = [word, ...places].find(isFile);
  if (file === undefined) {
    throw new Error(`findNetwork: "${word}" is neither a weights file nor a run whose weights are here; looked for ${[word, ...places].join(', ')}. Make that run first (npm run experiment), or name a file.`);
  }
  return { file, record: readTrainingRecord(file) };
}

/** The networks along a training path: those of the named files, or all snapshots of the one run named. @throws Error as `findNetwork`. */
export function findPath(words: readonly string[], stores: readonly string[]): readonly TrainedNetwork[] {
  const [run, ...more] = words;
  const folder = more.length > 0 || run === undefined ? undefined : stores.map((store) => join(store, 'weights', run)).find(existsSync);
  const files = folder === undefined ? words : readdirSync(folder).filter((name) => name.endsWith(ENDING)).sort().map((name) => join(folder, name));
  return files.map((word) => findNetwork(word, stores));
}

const trained = z.object({
  model: z.enum(MODEL_NAMES),
  stem: z.enum(['imagenet', 'cifar']),
  dataset: z.enum(['cifar10', 'cifar100']),
  normalization: z.enum(['half', 'dataset']),
  imagesPerClass: z.int().nonnegative(),
  heldOutPerClass: z.int().nonnegative(),
  subsetSeed: z.int(),
  labelNoise: z.number().min(0).max(1).optional(),
});

type TrainedKey = keyof TrainedSettings;
/** The settings that a weights file or the flags must give. */
export const TRAINED_KEYS = Object.keys(trained.shape) as readonly TrainedKey[];

/** The flag of a setting, such as "--images-per-class". */
export function flagOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function readsStem({ model }: Partial<TrainedSettings>): boolean {
  return model === undefined || !OWN_STEM.includes(model);
}

function drawsImages({ imagesPerClass = 0, heldOutPerClass = 0, labelNoise = 0 }: Partial<TrainedSettings>): boolean {
  return imagesPerClass > 0 || heldOutPerClass > 0 || labelNoise > 0;
}

/** The settings that have an effect, as text; one without an effect cannot contradict another. */
function deciding(settings: Partial<TrainedSettings>): Map<TrainedKey, string> {
  const decides: Partial<Record<TrainedKey, boolean>> = { stem: readsStem(settings), subsetSeed: drawsImages(settings), labelNoise: (settings.labelNoise ?? 0) > 0 };
  return new Map(TRAINED_KEYS.flatMap((key) => (settings[key] !== undefined && decides[key] !== false ? [[key, String(settings[key])] as const] : [])));
}

function recordedSettings({ file, record }: TrainedNetwork): TrainedSettings | undefined {
  if (record === undefined) {
    return undefined;
  }
  const { success, data, error } = trained.safeParse(record.config);
  if (!success) {
    throw new Error(`trainedSettings: the metadata of ${file} does not say what the network was trained with (${z.prettifyError(error).replaceAll('\n', ' ')}).`);
  }
  const { labelNoise, ...settings } = data;
  return { ...settings, ...(labelNoise === undefined || labelNoise === 0 ? {} : { labelNoise }) };
}

/** @throws RangeError if a flag says something else than the run's own record. */
function checkFlags(given: Partial<TrainedSettings>, settings: TrainedSettings, file: string): void {
  const own = deciding(settings);
  const contradicted = TRAINED_KEYS.filter((key) => given[key] !== undefined && own.has(key) && own.get(key) !== String(given[key]));
  if (contradicted.length > 0) {
    const said = contradicted.map((key) => `${flagOf(key)} ${String(given[key])}, but it was trained with ${own.get(key)!}`);
    throw new RangeError(`trainedSettings: ${weightsName(file)} contradicts ${said.join('; ')}. Leave such flags out: its weights file says what it was trained with.`);
  }
}

/** What the flags say of a network whose file says nothing. @throws RangeError that names those that are missing. */
function givenSettings(given: Partial<TrainedSettings>, file: string): TrainedSettings {
  const needed: readonly TrainedKey[] = ['model', ...(readsStem(given) ? (['stem'] as const) : []), 'dataset', 'normalization', 'imagesPerClass', ...(drawsImages(given) ? (['subsetSeed'] as const) : [])];
  const missing = needed.filter((key) => given[key] === undefined);
  if (missing.length > 0) {
    throw new RangeError(`trainedSettings: ${file} does not say what it was trained with, as weights files of PyTorch do not; give ${missing.map(flagOf).join(', ')} too (--images-per-class 0 for all training images).`);
  }
  return { stem: 'cifar', heldOutPerClass: 0, subsetSeed: 0, ...given } as TrainedSettings;
}

/**
 * What several networks were trained with: from their weights files, or from flags where a file says nothing.
 *
 * @param given what the flags say.
 * @throws RangeError if a flag contradicts a weights file, if a file says nothing and a flag is missing, or if the networks differ in
 * architecture, images or their normalisation, for then no one loss fits them.
 */
export function trainedSettings(networks: readonly TrainedNetwork[], given: Partial<TrainedSettings>): TrainedSettings {
  const [first, ...others] = networks.map((network) => {
    const recorded = recordedSettings(network);
    if (recorded !== undefined) {
      checkFlags(given, recorded, network.file);
    }
    return recorded ?? givenSettings(given, network.file);
  });
  const [own, name] = [deciding(first!), weightsName(networks[0]!.file)];
  for (const [index, settings] of others.entries()) {
    const theirs = deciding(settings);
    const different = TRAINED_KEYS.filter((key) => own.get(key) !== theirs.get(key));
    if (different.length > 0) {
      const list = (values: ReadonlyMap<TrainedKey, string>): string => different.map((key) => `${key} ${values.get(key) ?? 'none'}`).join(', ');
      throw new RangeError(`trainedSettings: ${name} was trained with ${list(own)}, ${weightsName(networks[index + 1]!.file)} with ${list(theirs)}: one loss does not fit both. Name networks of one architecture and the same images.`);
    }
  }
  return first!;
}

/** @throws Error if a network learned from other images than those that were loaded, for instance from embedded ones. */
export function checkImages(networks: readonly TrainedNetwork[], loaded: string): void {
  const other = networks.find(({ record }) => record !== undefined && record.images !== loaded);
  if (other !== undefined) {
    throw new Error(`checkImages: ${weightsName(other.file)} learned from ${other.record!.images}, but the images here are ${loaded}. Measure it where its images are, or train a network on these.`);
  }
}

/** Short names of methods that are more than capitals. */
const METHOD_LABELS: Readonly<Record<string, string>> = { ssamF: 'SSAM-F', ssamD: 'SSAM-D', lookSam: 'LookSAM' };

/** Default labels of two networks: their methods, if these differ; else methods with seeds; else their files. */
export function defaultLabels(networks: readonly [TrainedNetwork, TrainedNetwork]): readonly [string, string] {
  const configs = networks.map(({ record }) => z.object({ method: z.string(), seed: z.int() }).safeParse(record?.config).data);
  const [one, other] = configs.map((config) => config && (METHOD_LABELS[config.method] ?? config.method.toUpperCase()));
  const [first, second] = configs;
  if (one !== undefined && other !== undefined && one !== other) {
    return [one, other];
  }
  if (first && second && first.seed !== second.seed) {
    return [`${one!}, seed ${first.seed}`, `${other!}, seed ${second.seed}`];
  }
  return [weightsName(networks[0].file), weightsName(networks[1].file)];
}
