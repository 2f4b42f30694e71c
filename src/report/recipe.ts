import type { ExperimentConfig } from '../experiment/config';
import { DEFAULT_CONFIG } from '../experiment/defaultConfig';
import { idleSettings, varyingSettings } from '../experiment/idleSettings';
import type { RunResult } from '../experiment/result';
import { hasPresentSettings } from './presentSettings';

export { METHOD_NAMES } from '../experiment/methodLabel';

/** Official names of the data sets. */
export const DATASET_NAMES: Readonly<Record<ExperimentConfig['dataset'], string>> = { cifar10: 'CIFAR-10', cifar100: 'CIFAR-100' };

/** Settings in which runs of one table may differ; runs that differ in any other are never averaged or compared. Kernels differ only in rounding, and snapshots change nothing. */
type Varied = 'method' | 'epochs' | 'seed' | 'subsetSeed' | 'learningRate' | 'rho' | 'perturbationScope' | 'kernels' | 'snapshotEvery';

/** Text that is equal for runs with equal settings and images, up to method, epochs, seeds, learning rate, rho, kernels and snapshots. */
function recipeKey({ config, data }: RunResult): string {
  const varied: Readonly<Record<Varied, undefined>> = { method: undefined, epochs: undefined, seed: undefined, subsetSeed: undefined, learningRate: undefined, rho: undefined, perturbationScope: undefined, kernels: undefined, snapshotEvery: undefined };
  return JSON.stringify({ ...config, ...varied, ...data }, Object.keys({ ...config, ...data }).sort());
}

/**
 * The runs split by recipe: those in one list differ in method, epochs, learning rate, rho, seed, kernels and snapshots
 * alone. The subset of the images is the same for all runs of a recipe, or drawn by each run's own seed;
 * and so are the perturbed parameters of all runs that perturb.
 */
export function byRecipe(runs: readonly RunResult[]): readonly (readonly RunResult[])[] {
  return groups(runs, recipeKey)
    .flatMap((alike) => (alike.every(drawsOwnSubset) ? [alike] : groups(alike, ({ config }) => String(config.subsetSeed))))
    .flatMap((alike) => (perturbedScopes(alike).length <= 1 ? [alike] : groups(alike, ({ config }) => config.perturbationScope)));
}

/** The values of `perturbationScope` in the runs, each once; runs without a perturbation do not count. */
export function perturbedScopes(runs: readonly RunResult[]): readonly string[] {
  return [...new Set(runs.filter(({ config }) => config.method !== 'sgd').map(({ config }) => config.perturbationScope))];
}

/**
 * What distinguishes each of several recipes from the others, as the end of a title, such as " (warmupEpochs=10, a subset for each seed)"; "" for a
 * single recipe, and for the only one with the present settings of its preset, beside which the others have earlier ones.
 *
 * @param recipes lists of runs, as `byRecipe` gives them.
 */
export function recipeEnds(recipes: readonly (readonly RunResult[])[]): readonly string[] {
  const [first] = recipes;
  if (recipes.length < 2) {
    return recipes.map(() => '');
  }
  const { method, learningRate, rho, seed, subsetSeed, epochs, kernels, snapshotEvery } = first![0]!.config;
  const heads = recipes.map(([head]) => ({ ...head!.config, method, learningRate, rho, seed, subsetSeed, epochs, kernels, snapshotEvery }));
  const settingsOf = varyingSettings(heads);
  const anew = recipes.map((runs) => runs.every(drawsOwnSubset));
  const present = recipes.map((runs) => runs.every(hasPresentSettings));
  const onePresent = present.filter(Boolean).length === 1;
  return recipes.map((_, index) => {
    if (onePresent && present[index] === true) {
      return '';
    }
    const draw = new Set(anew).size === 1 ? '' : anew[index] === true ? 'a subset for each seed' : 'one subset for all seeds';
    const differing = [settingsOf(heads[index]!).replaceAll(' ', ', '), draw].filter((text) => text !== '').join(', ');
    return ` (${onePresent ? 'earlier settings: ' : ''}${differing === '' ? `recipe ${index + 1}` : differing})`;
  });
}

function drawsOwnSubset({ config }: RunResult): boolean {
  return config.subsetSeed === config.seed;
}

function groups(runs: readonly RunResult[], keyOf: (run: RunResult) => string): readonly (readonly RunResult[])[] {
  const byKey = new Map<string, RunResult[]>();
  for (const run of runs) {
    const key = keyOf(run);
    byKey.set(key, [...(byKey.get(key) ?? []), run]);
  }
  return [...byKey.values()];
}

/** Networks that are no ResNets. */
const OTHER_NETWORKS: { readonly [Name in ExperimentConfig['model']]?: string } = { fast: 'fast network', fastPlain: 'fast network without whitening' };

