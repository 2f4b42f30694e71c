import { z } from 'zod';
import { methodOf, METHODS, type METHOD_LIST, type MethodName } from './methods';
import { defaultsOf, setting, type Intersection, type Setting, type SettingRecord, type Values } from './setting';

export { METHODS, type MethodName } from './methods';

const METHOD = {
  /** The base optimizer alone (`sgd`), or the rule that perturbs the weights around it. */
  method: setting(z.enum(METHODS), 'sgd', `${METHODS.slice(0, -1).join(', ')} or ${METHODS.at(-1)!}`),
};

const RADIUS = {
  /** Radius of the perturbation; read by all but `sgd`. */
  rho: setting(z.number().min(0), 0.05, 'radius of the perturbation', { letter: 'ρ', changesCost: false }),
};

function withoutRadius({ rho }: { readonly rho: number }): string | false {
  return rho === 0 && 'rho is 0';
}

/** What all perturbations are built with. */
const PERTURBATION = {
  /** Which parameters are perturbed. */
  perturbationScope: setting(z.enum(['all', 'weights', 'norm', 'noNorm']), 'all', 'all, weights, norm or noNorm', { idle: withoutRadius }),
  /** m: images per perturbation; 0 takes the whole batch. */
  groupSize: setting(z.int().min(0), 0, 'images per perturbation (m-sharpness); 0 takes the batch', { letter: 'm' }),
  /** How the radius changes over the run: it stays, rises from 0 or falls to 0 along a line, or follows the learning rate. */
  rhoSchedule: setting(z.enum(['constant', 'rising', 'falling', 'learningRate']), 'constant', 'constant, rising, falling or learningRate', { changesCost: false, idle: withoutRadius }),
  /** First epoch with perturbations, counted from 1; `decay` starts them with the decay of `warmupStableDecay`. */
  perturbationStart: setting(z.union([z.int().min(1), z.literal('decay')]), 1, 'first epoch with perturbations, or decay: with that of warmupStableDecay'),
  /** Last epoch with perturbations; 0 means the last of the run. */
  perturbationEnd: setting(z.int().min(0), 0, 'last epoch with perturbations; 0 is the end'),
};

type Own = Intersection<(typeof METHOD_LIST)[MethodName]['settings']>;
const OWN = Object.assign({}, ...METHODS.map((name) => methodOf(name).settings)) as Own;

/** The settings of all methods. */
export const METHOD_SETTINGS: typeof METHOD & typeof RADIUS & Own & typeof PERTURBATION = { ...METHOD, ...RADIUS, ...OWN, ...PERTURBATION };

/** The perturbation of a training run, and what is built around it. */
export interface MethodSettings extends Values<typeof METHOD_SETTINGS> {}

/** The default settings of methods: the papers' own values. */
export const DEFAULT_METHOD: MethodSettings = defaultsOf(METHOD_SETTINGS);

// Made once: the name of every run asks for them, for each setting.
const READ_BY = Object.fromEntries(
  METHODS.map((name) => {
    const method = methodOf(name);
    return [name, method.rule ? { ...RADIUS, ...method.settings, ...PERTURBATION } : method.settings];
  }),
) as Readonly<Record<MethodName, SettingRecord>>;

const READERS: ReadonlyMap<string, readonly MethodName[]> = new Map(
  Object.keys(METHOD_SETTINGS)
    .filter((setting) => setting !== 'method')
    .map((setting) => [setting, METHODS.filter((name) => setting in READ_BY[name])]),
);

/** The settings that a method reads, in the order of `METHOD_SETTINGS`. */
export function settingsReadBy(name: MethodName): SettingRecord {
  return READ_BY[name];
}

/** The methods that read a setting; undefined for a setting that is no method's. */
export function readersOf(setting: string): readonly MethodName[] | undefined {
  return READERS.get(setting);
}

/** A setting as a method declares it, for one that it reads; methods that share a setting differ only in when it is idle. */
export function settingOf(name: MethodName, setting: string): Setting<unknown, never> | undefined {
  return settingsReadBy(name)[setting];
}
