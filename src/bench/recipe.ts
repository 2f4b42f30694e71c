import { FAST_RECIPE } from '../experiment/fastPresets';
import { DEFAULT_CONFIG } from '../experiment/defaultConfig';
import type { ParameterSpec } from '../engine/vector';
import { isFrozen, stepShares } from '../train/parameterShares';
import type { LookaheadSettings } from '../optim/lookahead';

/** What a training step does, on both sides: PyTorch is sent these numbers. */
export interface StepRecipe {
  readonly learningRate: number;
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;
  /** SAM's radius. */
  readonly rho: number;
  readonly labelSmoothing: number;
  /** Learning rate and weight decay of one parameter, as multiples of the others', by the parameter's name; default: 1 and 1. */
  readonly shares: Readonly<Record<string, { readonly rate: number; readonly decay: number }>>;
  /** Names of parameters that stay as they are, whose gradients are not computed. */
  readonly frozen: readonly string[];
  /** Lookahead after every so many steps, which keeps the same share of the slow weights each time. */
  readonly lookahead?: Pick<LookaheadSettings, 'every' | 'keep'>;
}

/** Nesterov SGD with weight decay on all parameters. */
export const PLAIN_RECIPE: StepRecipe = { learningRate: 1e-3, momentum: 0.9, nesterov: true, weightDecay: 5e-4, rho: 0.05, labelSmoothing: 0, shares: {}, frozen: [] };

/** The epoch of the fast recipe whose steps are timed: the whitening layer's bias is trained only in the first three of its ten. */
const EPOCH = 5;

/**
 * The recipe of the fast network. Learning rate and weight decay are those of `PLAIN_RECIPE`, since training on
 * noise at the recipe's own learns nothing; each parameter has the recipe's multiple of them, and a step takes the same time.
 */
export function fastRecipe(specs: readonly ParameterSpec[]): StepRecipe {
  const settings = { ...DEFAULT_CONFIG, ...FAST_RECIPE };
  const { momentum, nesterov, labelSmoothing, lookaheadEvery, lookaheadKeep } = settings;
  const shares = stepShares(settings, specs, EPOCH)!;
  return {
    ...PLAIN_RECIPE,
    momentum,
    nesterov,
    labelSmoothing,
    shares: Object.fromEntries(specs.map(({ name }, index) => [name, shares[index]!])),
    frozen: specs.filter((spec) => isFrozen(settings, spec, EPOCH)).map(({ name }) => name),
    lookahead: { every: lookaheadEvery, keep: lookaheadKeep },
  };
}
