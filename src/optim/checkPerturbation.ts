import type { ParameterSpec, Vector } from '../engine/vector';
import type { PerturbationInput } from './perturbation';

/**
 * Up to this norm of weights and gradient what a rule computes of them is finite in single precision, whose largest number is
 * 3.4e38: ASAM's w^2 g stays below 1e27, and the square of w g below 1e36. Larger ones are those of a run that diverges.
 */
const LARGEST_NORM = 1e9;

/**
 * Checks what a rule returned.
 *
 * @param finite whether the other gradients that the rule asked for are finite: one that is not, as in a run that diverges, is not the rule's fault.
 * @returns whether it is finite.
 * @throws Error if it is no vector of the parameters' layout; Error if elements are not finite though gradient and parameters are of
 *   a size at which they would be.
 */
export function checkPerturbation<V extends Vector>(rule: string, perturbation: V, { parameters, gradient }: PerturbationInput<V>, finite: boolean): boolean {
  // Rules written in a notebook are not always type-checked.
  const returned = (perturbation as Partial<Vector> | undefined)?.specs;
  const odd = returned === undefined ? 0 : firstDifference(returned, parameters.specs);
  if (returned === undefined || odd !== undefined) {
    throw new Error(
      `sharpnessAware: the rule ${rule} returned a perturbation of layout ${layout(returned, odd)}, expected that of the parameters, ${layout(parameters.specs, odd)}; build it from the gradient, for instance gradient.times(rho).`,
    );
  }
  const norm = perturbation.norm();
  if (!Number.isFinite(norm) && finite && [gradient, parameters].every((given) => given.norm() <= LARGEST_NORM)) {
    throw new Error(
      `sharpnessAware: the rule ${rule} returned a perturbation of norm ${norm} for a gradient of norm ${gradient.norm()}; guard divisions, above all by the norm of a zero gradient.`,
    );
  }
  return Number.isFinite(norm);
}

/** The first parameter in which two layouts differ. */
function firstDifference(a: readonly ParameterSpec[], b: readonly ParameterSpec[]): number | undefined {
  const differs = (index: number): boolean => a[index]?.name !== b[index]?.name || a[index]?.shape.join() !== b[index]?.shape.join();
  return a === b ? undefined : Array.from({ length: Math.max(a.length, b.length) }, (_, index) => index).find(differs);
}

/** Number of parameters, and up to three of them from one on. */
function layout(specs: readonly ParameterSpec[] | undefined, from = 0): string {
  if (specs === undefined) {
    return 'no vector';
  }
  const shown = specs.slice(from, from + 3).map(({ name, shape }) => `${name} [${shape.join(', ')}]`);
  const texts = [...(from > 0 ? ['...'] : []), ...shown, ...(specs.length > from + 3 ? ['...'] : [])];
  return `(${specs.length} parameters: ${texts.join(', ')})`;
}
