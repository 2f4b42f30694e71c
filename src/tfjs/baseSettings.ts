import { keep, scalar, type Optimizer, type Scalar } from '@tensorflow/tfjs-core';

/** A base optimizer's settings as TensorFlow.js keeps them: fields, and for two of them also tensors. */
interface Settings {
  [name: string]: unknown;
  setLearningRate?(learningRate: number): void;
  /** Momentum as a tensor, made once from the field: assigning only the field would change nothing. */
  m?: Scalar;
}

function settingsOf(base: Optimizer): Settings {
  return base as unknown as Settings;
}

/** A setting of a base optimizer. @throws TypeError if it has none of this name. */
export function readBase(base: Optimizer, name: string): unknown {
  if (!(name in base)) {
    throw new TypeError(`SharpnessAwareOptimizer: ${base.getClassName()} has no ${name}; wrap an optimizer that has.`);
  }
  return settingsOf(base)[name];
}

/**
 * Sets a setting of a base optimizer so that its next step follows it.
 *
 * @throws TypeError if it has none of this name, or for a value of another type; RangeError for a number that is not finite.
 */
export function writeBase(base: Optimizer, name: string, value: unknown): void {
  const before = readBase(base, name);
  if (typeof value !== typeof before) {
    throw new TypeError(`SharpnessAwareOptimizer: expected a ${typeof before} as ${name} of ${base.getClassName()}, got ${JSON.stringify(value)} (${typeof value}).`);
  }
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new RangeError(`SharpnessAwareOptimizer: expected a finite number as ${name} of ${base.getClassName()}, got ${value}.`);
  }
  const settings = settingsOf(base);
  if (name === 'learningRate' && typeof settings.setLearningRate === 'function') {
    settings.setLearningRate(value as number);
    return;
  }
  settings[name] = value;
  if (name === 'momentum' && settings.m !== undefined) {
    settings.m.dispose();
    settings.m = keep(scalar(value as number));
  }
}

/** Names of a base optimizer's settings: its fields that are numbers or truth values, such as `beta1` or `useNesterov`. */
export function baseSettingNames(base: Optimizer): string[] {
  return Object.entries(base).flatMap(([name, value]) => (!name.endsWith('_') && ['number', 'boolean'].includes(typeof value) ? [name] : []));
}
