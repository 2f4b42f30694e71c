import { basename } from 'node:path';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { MODEL_NAMES } from '../models/names';
import { STUDY_DEFAULTS, type StudySettings } from './study/settings';

/** Parts of a study, in the order in which they are measured: the quick ones first. */
export const STUDY_PARTS = ['similarity', 'slices', 'planes', 'interpolation', 'curve', 'eigenvectors', 'curvature', 'sharpness'] as const;

/** A part of a study. */
export type StudyPart = (typeof STUDY_PARTS)[number];

/** Folders and choices that do not decide numbers. */
interface Places {
  /** Holds the data sets and weights; results go to `results/landscape` in it. */
  readonly data: string;
  /** Of the study: its folder under `results/landscape`. */
  readonly name: string;
  /** Table of measured kernels, as training keeps it; TensorFlow's own kernels if left out. */
  readonly kernelTable?: string;
}

/** What the command line asks for. */
export type LandscapeRequest =
  | (Places & { readonly kind: 'nets'; readonly files: readonly [string, string]; readonly parts: readonly StudyPart[]; readonly settings: StudySettings })
  | (Places & { readonly kind: 'minima'; readonly files: readonly [string, string, string]; readonly names: readonly [string, string, string]; readonly settings: Omit<StudySettings, 'weights'> })
  | (Places & { readonly kind: 'path'; readonly files: readonly string[]; readonly settings: Omit<StudySettings, 'weights'> });

type Flag = Exclude<keyof StudySettings, 'labels' | 'weights' | 'kernels'>;

const DESCRIPTIONS: { readonly [Key in Flag]: string } = {
  model: 'resnet20, resnet32, resnet56, resnet50, resnet101 or resnet152',
  stem: 'first layers of resnet50 and deeper: imagenet or cifar',
  dataset: 'cifar10 or cifar100',
  normalization: 'of the pixels: half (mean and deviation 0.5) or dataset (its own)',
  imagesPerClass: 'training images per class that the nets learned from; 0: all',
  heldOutPerClass: 'images per class that were held out before',
  subsetSeed: 'seed that drew both',
  probedPerClass: 'training images per class that surfaces, curvature and similarity are measured on; 0: all',
  testPerClass: 'test images per class for the paths between the nets; 0: all',
  precision: 'of slices, planes and paths: float32 or mixed (activations and products in bfloat16)',
  batchNorm: 'of slices and planes: frozen, batch or re-estimated (at every place)',
  seed: 'of random directions and probes',
  slicePoints: 'places of a slice',
  gridPoints: 'places of a plane along each direction',
  rimMultiple: "the planes reach to where the rim's loss is this many times the centre's",
  interpolationPoints: 'places of the straight line between the nets',
  curveSteps: 'steps of training of the curve between the nets',
  curveLearningRate: 'its peak learning rate',
  eigenvalues: 'largest eigenvalues of the Hessian',
  eigenvalueProducts: 'products with the Hessian for them, at most; as many vectors are kept in memory',
  traceProducts: 'products with the Hessian for its trace, at most',
  densityProbes: 'random start vectors of the spectral density',
  densitySteps: 'products with the Hessian from each',
  rho: 'radius of the balls of sharpness in the 2-norm',
  adaptiveRho: 'radius of those scaled by the weights',
  ascentSteps: 'gradients of each ascent in a ball',
  ascentSeeds: 'ascents, each from a seed of its own',
  groupImages: 'images in each group of m-sharpness',
};

const CHOICES: { readonly [Key in Flag]?: readonly string[] } = {
  model: MODEL_NAMES,
  stem: ['imagenet', 'cifar'],
  dataset: ['cifar10', 'cifar100'],
  normalization: ['half', 'dataset'],
  precision: ['float32', 'mixed'],
  batchNorm: ['frozen', 'batch', 're-estimated'],
};

function parseNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) {
    throw new InvalidArgumentError(`expected a number of 0 or more, got "${text}".`);
  }
  return value;
}

