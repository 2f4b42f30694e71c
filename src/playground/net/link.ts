import type { NumberRange } from '../settings';
import { DATA_SETS } from './data';
import { FIRST_EXAMPLE } from './examples';
import { NET_METHODS } from './methods';
import { CONTENDERS, fitting, LAYERS, nearestIn, NET_RANGES, WIDTHS, type NetMethodId, type NetNumber, type NetSettings } from './settings';
import { SPEEDS, type Speed } from './speed';

/** What a link restores. */
export interface NetState {
  readonly settings: NetSettings;
  /** The step that the networks are trained up to, in 0, ..., settings.steps. */
  readonly at: number;
  readonly speed: Speed;
}

/** A link that was read, with a sentence for each part of it that was replaced. */
export interface ReadNetLink extends NetState {
  readonly problems: readonly string[];
}

/** The names of the numbers in links. */
const NUMBER_KEYS: Readonly<Record<NetNumber, string>> = {
  points: 'points', noise: 'noise', wrong: 'wrong', rho: 'rho', learningRate: 'rate', momentum: 'momentum', weightDecay: 'decay', batch: 'batch', group: 'm', innerSteps: 'inner', seed: 'seed', steps: 'steps',
};
const NUMBERS = Object.keys(NUMBER_KEYS) as NetNumber[];
const KEYS: readonly string[] = ['data', 'net', 'act', 'methods', 'at', 'speed', ...Object.values(NUMBER_KEYS)];
const ACTIVATIONS = ['tanh', 'relu'] as const;
const UNITS: NumberRange = { ...WIDTHS, step: 1, whole: true };

/**
 * Writes a state as the part of a link behind "#". Numbers are written in JavaScript's shortest form that reads back as the same
 * number, so `readNetLink(writeNetLink(state))` is the state to the last bit.
 */
export function writeNetLink({ settings, at, speed }: NetState): string {
  const parts = [
    `data=${settings.data}`,
    `net=${settings.hidden.join(',')}`,
    `act=${settings.activation}`,
    `methods=${settings.methods.join(',')}`,
    ...NUMBERS.map((setting) => `${NUMBER_KEYS[setting]}=${settings[setting]}`),
    `speed=${speed}`,
    `at=${at}`,
  ];
  return parts.join('&');
}

/** Reads the parts of one link, and gathers what is wrong with them. */
class Reader {
  readonly problems: string[] = [];

  constructor(private readonly given: URLSearchParams) {}

  /** A part, or the fallback. @param read gives the nearest possible value, and whether it is the one that was given; undefined if none is near */
  take<T>(key: string, fallback: T, expected: string, read: (text: string) => { readonly value: T; readonly exact: boolean } | undefined): T {
    const text = this.given.get(key);
    if (text === null) {
      return fallback;
    }
    const found = read(text);
    const value = found?.value ?? fallback;
    if (found?.exact !== true) {
      this.problems.push(`${key}: expected ${expected}, got "${text}"; this starts from ${String(value)}.`);
    }
    return value;
  }

  number(key: string, fallback: number, range: NumberRange): number {
    return this.take(key, fallback, `a ${range.whole ? 'whole ' : ''}number from ${range.least} to ${range.most}`, (text) => nearestNumber(text, range));
  }

  oneOf<T extends string>(key: string, fallback: T, options: readonly T[]): T {
    return this.take(key, fallback, `one of ${options.join(', ')}`, (text) => {
      const value = options.find((option) => option === text);
      return value === undefined ? undefined : { value, exact: true };
    });
  }
}

function nearestNumber(text: string, range: NumberRange): { readonly value: number; readonly exact: boolean } | undefined {
  const given = text.trim() === '' ? NaN : Number(text);
  if (Number.isNaN(given)) {
    return undefined;
  }
  const value = nearestIn(range, given);
  return { value, exact: value === given };
}

function nearestHidden(text: string): { readonly value: readonly number[]; readonly exact: boolean } | undefined {
  const units = text.split(',').map((part) => nearestNumber(part, UNITS)).filter((found) => found !== undefined);
  const value = units.slice(0, LAYERS.most).map((found) => found.value);
  return value.length === 0 ? undefined : { value, exact: value.join() === text };
}

/** The first four known methods in the link; a single one gets SGD beside it, or SAM if it is SGD. */
function nearestMethods(text: string): { readonly value: readonly NetMethodId[]; readonly exact: boolean } | undefined {
  const names = text.split(',');
  const known = NET_METHODS.filter(({ id }) => names.includes(id)).map(({ id }) => id).slice(0, CONTENDERS.most);
  if (known.length === 0) {
    return undefined;
  }
  const value: NetMethodId[] = known.length >= CONTENDERS.least ? known : known[0] === 'sgd' ? ['sgd', 'sam'] : ['sgd', known[0]!];
  return { value, exact: value.length === names.length && value.every((id) => names.includes(id)) };
}

/**
 * Reads what `writeNetLink` wrote. What is missing is taken from the first example. What is impossible is replaced by the nearest
 * possible setting, and reported.
 *
 * @param hash with or without "#"; empty gives the settings with which the page opens.
 */
export function readNetLink(hash: string): ReadNetLink {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  const reader = new Reader(given);
  const own = FIRST_EXAMPLE;
  const unknown = [...given.keys()].filter((key) => !KEYS.includes(key)).map((key) => `"${key}" is not a setting.`);
  const read: NetSettings = {
    data: reader.oneOf('data', own.data, DATA_SETS.map(({ id }) => id)),
    hidden: reader.take('net', own.hidden, `${LAYERS.least} to ${LAYERS.most} layers of ${WIDTHS.least} to ${WIDTHS.most} units, such as 32,32`, nearestHidden),
    activation: reader.oneOf('act', own.activation, ACTIVATIONS),
    methods: reader.take('methods', own.methods, `${CONTENDERS.least} to ${CONTENDERS.most} of ${NET_METHODS.map(({ id }) => id).join(', ')}`, nearestMethods),
    ...(Object.fromEntries(NUMBERS.map((setting) => [setting, reader.number(NUMBER_KEYS[setting], own[setting], NET_RANGES[setting])])) as Record<NetNumber, number>),
  };
  // A link that leaves out m means the whole batch.
  const whole = given.has('m') ? read : { ...read, group: read.batch };
  const settings = fitting(whole);
  if (settings.batch !== whole.batch && given.has('batch')) {
    reader.problems.push(`batch: a batch of ${whole.batch} does not fit into ${settings.points} points; this starts from ${settings.batch}.`);
  }
  if (settings.group !== whole.group && given.has('m')) {
    reader.problems.push(`m: expected a number that divides the batch of ${settings.batch}, got "${whole.group}"; this starts from ${settings.group}.`);
  }
  const speed = reader.oneOf('speed', 'fastest', SPEEDS.map(({ id }) => id));
  const at = reader.number('at', 0, { least: 0, most: settings.steps, step: 1, whole: true });
  return { settings, speed, at, problems: [...unknown, ...reader.problems] };
}
