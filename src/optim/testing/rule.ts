import type { PlainVector } from '../../engine/plainVector';
import { EMPTY_STATE, type PerturbationInput, type PerturbationRule } from '../perturbation';

/** The settings of a step that a test gives; the rest has the simplest values. */
export type TestInput = Pick<PerturbationInput<PlainVector>, 'parameters' | 'rho'> & Partial<PerturbationInput<PlainVector>>;

/** A rule's input for a loss without images. Where only the gradient at other points is given, it is the one at w too. */
export function ruleInput(given: TestInput): PerturbationInput<PlainVector> {
  const { parameters, gradientAt = () => parameters.zeros(), gradient = gradientAt(parameters) } = given;
  const sampleGradient = (): never => {
    throw new Error('there are no images');
  };
  return { gradient, gradientAt, state: EMPTY_STATE, step: 0, batchSize: 1, sampleGradient, ...given };
}

/** The elements of a rule's perturbation, with the sign of zeros dropped. */
export function perturb(rule: PerturbationRule, given: TestInput): number[] {
  const input = ruleInput(given);
  const state = rule.prepare?.(input) ?? input.state;
  return rule
    .perturb({ ...input, state })
    .elements.flatMap((array) => [...array])
    .map((element) => element + 0);
}
