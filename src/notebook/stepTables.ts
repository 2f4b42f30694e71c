import { PlainVector } from '../engine/plainVector';
import { samPerturbation } from '../optim/sam';
import type { StepVectors } from '../planar/descent';

type Pair = readonly [number, number];

/** A vector of the plane and its length. */
export interface VectorRow {
  readonly vector: string;
  readonly w1: number;
  readonly w2: number;
  /** 2-norm. */
  readonly length: number;
}

/** A perturbation by one formula. */
export interface PerturbationRow {
  readonly formula: string;
  readonly w1: number;
  readonly w2: number;
  /** Its norm in the formula's own p; the radius rho, if the formula is right. */
  readonly norm: number;
}

/** The vectors of one step, as numbers: both gradients, the perturbation, and both steps. */
export function vectorRows({ start, gradient, perturbation, perturbedGradient, sgdEnd, samEnd }: StepVectors): readonly VectorRow[] {
  const moved = (end: Pair): Pair => [end[0] - start[0], end[1] - start[1]];
  const rows: readonly (readonly [string, Pair])[] = [
    ['∇L(w)', gradient],
    ['ε = ρ ∇L(w) / ‖∇L(w)‖', perturbation],
    ['∇L(w + ε)', perturbedGradient],
    ['SGD step, −η ∇L(w)', moved(sgdEnd)],
    ['SAM step, −η ∇L(w + ε)', moved(samEnd)],
  ];
  return rows.map(([vector, [w1, w2]]) => ({ vector, w1, w2, length: Math.hypot(w1, w2) }));
}

/**
 * Equation 1 for p = 2 and p = infinity, as it is in SAM's paper and as the report prints it. Without the root
 * 1/p the denominator is |g|_q^q instead of |g|_q^(q-1), so the printed perturbation is the right one divided by |g|_q.
 *
 * @source Foret et al. 2021 (arXiv 2010.01412), eq. 2.
 */
export function perturbationRows(gradient: Pair, rho: number): readonly PerturbationRow[] {
  const g = PlainVector.of(...gradient);
  return ([[2, '2'], [Infinity, '∞']] as const).flatMap(([p, name]) => {
    const dualNorm = g.norm(p === Infinity ? 1 : p / (p - 1));
    const right = samPerturbation(g, rho, p);
    return [row(`p = ${name}`, right, p), row(`p = ${name}, as printed`, right.times(1 / dualNorm), p)];
  });
}

function row(formula: string, perturbation: PlainVector, p: number): PerturbationRow {
  const [w1, w2] = perturbation.elements[0]!;
  return { formula, w1: w1!, w2: w2!, norm: perturbation.norm(p) };
}
