import { PARAMETER_KINDS, type ParameterKind, type Vector } from '../engine/vector';
import type { PerturbationInput, PerturbationRule } from './perturbation';

/** Checks kinds of parameters, for callers without types. @throws RangeError for an unknown kind, with the known ones, or for none. */
export function checkKinds(caller: string, kinds: readonly ParameterKind[]): void {
  if (!Array.isArray(kinds) || kinds.length === 0 || !kinds.every((kind) => PARAMETER_KINDS.includes(kind as ParameterKind))) {
    throw new RangeError(`${caller}: expected kinds of parameters out of ${PARAMETER_KINDS.join(', ')}, got ${JSON.stringify(kinds)}; leave \`kinds\` out to perturb all.`);
  }
}

/**
 * The rule confined to the parameters of some kinds: it sees nothing else, so norms, radii and sparsities refer to that part,
 * and eps is 0 in all other parameters.
 *
 * @source SAM on normalisation layers only: Mueller et al. 2023 (arXiv 2306.04226).
 */
export function onKinds(rule: PerturbationRule, kinds: readonly ParameterKind[]): PerturbationRule {
  if (PARAMETER_KINDS.every((kind) => kinds.includes(kind))) {
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
  const others = input.parameters.restrict(({ kind }) => !kinds.includes(kind));
  return {
    ...input,
    parameters: input.parameters.select(kinds),
    gradient: input.gradient.select(kinds),
    gradientAt: (point) => input.gradientAt(others.plusPart(point)).select(kinds),
    sampleGradient: (index) => input.sampleGradient(index).select(kinds),
  };
}
