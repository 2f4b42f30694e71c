import { PARAMETER_KINDS, type ParameterKind } from '../engine/vector';

/**
 * The kinds of parameters by the names that the settings `perturbationScope`, `asamOn` and `weightDecayOn` have for them. Stored
 * results and command lines hold these names, so they stay; code takes the kinds themselves.
 */
export const KINDS_BY_NAME = {
  all: PARAMETER_KINDS,
  weights: ['weight'],
  weightsAndNormScales: ['weight', 'normScale'],
  norm: ['normScale', 'normShift'],
  noNorm: ['weight', 'bias'],
} as const satisfies Readonly<Record<string, readonly ParameterKind[]>>;
