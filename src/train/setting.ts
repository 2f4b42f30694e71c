import type { z } from 'zod';

/**
 * Everything about one setting of a run: its type, check, default, flag and label, and its part in the names and the cost of runs
 * are defined only here.
 *
 * @typeParam Read the other settings that `idle` reads.
 */
export interface Setting<Value, Read = unknown> {
  /** What its value may be. */
  readonly check: z.ZodType<Value>;
  /** Its value where none is given. */
  readonly default: Value;
  /** What its flag means, with its unit. */
  readonly help: string;
  /** The letter that papers give it, for labels. Default: its name. */
  readonly letter?: string;
  /** The setting in words, for labels that read better so than as "letter = value". */
  words?(value: Value): string;
  /** Whether labels show it even at its default. Default: false. */
  readonly alwaysInLabel?: boolean;
  /** Whether an epoch may take longer for one value than for another. Default: true. */
  readonly changesCost?: boolean;
  /** Why it has no effect with these other settings; false where it has one. Default: it always has one. */
  idle?(settings: Read): string | false;
  /**
   * Whether its value is part of a run's name. `acting`: unless it is idle. `always`: even if idle, because stored runs are named so.
   * `never`: it decides no numbers. Default: `acting`.
   */
  readonly inRunName?: 'acting' | 'always' | 'never';
}

/** Settings by name. */
export type SettingRecord = Readonly<Record<string, Setting<unknown, never>>>;

/** The values that a record of settings describes. */
export type Values<Settings extends SettingRecord> = { readonly [Name in keyof Settings]: Settings[Name]['default'] };

/** Declares a setting: what it may be, its default, and what its flag means. */
export function setting<Value, Read = unknown>(
  check: z.ZodType<Value>,
  fallback: NoInfer<Value>,
  help: string,
  more: Omit<Setting<NoInfer<Value>, Read>, 'check' | 'default' | 'help'> = {},
): Setting<Value, NoInfer<Read>> {
  return { check, default: fallback, help, ...more };
}

/** The defaults of settings. */
export function defaultsOf<Settings extends SettingRecord>(settings: Settings): Values<Settings> {
  return Object.fromEntries(Object.entries(settings).map(([name, { default: value }]) => [name, value])) as Values<Settings>;
}

/** The checks of settings, from which zod makes that of an object. */
export function checksOf<Settings extends SettingRecord>(settings: Settings): { readonly [Name in keyof Settings]: Settings[Name]['check'] } {
  return Object.fromEntries(Object.entries(settings).map(([name, { check }]) => [name, check])) as { readonly [Name in keyof Settings]: Settings[Name]['check'] };
}

/** The type that has all of a union's properties. */
export type Intersection<Union> = (Union extends unknown ? (member: Union) => void : never) extends (member: infer All) => void ? All : never;

/** All settings of several records as one, in their order. */
export function merged<Records extends Readonly<Record<string, SettingRecord>>>(records: Records): Intersection<Records[keyof Records]> {
  return Object.assign({}, ...Object.values(records)) as Intersection<Records[keyof Records]>;
}
