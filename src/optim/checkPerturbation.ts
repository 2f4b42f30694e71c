import type { Vector } from '../engine/vector';
import type { PerturbationInput } from './perturbation';

/**
 * Checks what a rule returned.
 *
 * @param finite whether the other gradients that the rule asked for are finite: one that is not, as in a run that diverges, is not the rule's fault.
 * @throws Error if it is no vector of the parameters' layout; Error if elements are no finite numbers though the gradient's are.
 */
export function checkPerturbation<V extends Vector>(rule: string, perturbation: V, { parameters, gradient }: PerturbationInput<V>, finite: boolean): void {
  const returned = layout(perturbation);
  const expected = layout(parameters);
  if (returned !== expected) {
    throw new Error(
      `sharpnessAware: the rule ${rule} returned a perturbation of layout ${returned}, expected that of the parameters, ${expected}; build it from the gradient, for instance gradient.times(rho).`,
    );
  }
  const norm = perturbation.norm();
  if (!Number.isFinite(norm) && finite && Number.isFinite(gradient.norm())) {
    throw new Error(
      `sharpnessAware: the rule ${rule} returned a perturbation of norm ${norm} for a gradient of norm ${gradient.norm()}; guard divisions, above all by the norm of a zero gradient.`,
    );
  }
}

/** Names and shapes in short. Rules written in a notebook are not always type-checked. */
function layout(vector: Partial<Vector> | undefined): string {
  const specs = vector?.specs ?? [];
  const shown = specs.slice(0, 3).map(({ name, shape }) => `${name} [${shape.join(', ')}]`);
  return vector?.specs === undefined ? 'no vector' : `(${specs.length} parameters: ${shown.join(', ')}${specs.length > 3 ? ', ...' : ''})`;
}
