import { shown } from '../engine/shown';
import type { Vector } from '../engine/vector';
import { elementCount, overlap, unflatten } from './mask';
import type { PerturbationInput, PerturbationRule, PerturbationState } from './perturbation';

/** Where a mask comes from. */
export interface MaskSource {
  /** Names the source, such as "Fisher". */
  readonly name: string;
  /** Steps between masks. */
  readonly every: number;
  /**
   * A new mask of ones and zeros, one byte an element.
   *
   * @param before the mask so far; undefined at the first.
   */
  draw<V extends Vector>(input: PerturbationInput<V>, before: V | undefined): Uint8Array;
}

/**
 * Confines a rule to the elements where a mask is 1. The mask is drawn in the first step and then every so many
 * steps. Its sparsity, and the share of its ones that the mask before had too, are logged.
 *
 * @param rule the rule that is confined, such as `sam()`.
 * @param where `beforeNorm`: the rule sees the masked gradient, so that SAM's eps keeps the length rho, as the paper's
 * text has it. `afterNorm`: the rule's eps is masked, hence shorter than rho, as the authors' published code does.
 * @source Mi et al. 2022 (arXiv 2210.05177), eqs. 5 and 6.
 */
export function sparse(rule: PerturbationRule, mask: MaskSource, where: 'beforeNorm' | 'afterNorm' = 'beforeNorm'): PerturbationRule {
  return {
    ...rule,
    name: `sparse ${rule.name} (${mask.name} mask)`,
    logs: [...(rule.logs ?? []), 'sparsity', 'maskOverlap'],
    prepare(input) {
      const inner = rule.prepare?.(input);
      const { numbers, vectors } = masked(input, mask);
      return { numbers: { ...inner?.numbers, ...numbers }, vectors: { ...inner?.vectors, ...vectors } };
    },
    perturb(input) {
      const kept = input.state.vectors['mask'];
      if (kept === undefined) {
        throw new Error(`sparse: ${rule.name} has no mask yet; call prepare before perturb and pass its state.`);
      }
      return where === 'afterNorm'
        ? rule.perturb(input).multiply(kept)
        : rule.perturb({ ...input, gradient: input.gradient.multiply(kept), gradientAt: (point) => input.gradientAt(point).multiply(kept) });
    },
  };
}

/** The state with the mask of this step. */
function masked<V extends Vector>(input: PerturbationInput<V>, source: MaskSource): PerturbationState<V> {
  const before = input.state.vectors['mask'];
  if (before !== undefined && input.step % source.every !== 0) {
    const { sparsity, maskOverlap } = input.state.numbers;
    return { numbers: { sparsity: sparsity!, maskOverlap: maskOverlap! }, vectors: { mask: before } };
  }
  const mask = unflatten(input.gradient, source.draw(input, before));
  const sparsity = 1 - mask.norm(1) / elementCount(mask);
  return { numbers: { sparsity, maskOverlap: before === undefined ? 1 : overlap(mask, before) }, vectors: { mask } };
}

/** Checks what both sources need. @throws RangeError for a sparsity outside [0, 1], or steps that are no positive integer. */
export function checkMaskSettings(caller: string, { sparsity, every }: { readonly sparsity: number; readonly every: number }): void {
  if (!(Number.isFinite(sparsity) && sparsity >= 0 && sparsity <= 1)) {
    throw new RangeError(`${caller}: expected a sparsity from 0 (all elements) to 1 (none), got ${shown(sparsity)}; 0.5 is usual.`);
  }
  if (!(Number.isSafeInteger(every) && every >= 1)) {
    throw new RangeError(`${caller}: expected a new mask every 1 or more whole steps, got ${every}; a mask usually lasts for 1 to 5 epochs.`);
  }
}
