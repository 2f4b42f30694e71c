import type { ParameterKind, Vector } from '../engine/vector';
import type { PerturbationInput, PerturbationRule } from './perturbation';

/** Which parameters are perturbed: all, weights, those of normalisation layers (SAM-ON), or all but those. */
export type PerturbationScope = 'all' | 'weights' | 'norm' | 'noNorm';

/** The kinds in a scope; undefined means every kind. */
const KINDS: Readonly<Record<PerturbationScope, readonly ParameterKind[] | undefined>> = {
  all: undefined,
  weights: ['weight'],
  norm: ['normScale', 'normShift'],
  noNorm: ['weight', 'bias'],
};

/** Checks a scope, for callers without types: an unknown one would perturb everything. @throws RangeError with the known ones. */
export function checkScope(caller: string, scope: PerturbationScope): void {
  if (!Object.hasOwn(KINDS, scope)) {
    throw new RangeError(`${caller}: expected a scope of ${Object.keys(KINDS).join(', ')}, got ${scope}; "all" is the default.`);
  }
}

/**
 * The rule confined to the parameters in scope: it sees nothing else, so norms, radii and sparsities are those of that part,
 * and eps is 0 in all other parameters.
 *
 * @source SAM on normalisation layers alone: Mueller et al. 2023 (arXiv 2306.04226).
 */
export function inScope(rule: PerturbationRule, scope: PerturbationScope): PerturbationRule {
  const kinds = KINDS[scope];
  if (kinds === undefined) {
    return rule;
  }
  return {
    ...rule,
    ...(rule.prepare ? { prepare: (input) => rule.prepare!(partOf(input, kinds)) } : {}),
    perturb: (input) => input.parameters.zeros().plusPart(rule.perturb(partOf(input, kinds))),
  };
}

/** What the rule sees of a step's input. */
function partOf<V extends Vector>(input: PerturbationInput<V>, kinds: readonly ParameterKind[]): PerturbationInput<V> {
  const outside = input.parameters.restrict(({ kind }) => !kinds.includes(kind));
  return {
    ...input,
    parameters: input.parameters.select(kinds),
    gradient: input.gradient.select(kinds),
    gradientAt: (point) => input.gradientAt(outside.plusPart(point)).select(kinds),
    sampleGradient: (index) => input.sampleGradient(index).select(kinds),
  };
}
