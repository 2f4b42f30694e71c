import { resolve } from 'node:path';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { MODEL_NAMES } from '../models/names';
import type { Intersection } from '../train/setting';
import { DATA, OWN_STORE, QUICK_STORE } from '../files/stores';
import { STUDY_DEFAULTS, type ProbeSettings, type TrainedSettings } from './study/settings';
import { flagOf, TRAINED_KEYS } from './trainedNetworks';

/** Parts of a study, in the order in which they are measured: the quick ones first. */
export const STUDY_PARTS = ['similarity', 'slices', 'planes', 'interpolation', 'curve', 'eigenvectors', 'curvature', 'sharpness'] as const;

/** A part of a study. */
export type StudyPart = (typeof STUDY_PARTS)[number];

/** What all requests have in common. */
interface Shared {
  /** Holds the data sets. */
  readonly data: string;
  /** The study goes to `results/landscape/<name>` in it. */
  readonly store: string;
  /** Whether embedded images may stand in for a data set that cannot be downloaded. */
  readonly allowSynthetic: boolean;
  /** Of the study: its folder. */
  readonly name: string;
  /** Table of measured kernels, as training keeps it. Default: none, TensorFlow's own kernels. */
  readonly kernelTable?: string;
  /** Run identifiers or weights files, as they were written. */
  readonly networks: readonly string[];
  /** What the flags tell of the networks' training; their weights files tell the rest. */
  readonly given: Partial<TrainedSettings>;
  readonly settings: ProbeSettings;
}

/** What the command line asks for. */
export type LandscapeRequest =
  | (Shared & { readonly kind: 'nets'; readonly parts: readonly StudyPart[]; readonly labels?: readonly [string, string]; readonly atEqualLoss: boolean })
  | (Shared & { readonly kind: 'minima'; readonly names?: readonly [string, string, string] })
  | (Shared & { readonly kind: 'path' });

type Flag = Exclude<keyof (TrainedSettings & ProbeSettings), 'kernels'>;

/** The help of each flag, under its heading. */
const GROUPS = {
  'What the networks were trained with (read from their weights files):': {
    model: 'which network',
    stem: 'first layers of resnet50 and deeper',
    dataset: 'which data set',
    normalization: 'of the pixels: half (mean and deviation 0.5) or dataset (its own)',
    imagesPerClass: 'training images per class that the networks learned from; 0: all',
    heldOutPerClass: 'images per class that were held out first; default: none',
    subsetSeed: 'seed that drew both parts',
    labelNoise: 'share of labels that were replaced in training; default: none',
  },
  'On which images, and how they are computed:': {
    probedPerClass: 'training images per class that surfaces, curvature and similarity are measured on; 0: all',
    testPerClass: 'test images per class for the paths between the networks; 0: all',
    precision: 'of slices, planes and paths: float32 or mixed (activations and products in bfloat16)',
    batchNorm: 'of slices and planes; re-estimated: at every place',
    seed: 'of random directions and probes',
  },
  'Slices and planes:': {
    slicePoints: 'places of a slice',
    gridPoints: 'places of a plane along each direction',
    rimMultiple: "the planes reach to where the loss on the rim is this many times that at the centre",
  },
  'Paths between two networks:': {
    interpolationPoints: 'places of the straight line between the networks',
    curveSteps: 'steps of training of the curve between the networks',
    curveLearningRate: 'its peak learning rate',
  },
  'Curvature:': {
    eigenvalues: 'largest eigenvalues of the Hessian',
    eigenvalueProducts: 'most products with the Hessian for them; as many vectors are kept in memory',
    traceProducts: 'most products with the Hessian for its trace',
    densityProbes: 'random start vectors of the spectral density',
    densitySteps: 'products with the Hessian from each',
  },
  'Sharpness:': {
    rho: 'radius of the balls of sharpness in the 2-norm',
    adaptiveRho: 'radius of balls scaled by the weights',
    ascentSteps: 'gradients of each ascent in a ball',
    ascentSeeds: 'ascents, each from a seed of its own',
    groupImages: 'images in each group of m-sharpness',
  },
} satisfies Readonly<Record<string, { readonly [Key in Flag]?: string }>>;