function addSettings(command: Command): Command {
  command
    .option('--data <folder>', 'holds the data sets; results go to results/landscape in it', 'data')
    .option('--kernel-table <file>', "table of the machine's fastest kernels, such as training leaves in data/kernels; TensorFlow's own kernels without it")
    .requiredOption('--name <name>', 'name of the study: its folder under results/landscape');
  for (const key of Object.keys(DESCRIPTIONS) as Flag[]) {
    const flag = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} <value>`;
    const option = new Option(flag, DESCRIPTIONS[key]).default(STUDY_DEFAULTS[key]);
    const choices = CHOICES[key];
    command.addOption(choices === undefined ? option.argParser(parseNumber) : option.choices(choices));
  }
  return command;
}

/** Name of a weights file, without folder and ending. */
export function weightsName(file: string): string {
  return basename(file).replace(/\.safetensors$/, '');
}

function kernelsOf(table: string | undefined): StudySettings['kernels'] {
  return table === undefined ? 'pinned' : 'measured';
}

/** Reads the flags. Prints help or what is wrong with them, and ends the process, where there is nothing to measure. */
export function parseLandscapeArguments(words: readonly string[]): LandscapeRequest {
  let request: LandscapeRequest | undefined;
  // The annotation lets the compiler know that error() does not return.
  const program: Command = new Command('node dist/landscape/main.js').description('Measures loss landscapes of trained nets. What is stored is not measured again: the same command goes on after a stop.');
  addSettings(program.command('nets').description('slices, planes, paths, curvature and similarity of two nets of one architecture'))
    .argument('<first>', 'weights file (safetensors, torchvision names)')
    .argument('<second>', 'weights file of the other net')
    .option('--labels <names...>', 'how the nets are called', [...STUDY_DEFAULTS.labels])
    .addOption(new Option('--parts <parts...>', 'what to measure').choices(STUDY_PARTS).default([...STUDY_PARTS]))
    .action((first: string, second: string, { data, name, kernelTable, labels, parts, ...flags }: Places & { labels: string[]; parts: StudyPart[] } & Pick<StudySettings, Flag>) => {
      const [one, other, ...more] = labels;
      if (one === undefined || other === undefined || more.length > 0 || one === other) {
        program.error(`error: expected two different labels, got ${labels.join(', ')}.`);
      }
      const settings = { ...flags, kernels: kernelsOf(kernelTable), labels: [one, other], weights: [weightsName(first), weightsName(second)] } as const;
      request = { kind: 'nets', data, name, ...(kernelTable === undefined ? {} : { kernelTable }), files: [first, second], parts: STUDY_PARTS.filter((part) => parts.includes(part)), settings };
    });
  addSettings(program.command('path').description('the loss on the principal plane of weights saved along training, with the path on it'))
    .addArgument(new Argument('<weights...>', 'weights files in the order of training, three or more'))
    .action((files: string[], { data, name, kernelTable, ...flags }: Places & Pick<StudySettings, Flag>) => {
      request = { kind: 'path', data, name, ...(kernelTable === undefined ? {} : { kernelTable }), files, settings: { ...flags, kernels: kernelsOf(kernelTable), labels: STUDY_DEFAULTS.labels } };
    });
  addSettings(program.command('minima').description('the loss on the plane through three minima of one architecture'))
    .argument('<first>', 'weights file')
    .argument('<second>', 'weights file')
    .argument('<third>', 'weights file')
    .option('--names <names...>', 'how the minima are called; as their files unless told')
    .action((first: string, second: string, third: string, { data, name, kernelTable, names, ...flags }: Places & { names?: string[] } & Pick<StudySettings, Flag>) => {
      const [one, two, three, ...more] = names ?? [first, second, third].map(weightsName);
      if (one === undefined || two === undefined || three === undefined || more.length > 0) {
        program.error(`error: expected three names, got ${(names ?? []).join(', ')}.`);
      }
      request = { kind: 'minima', data, name, ...(kernelTable === undefined ? {} : { kernelTable }), files: [first, second, third], names: [one, two, three], settings: { ...flags, kernels: kernelsOf(kernelTable), labels: STUDY_DEFAULTS.labels } };
    });
  program.showHelpAfterError('(--help lists all settings)').parse(words, { from: 'user' });
  return request!;
}
