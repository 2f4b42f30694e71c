import type { Vector } from '../engine/vector';
import { checkPerturbation } from './checkPerturbation';
import type { PerturbationInput, PerturbationRule, PerturbationState } from './perturbation';

/** Where an ascent leads. Both belong to whoever asked. */
export interface Ascent<V extends Vector> {
  /** w + eps */
  readonly point: V;
  /** The rule's state after the step. */
  readonly state: PerturbationState<V>;
}

/**
 * The ascent of a sharpness-aware step: w + eps, with eps the rule's perturbation. Nothing that is passed in changes.
 *
 * A gradient that is not finite has no direction: the point is then w, and the training loop, which sees the loss, ends the run.
 *
 * @param options.prepared whether `input.state` is this step's already, as for all groups of a batch but the first. Default: false.
 * @throws Error if the rule returns a perturbation of another layout, or one that is not finite though all it was given is.
 * @example const { point } = ascend(sam(), { parameters, gradient, rho: 0.05, ...AT_START });
 */
export function ascend<V extends Vector>(rule: PerturbationRule, input: PerturbationInput<V>, { prepared = false } = {}): Ascent<V> {
  const { parameters, gradient } = input;
  if (!Number.isFinite(gradient.norm())) {
    return { point: parameters.clone(), state: input.state };
  }
  return parameters.tidy(
    () => {
      // Clones, which share their memory until they are changed: a rule that overwrites what it is given harms nothing.
      const given = watched({ ...input, parameters: parameters.clone(), gradient: gradient.clone() });
      const state = prepared || !rule.prepare ? input.state : rule.prepare(given.input);
      const perturbation = rule.perturb({ ...given.input, state });
      checkPerturbation(rule.name, perturbation, input, given.finite());
      return { point: parameters.plus(perturbation), state };
    },
    ({ point, state }) => [point, ...Object.values(state.vectors)],
  );
}

/** The input, and whether all further gradients that the rule asked for are finite: one that is not, as in a run that diverges, is not the rule's fault. */
function watched<V extends Vector>(input: PerturbationInput<V>): { readonly input: PerturbationInput<V>; readonly finite: () => boolean } {
  let finite = true;
  const watch = (gradient: V): V => {
    finite &&= Number.isFinite(gradient.norm());
    return gradient;
  };
  return {
    input: { ...input, gradientAt: (point) => watch(input.gradientAt(point)), sampleGradient: (index) => watch(input.sampleGradient(index)) },
    finite: () => finite,
  };
}

function refuse(what: string): () => never {
  return () => {
    throw new Error(`ascend: the rule asks for ${what}, which were not passed; take a rule with one gradient, or pass them.`);
  };
}

/** What a rule sees in the first step of all, where there are no gradients beside the one at w. */
export const AT_START = {
  state: { numbers: {}, vectors: {} },
  step: 0,
  samples: 1,
  gradientAt: refuse('gradients at further points'),
  sampleGradient: refuse('gradients of single images'),
} as const;