const DESCRIPTIONS: { readonly [Key in Flag]: string } = Object.assign({}, ...Object.values(GROUPS)) as Intersection<(typeof GROUPS)[keyof typeof GROUPS]>;

const CHOICES: { readonly [Key in Flag]?: readonly string[] } = {
  model: MODEL_NAMES,
  stem: ['imagenet', 'cifar'],
  dataset: ['cifar10', 'cifar100'],
  normalization: ['half', 'dataset'],
  precision: ['float32', 'mixed'],
  batchNorm: ['frozen', 'batch', 're-estimated'],
};

/** Flags whose numbers may be fractions; the others are whole numbers. All are 0 or more. */
const FRACTIONS: readonly Flag[] = ['labelNoise', 'rimMultiple', 'curveLearningRate', 'rho', 'adaptiveRho'];
/** Smallest value of a whole number, where 0 does not mean all or none. */
const LEAST: { readonly [Key in Flag]?: number } = { slicePoints: 2, gridPoints: 2, interpolationPoints: 2, curveSteps: 1, eigenvalues: 1, eigenvalueProducts: 1, traceProducts: 2, densityProbes: 1, densitySteps: 1, ascentSteps: 1, ascentSeeds: 1, groupImages: 1 };

/** Checks a number when it is given, before anything is measured or written with it. */
function numberParser(key: Flag): (text: string) => number {
  const [whole, least] = [!FRACTIONS.includes(key), LEAST[key] ?? 0];
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value) || value < least || (whole && !Number.isSafeInteger(value))) {
      throw new InvalidArgumentError(`expected a ${whole ? 'whole ' : ''}number of ${least} or more, got "${text}".`);
    }
    return value;
  };
}

/** A study's name is the name of its folder in the store, so it must not lead out of it. */
function studyName(text: string): string {
  if (text.trim() === '' || /[/\\\0]/.test(text) || text.startsWith('.')) {
    throw new InvalidArgumentError(`expected a folder's name without / and \\, not starting with a dot, got "${text}"; --store says where the studies are.`);
  }
  return text;
}

type Values = Partial<Record<Flag, unknown>> & Omit<Shared, 'networks' | 'given' | 'settings' | 'store'> & { readonly store?: string };

function isTrained(key: Flag): key is Flag & keyof TrainedSettings {
  return (TRAINED_KEYS as readonly string[]).includes(key);
}

function settingOption(key: Flag): Option {
  const option = new Option(`${flagOf(key)} <value>`, DESCRIPTIONS[key]);
  const choices = CHOICES[key];
  if (!isTrained(key)) {
    option.default(STUDY_DEFAULTS[key]);
  }
  return choices === undefined ? option.argParser(numberParser(key)) : option.choices(choices);
}

function addSettings(command: Command): Command {
  command
    .optionsGroup('The study:')
    .requiredOption('--name <name>', 'name of the study: its folder under results/landscape of the store', studyName)
    .option('--store <folder>', "where the study goes, and where runs' weights are looked for first (default: data/own, which git ignores)", (folder) => resolve(folder))
    .option('--data <folder>', 'holds the data sets', (folder) => resolve(folder), DATA)
    .option('--allow-synthetic', 'let embedded images stand in for a data set that cannot be downloaded; the study goes to data/quick', false)
    .option('--kernel-table <file>', "table of the machine's fastest kernels, such as training keeps in data/kernels (default: none, TensorFlow's own kernels)");
  for (const [heading, flags] of Object.entries(GROUPS)) {
    command.optionsGroup(heading);
    (Object.keys(flags) as Flag[]).forEach((key) => command.addOption(settingOption(key)));
  }
  // Options that a command adds later appear under this heading too.
  return command.optionsGroup('The study:');
}

