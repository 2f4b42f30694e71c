import { studentQuantile } from './studentT';

/** Steps of the integral over the normal variable on each side of the kink; the error of Simpson's rule is far below 1e-9. */
const STEPS = 400;

/** Standard deviations beyond which the normal density is below 1e-17. */
const REACH = 9;

/**
 * Power of the two-sided paired t test: the probability that it finds a mean difference that is really there,
 *
 * P(|Z + delta| > c U), delta = effect sqrt(n), U² = chi²(n - 1) / (n - 1), c the test's critical t,
 *
 * which is the tail of the non-central t distribution with n - 1 degrees of freedom.
 *
 * @param effect mean of the differences over their standard deviation (Cohen's d_z)
 * @param pairs n, 2 or more
 * @param level of the test; default: 0.05
 * @throws RangeError for fewer pairs, an effect that is not finite, or a level outside (0, 1).
 * @source Cohen 1988, "Statistical Power Analysis for the Behavioral Sciences", chapter 2.
 * @example
 * experiment.pairedPower(0.5, 34); // 0.81
 */
export function pairedPower(effect: number, pairs: number, level = 0.05): number {
  if (!Number.isFinite(effect) || !(Number.isSafeInteger(pairs) && pairs >= 2)) {
    throw new RangeError(`pairedPower: expected a finite effect and two pairs or more, got ${effect} and ${pairs}; one pair has no spread to test with.`);
  }
  const df = pairs - 1;
  return tailPower(Math.abs(effect) * Math.sqrt(pairs), df, studentQuantile(level, df));
}

/**
 * The smallest mean difference that the two-sided paired t test finds with a given probability, in standard deviations of the
 * differences: the inverse of {@link pairedPower}, by bisection.
 *
 * @param options level of the test, default: 0.05; power, default: 0.8
 * @throws RangeError as `pairedPower`, and for a power that is not between the level and 1.
 * @example
 * experiment.detectableEffect(3); // 3.26: three seeds show what is more than three times their scatter
 */
export function detectableEffect(pairs: number, { level = 0.05, power = 0.8 }: { readonly level?: number; readonly power?: number } = {}): number {
  if (!(power > level && power < 1)) {
    throw new RangeError(`detectableEffect: expected a power between the level, ${level}, and 1, got ${power}; 0.8 is usual.`);
  }
  let [low, high] = [0, 1];
  while (pairedPower(high, pairs, level) < power) {
    [low, high] = [high, 2 * high];
  }
  while (high - low > 1e-9 * high) {
    const middle = (low + high) / 2;
    [low, high] = pairedPower(middle, pairs, level) < power ? [middle, high] : [low, middle];
  }
  return high;
}

/**
 * The smallest mean difference that a paired test with these pairs would have found with a given probability, in the unit of the
 * differences: {@link detectableEffect} times the standard deviation given by the 95 % interval, halfWidth sqrt(n) / t(0.975, n - 1).
 *
 * @param halfWidth half the 95 % interval of the mean difference
 * @param pairs n, 2 or more
 * @throws RangeError as `detectableEffect`.
 */
export function detectableDifference(halfWidth: number, pairs: number, options: { readonly level?: number; readonly power?: number } = {}): number {
  return (detectableEffect(pairs, options) * halfWidth * Math.sqrt(pairs)) / studentQuantile(0.05, pairs - 1);
}

/** The integral over Z of its density times P(chi² < df (z + delta)² / c²); both sides of the kink at z = -delta apart. */
function tailPower(delta: number, df: number, critical: number): number {
  const integrand = (z: number): number => (Math.exp(-(z ** 2) / 2) / Math.sqrt(2 * Math.PI)) * chiSquared((df * (z + delta) ** 2) / critical ** 2, df);
  const kink = Math.max(-REACH, Math.min(REACH, -delta));
  return Math.min(1, simpson(integrand, -REACH, kink) + simpson(integrand, kink, REACH));
}

function simpson(integrand: (z: number) => number, from: number, to: number): number {
  const width = (to - from) / STEPS;
  let sum = integrand(from) + integrand(to);
  for (let step = 1; step < STEPS; step++) {
    sum += (step % 2 === 1 ? 4 : 2) * integrand(from + step * width);
  }
  return (sum * width) / 3;
}

/**
 * Distribution function of chi² with df degrees of freedom, the regularised incomplete gamma function P(df / 2, x / 2), by its
 * series of positive terms. Abramowitz and Stegun 1964, 6.5.29.
 */
function chiSquared(x: number, df: number): number {
  const [a, y] = [df / 2, x / 2];
  if (y === 0) {
    return 0;
  }
  // Above this both tails of the distribution are below rounding.
  if (y > a + 40 + 12 * Math.sqrt(a)) {
    return 1;
  }
  let sum = 1;
  for (let term = 1, at = a + 1; term > 1e-17 * sum; at++) {
    term *= y / at;
    sum += term;
  }
  return Math.min(1, Math.exp(a * Math.log(y) - y - logGammaAbove(df)) * sum);
}

/** log Gamma(df / 2 + 1), by Gamma(z + 1) = z Gamma(z) from Gamma(1/2) = sqrt(pi) or Gamma(1) = 1. */
function logGammaAbove(df: number): number {
  let value = df % 2 === 1 ? Math.log(Math.PI) / 2 : 0;
  for (let z = df % 2 === 1 ? 1 / 2 : 1; z <= df / 2; z++) {
    value += Math.log(z);
  }
  return value;
}
