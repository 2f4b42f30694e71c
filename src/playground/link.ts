import { LANDSCAPES, landscapeOf } from './losses';
import { METHODS } from './methods';
import { acceptedNumber, FIRST_SETTINGS, RANGES, settingsOf, withinWindow, type NumberSetting, type PlaygroundSettings } from './settings';

/** What a link restores: the settings and the step that is looked at. */
export interface PlaygroundState {
  readonly settings: PlaygroundSettings;
  /** In 0, ..., settings.steps. */
  readonly at: number;
}

/** A link that was read, with a sentence for each part of it that was not understood. */
export interface ReadLink extends PlaygroundState {
  readonly problems: readonly string[];
}

/** The names of the numbers in links. */
const NUMBER_KEYS: Readonly<Record<NumberSetting, string>> = {
  rho: 'rho', learningRate: 'rate', momentum: 'momentum', noise: 'noise', seed: 'seed', innerSteps: 'inner', steps: 'steps',
};
const NUMBERS = Object.keys(NUMBER_KEYS) as NumberSetting[];
const KEYS: readonly string[] = ['loss', 'methods', 'start', 'at', ...Object.values(NUMBER_KEYS)];

/**
 * Writes a state as the part of a link behind "#". Numbers are written in JavaScript's shortest form that reads back
 * as the same number, so `readLink(writeLink(state))` is the state to the last bit.
 */
export function writeLink({ settings, at }: PlaygroundState): string {
  const parts = [
    `loss=${settings.landscape}`,
    `methods=${settings.methods.join(',')}`,
    `start=${settings.start.join(',')}`,
    ...NUMBERS.map((setting) => `${NUMBER_KEYS[setting]}=${settings[setting]}`),
    `at=${at}`,
  ];
  return parts.join('&');
}

/**
 * Reads what `writeLink` wrote. What is missing or not understood is taken from the landscape's own settings; what is not
 * understood is also reported.
 *
 * @param hash with or without "#"; empty gives the settings with which the page opens.
 */
export function readLink(hash: string): ReadLink {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  const problems = [...given.keys()].filter((key) => !KEYS.includes(key)).map((key) => `"${key}" is not a setting.`);
  const take = <T>(key: string, fallback: T, read: (text: string) => T | undefined, expected: string): T => {
    const text = given.get(key);
    if (text === null) {
      return fallback;
    }
    const value = read(text);
    if (value === undefined) {
      problems.push(`${key}: expected ${expected}, got "${text}".`);
    }
    return value ?? fallback;
  };
  const landscape = take('loss', FIRST_SETTINGS.landscape, (text) => LANDSCAPES.find(({ id }) => id === text)?.id, `one of ${LANDSCAPES.map(({ id }) => id).join(', ')}`);
  const own = settingsOf(landscape);
  const methods = take('methods', own.methods, readMethods, `some of ${METHODS.map(({ id }) => id).join(', ')}`);
  const start = take('start', own.start, (text) => readStart(text, landscape), 'two numbers within the picture');
  const numbers = Object.fromEntries(NUMBERS.map((setting) => {
    const { least, most, whole } = RANGES[setting];
    const expected = `a ${whole ? 'whole ' : ''}number from ${least} to ${most}`;
    return [setting, take(NUMBER_KEYS[setting], own[setting], (text) => acceptedNumber(setting, text), expected)];
  })) as Record<NumberSetting, number>;
  const settings: PlaygroundSettings = { landscape, methods, start, ...numbers };
  const at = take('at', settings.steps, (text) => (/^\d+$/.test(text) && Number(text) <= settings.steps ? Number(text) : undefined), `a step from 0 to ${settings.steps}`);
  return { settings, at, problems };
}

function readMethods(text: string): PlaygroundSettings['methods'] | undefined {
  const names = text === '' ? [] : text.split(',');
  const known = METHODS.filter(({ id }) => names.includes(id)).map(({ id }) => id);
  return known.length === names.length ? known : undefined;
}

function readStart(text: string, landscape: PlaygroundSettings['landscape']): PlaygroundSettings['start'] | undefined {
  const [x, y, ...rest] = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (x === undefined || y === undefined || rest.length > 0) {
    return undefined;
  }
  const inside = withinWindow([x, y], landscapeOf(landscape));
  return inside[0] === x && inside[1] === y ? [x, y] : undefined;
}
