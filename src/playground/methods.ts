import type { PlainVector } from '../engine/plainVector';
import { asam } from '../optim/asam';
import { fgsm } from '../optim/fgsm';
import { msam } from '../optim/msam';
import type { PerturbationRule } from '../optim/perturbation';
import { sam } from '../optim/sam';
import { sharpnessAware } from '../optim/sharpnessAware';
import type { MethodState } from '../optim/step';
import { plainStep, type StepInput, type StepOutput } from '../optim/step';
import { COLOURS } from '../train/methods/colours';

/** Names of the methods. */
export type MethodId = 'sgd' | 'sam' | 'fgsm' | 'mi-fgsm' | 'asam' | 'msam';

/** Takes the steps of one run, one after the other. */
export type Training = <State>(input: StepInput<PlainVector, State>) => StepOutput<PlainVector, State>;

/** What a method reads of a run's settings. */
export interface PerturbationSettings {
  /** Radius of the perturbation. */
  readonly rho: number;
  /** Ascent steps of the multi-step methods. */
  readonly innerSteps: number;
}

/** A way to train, as it is offered and drawn. */
export interface Method {
  /** How links name it. */
  readonly id: MethodId;
  readonly name: string;
  /** What it does, in one line. */
  readonly summary: string;
  readonly look: MethodLook;
  /** Begins a run of these settings. */
  readonly training: (settings: PerturbationSettings) => Training;
}

/** Colour, dash and marker; each of the three by itself distinguishes methods. */
export interface MethodLook {
  /** One of Okabe and Ito's colours for each theme, legible on that theme's landscape. */
  readonly colour: { readonly light: string; readonly dark: string };
  /** Lengths of dashes and gaps on the map, in pixels; nothing for a solid line. */
  readonly dashes: readonly number[];
  /** Corners of the marker on the map; 24 make a disc. */
  readonly corners: number;
  /** plotly's names for dash and marker in three dimensions. */
  readonly surface: { readonly dash: string; readonly symbol: string };
}

/** The methods, in the order in which they are offered. */
export const METHODS: readonly Method[] = [
  {
    id: 'sgd',
    name: 'SGD',
    summary: 'the gradient at w',
    look: { colour: { light: COLOURS.blue, dark: COLOURS.skyBlue }, dashes: [], corners: 24, surface: { dash: 'solid', symbol: 'circle' } },
    training: () => plainStep,
  },
  {
    id: 'sam',
    name: 'SAM',
    summary: 'ε = ρ g / ‖g‖',
    look: { colour: both(COLOURS.vermilion), dashes: [9, 4], corners: 4, surface: { dash: 'longdash', symbol: 'diamond' } },
    training: ({ rho }) => trainingOf(sam(), rho),
  },
  {
    id: 'fgsm',
    name: 'Multi-step FGSM',
    summary: 'steps along sign g, in the square that fits into the circle of radius ρ',
    look: { colour: both(COLOURS.green), dashes: [3, 3], corners: 3, surface: { dash: 'dot', symbol: 'cross' } },
    training: ({ rho, innerSteps }) => trainingOf(fgsm({ steps: innerSteps }), squareInside(rho)),
  },
  {
    id: 'mi-fgsm',
    name: 'Momentum FGSM',
    summary: 'the same, along the sign of the gathered gradients',
    look: { colour: { light: COLOURS.black, dark: COLOURS.yellow }, dashes: [12, 3, 3, 3], corners: 5, surface: { dash: 'dashdot', symbol: 'square' } },
    training: ({ rho, innerSteps }) => trainingOf(fgsm({ steps: innerSteps, momentum: 1 }), squareInside(rho)),
  },
  {
    id: 'asam',
    name: 'ASAM',
    summary: 'ε = ρ T² g / ‖T g‖, T = |w| + 0.01: longer for larger weights',
    look: { colour: both(COLOURS.purple), dashes: [6, 3], corners: 6, surface: { dash: 'dash', symbol: 'circle-open' } },
    training: ({ rho }) => trainingOf(asam(), rho),
  },
  {
    id: 'msam',
    name: 'MSAM',
    summary: 'ε = −ρ v / ‖v‖, along the momentum v: one gradient a step',
    look: { colour: both(COLOURS.orange), dashes: [14, 4], corners: 8, surface: { dash: 'longdashdot', symbol: 'diamond-open' } },
    training: ({ rho }) => trainingOf(msam(), rho),
  },
];

/** The steps of a perturbation rule; the rule's state is passed from step to step. */
function trainingOf(rule: PerturbationRule, rho: number): Training {
  const method = sharpnessAware({ rule });
  let kept: MethodState<PlainVector> = method.init();
  return (input) => {
    const output = method.step({ ...input, rho, method: kept });
    kept = output.method;
    return output;
  };
}

/** Half the side of the square whose corners are at distance rho: the radius in the maximum norm for two parameters. */
function squareInside(rho: number): number {
  return rho / Math.SQRT2;
}

function both(colour: string): MethodLook['colour'] {
  return { light: colour, dark: colour };
}

/** The method of that name. @throws RangeError if there is none. */
export function methodOf(id: string): Method {
  const found = METHODS.find((method) => method.id === id);
  if (found === undefined) {
    throw new RangeError(`methodOf: there is no method "${id}"; choose from ${METHODS.map((method) => method.id).join(', ')}.`);
  }
  return found;
}
