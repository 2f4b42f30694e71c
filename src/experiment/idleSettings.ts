import { READ_BY } from '../train/methodSettings';
import { unreadRecipeSettings } from '../train/recipeSettings';
import type { ExperimentConfig } from './config';
import { DEFAULT_CONFIG } from './defaultConfig';

type Setting = keyof ExperimentConfig;
/** Settings, each with the reason why it changes nothing. */
export type IdleSettings = ReadonlyMap<Setting, string>;

function unreadByMethod({ method }: ExperimentConfig): [Setting, string][] {
  return Object.entries(READ_BY)
    .filter(([, readers]) => !readers.includes(method))
    .map(([key, readers]) => [key as Setting, `${method === 'sgd' ? 'the method is sgd, which perturbs nothing' : `the method is ${method}`}; ${readers.join(', ')} ${readers.length > 1 ? 'read' : 'reads'} it`]);
}

/** Settings that the rest of a configuration leaves without effect, and that are no part of a run's name for that reason. */
function idleAndUnnamed(config: ExperimentConfig): IdleSettings {
  const { model, schedule, cutout, weightDecay } = config;
  return new Map<Setting, string>([
    ...unreadByMethod(config),
    ...(['resnet20', 'resnet32', 'resnet56', 'fast', 'fastPlain'].includes(model) ? ([['stem', `${model} has a stem of its own`]] as const) : []),
    ...(schedule === 'warmupStableDecay' ? [] : ([['decayShare', `the schedule is ${schedule}; warmupStableDecay reads it`]] as const)),
    ...unreadRecipeSettings(config).map(({ setting, reason }) => [setting, reason] as const),
    ...(cutout === 0 ? ([['cutoutPer', 'cutout is 0']] as const) : []),
    ...(weightDecay === 0 ? ([['weightDecayIn', 'weightDecay is 0']] as const) : []),
  ]);
}

/** Settings that are no part of a run's name: those without effect, and those that decide no numbers. */
export function unnamedSettings(config: ExperimentConfig): ReadonlySet<Setting> {
  // Kernels differ in rounding alone, and which were used stands in the result; snapshots change nothing.
  return new Set<Setting>(['kernels', 'snapshotEvery', ...idleAndUnnamed(config).keys()]);
}

/** What takes the effect from settings whose values are in the names of stored runs all the same. */
function idleThoughNamed(config: ExperimentConfig): [Setting, string][] {
  const { method, perturbationNorm, ascentBall, ascentSteps, lookEvery, weightDecay, nesterov, momentum } = config;
  const drawn = config.imagesPerClass > 0 || config.heldOutPerClass > 0 || config.testImagesPerClass > 0 || config.labelNoise > 0;
  return [
    ...((method === 'sam' || method === 'lookSam') && perturbationNorm === 2 ? ([['radiusIn', 'the perturbation is measured in the 2-norm either way']] as const) : []),
    ...(method === 'fgsm' && ascentBall === 'euclidean' ? ([['radiusIn', 'the ball is that of the 2-norm either way']] as const) : []),
    ...(method === 'fgsm' && ascentSteps === 1 ? ([['ascentMomentum', 'a single step has none before it']] as const) : []),
    ...(method === 'lookSam' && lookEvery === 1 ? ([['lookAlpha', 'each step has a second pass of its own']] as const) : []),
    ...(weightDecay === 0 ? ([['weightDecayOn', 'weightDecay is 0']] as const) : []),
    ...(nesterov && momentum === 0 ? ([['nesterov', 'momentum is 0']] as const) : []),
    ...(drawn ? [] : ([['subsetSeed', 'all images are taken as they are, so it draws nothing']] as const)),
  ].map(([key, why]): [Setting, string] => [key, why]);
}

/** Settings that change nothing in a run, whatever their value, each with the reason. */
export function idleSettings(config: ExperimentConfig): IdleSettings {
  return new Map([...idleAndUnnamed(config), ...idleThoughNamed(config)]);
}

/** Settings that the names of runs tell. */
const IN_NAMES: ReadonlySet<string> = new Set<Setting>(['dataset', 'model', 'method', 'epochs', 'seed', 'evaluateOn']);

/**
 * Makes a text for each run of a list: the settings that vary within the list, that act in this run, and that its name does
 * not tell, such as "rho=0.1 learningRate=0.05"; "" if there are none.
 */
export function varyingSettings(configs: readonly ExperimentConfig[]): (config: ExperimentConfig) => string {
  const idle = new Map(configs.map((config) => [config, idleSettings(config)]));
  const keys = (Object.keys(DEFAULT_CONFIG) as Setting[]).filter((key) => {
    const acting = configs.filter((config) => !idle.get(config)!.has(key));
    return !IN_NAMES.has(key) && new Set(acting.map((config) => config[key])).size > 1;
  });
  return (config) => {
    const without = idleSettings(config);
    return keys.filter((key) => !without.has(key)).map((key) => `${key}=${String(config[key])}`).join(' ');
  };
}
