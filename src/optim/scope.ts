import type { ParameterKind, Vector } from '../engine/vector';
import { withTemporaries } from './temporaries';

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
 * That part of a vector which is in scope. Rules see nothing else, so norms, radii and sparsities are those of the part.
 *
 * @returns a vector of its own, which the caller disposes of.
 * @source SAM on normalisation layers alone: Mueller et al. 2023 (arXiv 2306.04226).
 */
export function inScope<V extends Vector>(vector: V, scope: PerturbationScope): V {
  const kinds = KINDS[scope];
  return kinds === undefined ? vector.clone() : vector.select(kinds);
}

/** A whole vector plus a vector of what is in scope. */
export function plusInScope<V extends Vector>(whole: V, part: V, scope: PerturbationScope): V {
  return KINDS[scope] === undefined ? whole.plus(part) : whole.plusPart(part);
}

/** The point that differs from `whole` in what is in scope. */
export function replaceInScope<V extends Vector>(whole: V, part: V, scope: PerturbationScope): V {
  const kinds = KINDS[scope];
  return kinds === undefined ? part.clone() : withTemporaries((own) => own(whole.restrict(({ kind }) => !kinds.includes(kind))).plusPart(part));
}
