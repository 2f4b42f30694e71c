import { readersOf, settingOf } from '../train/methodSettings';
import { CONFIG_KEYS, SETTING, type ExperimentConfig } from './config';

type Setting = keyof ExperimentConfig;
/** Settings, each with the reason why it has no effect. */
export type IdleSettings = ReadonlyMap<Setting, string>;

/** Why the run's method does not read a setting; undefined if it does, or if the setting is no method's. */
function unread(setting: Setting, method: ExperimentConfig['method']): string | undefined {
  const readers = readersOf(setting);
  if (readers === undefined || readers.includes(method)) {
    return undefined;
  }
  return `${method === 'sgd' ? 'the method is sgd, which perturbs nothing' : `the method is ${method}`}; ${readers.join(', ')} ${readers.length > 1 ? 'read' : 'reads'} it`;
}

/** Why a setting that is read has no effect with the others; undefined if it has one. */
function idleBesideOthers(setting: Setting, config: ExperimentConfig): string | undefined {
  const { idle } = (settingOf(config.method, setting) ?? SETTING[setting]) as (typeof SETTING)[Setting];
  return idle?.(config) || undefined;
}

/** Settings that are no part of a run's name: those without effect, except some that are in the names of stored runs, and those that decide no numbers. */
export function unnamedSettings(config: ExperimentConfig): ReadonlySet<Setting> {
  return new Set(
    CONFIG_KEYS.filter((setting) => {
      const { inRunName = 'acting' } = SETTING[setting];
      return inRunName === 'never' || unread(setting, config.method) !== undefined || (inRunName === 'acting' && idleBesideOthers(setting, config) !== undefined);
    }),
  );
}

/** Settings that have no effect in a run, whatever their value, each with the reason. */
export function idleSettings(config: ExperimentConfig): IdleSettings {
  return new Map(
    CONFIG_KEYS.flatMap((setting): [Setting, string][] => {
      const reason = unread(setting, config.method) ?? idleBesideOthers(setting, config);
      return reason === undefined ? [] : [[setting, reason]];
    }),
  );
}

/** Settings that are readable in the names of runs. */
const IN_NAMES: ReadonlySet<string> = new Set<Setting>(['dataset', 'model', 'method', 'epochs', 'seed', 'evaluateOn']);

/**
 * Makes a text for each run of a list: the settings that vary within the list, have an effect in this run, and are not in its
 * name, such as "rho=0.1 learningRate=0.05"; "" if there are none.
 */
export function varyingSettings(configs: readonly ExperimentConfig[]): (config: ExperimentConfig) => string {
  const idle = new Map(configs.map((config) => [config, idleSettings(config)]));
  const keys = CONFIG_KEYS.filter((key) => {
    const acting = configs.filter((config) => !idle.get(config)!.has(key));
    return !IN_NAMES.has(key) && new Set(acting.map((config) => config[key])).size > 1;
  });
  return (config) => {
    const without = idleSettings(config);
    return keys.filter((key) => !without.has(key)).map((key) => `${key}=${String(config[key])}`).join(' ');
  };
}
