import type { Vector } from '../engine/vector';
import { checkPerturbation } from './checkPerturbation';
import type { PerturbationInput, PerturbationRule, PerturbationState } from './perturbation';

/** Where an ascent leads. The caller owns both. */
export interface Ascent<V extends Vector> {
  /** w + eps */
  readonly point: V;
  /** The rule's state after the step. */
  readonly state: PerturbationState<V>;
}

/**
 * The ascent of a sharpness-aware step: w + eps, with eps the rule's perturbation. Nothing that is passed in changes.
 *
 * If eps is not finite, the point is w: the training loop finds the non-finite numbers there and ends the run.
 *
 * @param options.prepared whether `input.state` is this step's already, as for all groups of a batch but the first. Default: false.
 * @throws Error if the rule returns a perturbation of another layout, or one that is not finite though all it was given is.
 * @example const { point } = ascend(sam(), { parameters, gradient, rho: 0.05, ...AT_START });
 */
export function ascend<V extends Vector>(rule: PerturbationRule, input: PerturbationInput<V>, { prepared = false } = {}): Ascent<V> {
  const { parameters, gradient } = input;
  const given = new GivenGradients(input);
  try {
    return parameters.tidy(
      () => {
        // Clones, which share their memory until they are changed: a rule that overwrites what it is given harms nothing.
        const seen: PerturbationInput<V> = { ...input, parameters: parameters.clone(), gradient: gradient.clone(), gradientAt: given.at, sampleGradient: given.ofSample };
        const state = prepared || !rule.prepare ? input.state : rule.prepare(seen);
        const perturbation = rule.perturb({ ...seen, state });
        const finite = checkPerturbation(rule.name, perturbation, input, given.finite);
        return { point: finite ? parameters.plus(perturbation) : parameters.clone(), state };
      },
      ({ point, state }) => [point, ...Object.values(state.vectors)],
    );
  } catch (error) {
    if (given.finite && isFiniteVector(gradient) && isFiniteVector(parameters)) {
      throw error;
    }
    return { point: parameters.clone(), state: input.state };
  }
}

/** The further gradients that a rule asks for, and whether all of them are finite: one that is not, as in a run that diverges, is not the rule's fault. */
class GivenGradients<V extends Vector> {
  finite = true;

  constructor(private readonly input: PerturbationInput<V>) {}

  readonly at = (point: V): V => this.watched(this.input.gradientAt(point));
  readonly ofSample = (index: number): V => this.watched(this.input.sampleGradient(index));

  private watched(gradient: V): V {
    this.finite &&= isFiniteVector(gradient);
    return gradient;
  }
}

/** Whether all elements are finite, however large: 0 times an infinity is NaN. */
function isFiniteVector(vector: Vector): boolean {
  return vector.tidy(() => vector.times(0).norm() === 0, () => []);
}

function refuse(what: string): () => never {
  return () => {
    throw new Error(`ascend: the rule asks for ${what}, which were not passed; take a rule with one gradient, or pass them.`);
  };
}

/** What a rule sees in the very first step, with no gradients but the one at w. */
export const AT_START = {
  state: { numbers: {}, vectors: {} },
  step: 0,
  batchSize: 1,
  gradientAt: refuse('gradients at further points'),
  sampleGradient: refuse('gradients of single images'),
} as const;
