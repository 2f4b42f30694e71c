import type { PerturbationRule } from '../../optim/perturbation';
import type { Descent } from '../../optim/step';
import type { SettingRecord, Values } from '../setting';
import type { Colour } from './colours';

/** How figures draw a method; each of the three by itself distinguishes it from most others. */
export interface LineStyle {
  readonly colour: Colour;
  readonly dash: 'solid' | 'dash' | 'dot' | 'dashdot' | 'longdash' | 'longdashdot';
  /** A marker of plotly.js. */
  readonly symbol:
    | 'circle' | 'square' | 'diamond' | 'cross' | 'x' | 'star' | 'pentagon' | 'hexagon' | 'octagon' | 'hexagram' | 'hourglass' | 'bowtie'
    | 'triangle-up' | 'triangle-down' | 'triangle-left' | 'triangle-right';
}

/** What a method may know of its run beside its own settings. */
export interface MethodRun {
  readonly stepsPerEpoch: number;
  /** Steps of the run that are perturbed. */
  readonly perturbedSteps: number;
  readonly seed: number;
}

/** The images that one perturbation is made for. */
export interface PerturbedTogether {
  readonly images: number;
  readonly of: 'batches' | 'groups';
}

/**
 * A training method: how it is called and drawn, its settings, and what they make. Adding one takes a file such as `asam.ts` and
 * a line in `list.ts`.
 */
export interface Method<Settings extends SettingRecord = SettingRecord> {
  /** How it is called in tables and figures. */
  readonly label: string;
  readonly line: LineStyle;
  /** The settings that it reads, beside those of every perturbation (radius, kinds of parameters, groups, first and last epoch). */
  readonly settings: Settings;
  /** Its perturbation. Default: none, the base optimizer alone. @throws RangeError for settings out of range. */
  rule?(settings: Values<NoInfer<Settings>>, run: MethodRun): PerturbationRule;
  /** What the base optimizer steps along. Default: the gradient at w + eps. @throws RangeError for settings out of range. */
  descent?(settings: Values<NoInfer<Settings>>, run: MethodRun): Descent;
  /** What is wrong with settings that are each in range, and how to mend it. Default: nothing. */
  problem?(settings: Values<NoInfer<Settings>>, together: PerturbedTogether): string | undefined;
}

/** Declares a method; its settings' types follow from their checks. */
export function defineMethod<Settings extends SettingRecord>(method: Method<Settings>): Method<Settings> {
  return method;
}