/** Splits the flags into those of the networks' training and those of the measurements. */
function shared({ data, store, allowSynthetic, name, kernelTable, ...flags }: Values, networks: readonly string[]): Shared {
  const entries = Object.entries(flags).filter(([key]) => key in DESCRIPTIONS) as [Flag, unknown][];
  const of = (trained: boolean): object => Object.fromEntries(entries.filter(([key]) => isTrained(key) === trained));
  return {
    data,
    store: store ?? (allowSynthetic ? QUICK_STORE : OWN_STORE),
    allowSynthetic,
    name,
    ...(kernelTable === undefined ? {} : { kernelTable }),
    networks,
    given: of(true),
    settings: { ...(of(false) as Omit<ProbeSettings, 'kernels'>), kernels: kernelTable === undefined ? 'pinned' : 'measured' },
  };
}

const EXAMPLES = `
Examples:
  npm run landscape -- nets RUN-OF-SGD RUN-OF-SAM --name mine                             all parts of a study of two runs
  npm run landscape -- nets RUN-OF-SGD RUN-OF-SAM --name mine --parts slices planes       some of them
  npm run landscape -- path RUN --name its-path                                           a run made with --snapshot-every`;

/** Reads the flags. Prints help or what is wrong with them, and ends the process, where there is nothing to measure. */
export function parseLandscapeArguments(words: readonly string[]): LandscapeRequest {
  let request: LandscapeRequest | undefined;
  // The annotation lets the compiler know that error() does not return.
  const program: Command = new Command('npm run landscape --').description(
    "Measures loss landscapes of trained networks. A network is a run's identifier, whose weights file says what it was trained with, or a weights file (safetensors, torchvision's names). Stored parts are not measured again: the same command resumes after a stop.",
  );
  addSettings(program.command('nets').description('slices, planes, paths, curvature and similarity of two networks of one architecture'))
    .argument('<first>', 'run or weights file')
    .argument('<second>', 'run or weights file of the other network')
    .option('--labels <names...>', 'how the networks are called (default: by their methods)')
    .option('--at-equal-loss', 'take the network whose loss is lower from the snapshot of its training (--snapshot-every) whose loss is nearest to that of the other', false)
    .addOption(new Option('--parts <parts...>', 'what to measure').choices(STUDY_PARTS).default([...STUDY_PARTS]))
    .action((first: string, second: string, { labels, parts, atEqualLoss, ...values }: Values & { labels?: string[]; parts: StudyPart[]; atEqualLoss: boolean }) => {
      const [one, other, ...more] = labels ?? [];
      if (labels !== undefined && (one === undefined || other === undefined || more.length > 0)) {
        program.error(`error: expected two labels, got ${labels.join(', ')}.`);
      }
      request = { kind: 'nets', ...shared(values, [first, second]), parts: STUDY_PARTS.filter((part) => parts.includes(part)), atEqualLoss, ...(labels === undefined ? {} : { labels: [one!, other!] as const }) };
    });
  addSettings(program.command('path').description('the loss on the principal plane of weights saved along training, with the path on it'))
    .addArgument(new Argument('<weights...>', 'a run with snapshots (--snapshot-every), or three weights files or more in the order of training'))
    .action((networks: string[], values: Values) => {
      request = { kind: 'path', ...shared(values, networks) };
    });
  addSettings(program.command('minima').description('the loss on the plane through three minima of one architecture'))
    .argument('<first>', 'run or weights file')
    .argument('<second>', 'run or weights file')
    .argument('<third>', 'run or weights file')
    .option('--names <names...>', 'how the minima are called (default: as their files)')
    .action((first: string, second: string, third: string, { names, ...values }: Values & { names?: string[] }) => {
      const [one, two, three, ...more] = names ?? [];
      if (names !== undefined && (one === undefined || two === undefined || three === undefined || more.length > 0)) {
        program.error(`error: expected three names, got ${names.join(', ')}.`);
      }
      request = { kind: 'minima', ...shared(values, [first, second, third]), ...(names === undefined ? {} : { names: [one!, two!, three!] as const }) };
    });
  program.addHelpText('after', EXAMPLES).showHelpAfterError('(--help lists all settings)').parse(words, { from: 'user' });
  return request!;
}
