import { InvalidArgumentError, Option } from 'commander';
import { CONFIG_GROUPS, CONFIG_KEYS, SETTING, type ExperimentConfig } from './config';
import { DEFAULT_CONFIG, PRESET_GROUPS, PRESETS } from './presets';

function parseBoolean(text: string): boolean {
  if (text !== 'true' && text !== 'false') {
    throw new InvalidArgumentError(`expected true or false, got "${text}".`);
  }
  return text === 'true';
}

function parseValue(key: keyof ExperimentConfig): (text: string) => unknown {
  return (text) => {
    // Some settings take a word in place of a number, such as "infinity".
    if (typeof DEFAULT_CONFIG[key] === 'number' && !SETTING[key].check.safeParse(text).success) {
      const value = Number(text);
      if (text.trim() === '' || Number.isNaN(value)) {
        throw new InvalidArgumentError(`expected a number, got "${text}".`);
      }
      return value;
    }
    return text;
  };
}

/** The flag of a setting, such as "--batch-size". */
export function settingFlag(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** A message about settings with the names of their flags. Names that are also English words are replaced only at the beginning of a line. */
export function withFlagNames(message: string): string {
  const compound = CONFIG_KEYS.filter((key) => /[A-Z]/.test(key)).join('|');
  return message
    .replace(/^(validateConfig|planSingle): /, '')
    .replace(new RegExp(`^( *)(${CONFIG_KEYS.join('|')})(?=:)`, 'gm'), (_, indent: string, key: string) => `${indent}${settingFlag(key)}`)
    .replace(new RegExp(`(?<!["\\w-])(${compound})(?!["\\w])`, 'g'), (key) => settingFlag(key));
}

/** The presets and groups, a line each, for the help of a command. */
export function presetList(): string {
  const single = PRESETS.map(({ name, description }) => `  ${name.padEnd(15)} ${description}`);
  const groups = Object.entries(PRESET_GROUPS).map(([name, members]) => `  ${name.padEnd(15)} ${members.join(' and ')}`);
  return ['', 'Presets:', ...single, 'Groups:', ...groups].join('\n');
}

function booleanOptions(key: keyof ExperimentConfig, description: string): Option[] {
  const negative = settingFlag(key).replace('--', '--no-');
  const positive = new Option(`${settingFlag(key)} [true|false]`, `${description} (default: ${String(DEFAULT_CONFIG[key])}; ${negative} switches it off)`);
  return [positive.argParser(parseBoolean), new Option(negative).hideHelp()];
}

/** One flag for each setting of a run, in the order of `CONFIG_KEYS`; those that are on or off need no value, and have a second flag that switches them off. */
export function settingOptions(): Option[] {
  return Object.entries(CONFIG_GROUPS).flatMap(([heading, settings]) =>
    (Object.keys(settings) as (keyof ExperimentConfig)[]).flatMap((key) => optionsOf(key).map((option) => option.helpGroup(heading))),
  );
}

function optionsOf(key: keyof ExperimentConfig): Option[] {
  const { help } = SETTING[key];
  const fallback = DEFAULT_CONFIG[key];
  return typeof fallback === 'boolean'
    ? booleanOptions(key, help)
    : [new Option(`${settingFlag(key)} <value>`, `${help} (default: ${String(fallback)})`).argParser(parseValue(key))];
}
