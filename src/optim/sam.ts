import type { Vector } from '../engine/vector';
import type { Step } from './step';

/** Gradients with a smaller norm count as zero. */
const SMALLEST_NORM = 1e-12;

/**
 * SAM's perturbation, the first-order solution of max over |eps|_p <= rho of L(w + eps):
 *
 * eps = rho sign(g) |g|^(q-1) / (|g|_q^q)^(1/p), with 1/p + 1/q = 1
 *
 * For p = 2 it is rho g / |g|_2, for p = infinity rho sign(g). A zero gradient gives a zero perturbation.
 *
 * @param gradient g, at w
 * @param rho radius of the ball in the p-norm, 0 or more
 * @returns eps, with |eps|_p = rho unless g is zero
 * @throws RangeError if rho is negative or not finite, or p is below or at 1.
 * @source Foret et al. 2021 (arXiv 2010.01412), eq. 2.
 */
export function samPerturbation<V extends Vector>(gradient: V, rho: number, p = 2): V {
  checkRho(rho);
  if (!(p > 1)) {
    throw new RangeError(`samPerturbation: expected p above 1, got ${p}; use 2 or Infinity.`);
  }
  const q = p === Infinity ? 1 : p / (p - 1);
  const norm = gradient.norm(q);
  if (norm < SMALLEST_NORM) {
    return gradient.zeros();
  }
  if (p === 2) {
    return gradient.times(rho / norm);
  }
  const direction = gradient.sign();
  if (p === Infinity) {
    const perturbation = direction.times(rho);
    direction.dispose();
    return perturbation;
  }
  // (|g|_q^q)^(1/p) = |g|_q^(q - 1), so normalising first keeps the powers of small gradients from underflowing.
  const normalized = gradient.times(1 / norm);
  const powers = normalized.absPower(q - 1);
  const signed = powers.multiply(direction);
  const perturbation = signed.times(rho);
  [direction, normalized, powers, signed].forEach((vector) => vector.dispose());
  return perturbation;
}

function checkRho(rho: number): void {
  if (!(rho >= 0 && rho < Infinity)) {
    throw new RangeError(`samPerturbation: expected a radius rho of 0 or more, got ${rho}; SAM's paper uses 0.05 on CIFAR-10.`);
  }
}

/**
 * First phase of SAM: the gradient at w, and the point w + eps to which it leads. w itself is not moved,
 * so that nothing has to be restored.
 *
 * @returns w + eps, which the caller disposes of.
 */
export function climb<V extends Vector>(parameters: V, gradient: V, rho: number): V {
  const perturbation = samPerturbation(gradient, rho);
  try {
    return parameters.plus(perturbation);
  } finally {
    perturbation.dispose();
  }
}

/**
 * Sharpness-aware minimisation around a base optimizer, in two phases: climb to w + eps; then the
 * base step at w with the gradient found there. Batch-norm statistics move in the first phase alone.
 *
 * @param rho radius of the perturbation in the 2-norm. With rho = 0 the second gradient is the first,
 * and the step is the base optimizer's own, bit for bit.
 * @throws RangeError if rho is negative or not finite.
 * @source Foret et al. 2021 (arXiv 2010.01412), algorithm 1.
 */
export function samStep(rho: number): Step {
  checkRho(rho);
  return ({ parameters, state, objective, optimizer, learningRate }) => {
    const { loss, gradient } = objective(parameters, 'first');
    const climbed = climb(parameters, gradient, rho);
    gradient.dispose();
    try {
      const perturbed = objective(climbed, 'perturbed');
      try {
        return { ...optimizer.update(parameters, perturbed.gradient, state, learningRate), loss, gradientEvaluations: 2 };
      } finally {
        perturbed.gradient.dispose();
      }
    } finally {
      climbed.dispose();
    }
  };
}
