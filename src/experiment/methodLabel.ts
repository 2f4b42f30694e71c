import { METHOD_LIST, type MethodName } from '../train/methods';
import { DEFAULT_METHOD, settingsReadBy, type MethodSettings } from '../train/methodSettings';
import type { Setting } from '../train/setting';

/** The names of methods in tables and figures. */
export const METHOD_NAMES = Object.fromEntries(Object.entries(METHOD_LIST).map(([name, { label }]) => [name, label])) as Readonly<Record<MethodName, string>>;

/** A method and its settings that are not at their defaults, such as "ASAM, ρ = 0.5"; FGSM always with its steps. Settings that the method does not read are left out. */
export function methodLabel(settings: Partial<MethodSettings>): string {
  const method = settings.method ?? DEFAULT_METHOD.method;
  const values: Readonly<Record<string, unknown>> = { ...DEFAULT_METHOD, ...settings };
  const named = Object.entries(settingsReadBy(method)).filter(([key, { alwaysInLabel, default: fallback }]) => alwaysInLabel || values[key] !== fallback);
  return [METHOD_NAMES[method], ...named.map(([key, setting]) => inWords(key, setting, values[key]))].join(', ');
}

function inWords(key: string, setting: Setting<unknown, never>, value: unknown): string {
  return setting.words ? setting.words(value) : `${setting.letter ?? key} = ${String(value)}`;
}