/** Network and stem, such as "ResNet-50, ImageNet stem". */
export function describeModel({ model, stem }: Pick<ExperimentConfig, 'model' | 'stem'>): string {
  const other = OTHER_NETWORKS[model];
  if (other !== undefined) {
    return other;
  }
  const depth = Number(model.slice('resnet'.length));
  const stemName = depth < 50 ? '' : stem === 'imagenet' ? ', ImageNet stem' : ', CIFAR stem';
  return `ResNet-${depth}${stemName}`;
}

/** Images that a run saw, such as "CIFAR-10, 1,000 training images (100 per class), 10,000 test images". */
export function describeData({ config, data }: RunResult): string {
  const perClass = config.imagesPerClass > 0 ? ` (${config.imagesPerClass} per class)` : '';
  const judged = config.evaluateOn === 'test' ? `${count(data.testImages)} test` : `${count(data.heldOutImages)} held-out`;
  const noise = config.labelNoise > 0 ? `, ${100 * config.labelNoise} % of labels wrong` : '';
  return `${data.name}, ${count(data.trainImages)} training images${perClass}${noise}, ${judged} images`;
}

/** Settings of less common recipes, by their names in the configuration, which are those of the flags; told where they are not at their defaults. */
const FURTHER = ['decoupled', 'biasRate', 'normScaleRate', 'normShiftRate', 'freeze', 'lookaheadEvery', 'cropBorder', 'flipMode', 'lastBatch', 'testAugmentation'] as const satisfies readonly (keyof ExperimentConfig)[];

/** The settings that all runs of a table share, in one sentence. */
export function describeRecipe(config: ExperimentConfig): string {
  const idle = idleSettings(config);
  const { schedule, warmupEpochs, momentum, nesterov, weightDecay, weightDecayOn, cropPadding, autoAugment, flip, cutout } = config;
  const schedules = { constant: 'constant', cosine: 'cosine', steps: 'step', warmupStableDecay: 'warm-up-stable-decay', triangular: 'triangular' } as const;
  const augmentation = [cropPadding > 0 && `crops with ${cropPadding} pixels of padding`, autoAugment === 'cifar10' && "AutoAugment's policy of CIFAR-10", flip && 'flips', cutout > 0 && `cutout of ${cutout} pixels`];
  const parts = [
    `batch ${config.batchSize}`,
    config.optimizer === 'sgd' ? `${nesterov ? 'Nesterov ' : ''}momentum ${momentum}` : `AdamW with betas ${config.beta1} and ${config.beta2}`,
    ...(config.clipNorm > 0 ? [`gradients clipped at norm ${config.clipNorm}`] : []),
    `weight decay ${weightDecay} on ${weightDecayOn === 'all' ? 'all parameters' : 'weights'} in the ${config.weightDecayIn === 'step' ? 'base step' : 'loss'}`,
    `${schedules[schedule]} schedule${warmupEpochs > 0 && !idle.has('warmupEpochs') ? ` after ${warmupEpochs} ${warmupEpochs === 1 ? 'epoch' : 'epochs'} of warm-up` : ''}`,
    augmentation.filter((part) => part !== false).join(', ') || 'no augmentation',
    `pixels normalised with ${config.normalization === 'half' ? 'mean 0.5 and deviation 0.5' : "the data set's mean and deviation"}`,
    config.labelSmoothing > 0 ? `label smoothing ${config.labelSmoothing}` : 'no label smoothing',
    OTHER_NETWORKS[config.model] === undefined && `last batch-norm scale of each block starts at ${config.zeroInitResidual ? 0 : 1}`,
    config.precision === 'mixed' && 'mixed precision',
    ...FURTHER.filter((key) => !idle.has(key) && config[key] !== DEFAULT_CONFIG[key]).map((key) => `${key} ${String(config[key])}`),
  ].filter((part) => part !== false);
  return `${parts.join('; ')}.`;
}

/** "seed 0" or "seeds 0, 1, 2", each once. */
export function describeSeeds(seeds: readonly number[]): string {
  const distinct = [...new Set(seeds)].sort((a, b) => a - b);
  return `seed${distinct.length === 1 ? '' : 's'} ${distinct.join(', ')}`;
}

/** "quick" or "smoke" for presets that only show that everything works; undefined for those that give results. */
export function unfitPreset(preset: string): string | undefined {
  return /^(quick|smoke)/.exec(preset)?.[1];
}

/**
 * End of a title: the preset, that it proves nothing where that is so, and that images are not CIFAR's where they
 * are not; nothing for a run of no preset. Such as ", laptop preset" and " — quick preset: not a result — embedded synthetic images, not CIFAR".
 */
export function titleEnd(preset: string, synthetic: boolean): string {
  const unfit = unfitPreset(preset);
  const start = unfit !== undefined ? ` — ${unfit} preset: not a result` : preset === 'none' ? '' : `, ${preset} preset`;
  return synthetic ? `${start} — embedded synthetic images, not CIFAR` : start;
}

/** A whole number with commas between thousands. */
function count(images: number): string {
  return images.toLocaleString('en-US');
}
