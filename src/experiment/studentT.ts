/*
 * Written here since jstat and similar packages stop their series at 3e-7 and offer only the distribution function, from which
 * the tail cannot be computed by subtraction.
 */

/** Relative change at which the continued fraction has converged. */
const ROUNDING = 2 ** -52;

/** Keeps a denominator of the continued fraction from being 0. */
const TINY = 1e-300;

/**
 * Two-sided tail of Student's t distribution: P(|T| >= t), computed as a tail, so that it is as exact at 1e-300 as at 0.5:
 *
 * P = I_x(df / 2, 1 / 2), x = df / (df + t²), with the regularised incomplete beta function I
 *
 * @param t 0 or more; Infinity gives 0
 * @param df degrees of freedom, a positive integer
 * @throws RangeError for another t or df.
 * @source Abramowitz and Stegun 1964, 26.5.27 and 26.7.1.
 */
export function studentTail(t: number, df: number): number {
  if (!(t >= 0) || !(Number.isSafeInteger(df) && df >= 1)) {
    throw new RangeError(`studentTail: expected t of 0 or more and whole degrees of freedom, 1 or more, got ${t} and ${df}; pass |t| and n - 1.`);
  }
  const ratio = t / Math.sqrt(df);
  // log x and log(1 - x), each without a subtraction, and without t² where it would overflow.
  const logX = ratio > 1 ? -2 * Math.log(ratio) - Math.log1p(ratio ** -2) : -Math.log1p(ratio ** 2);
  const [x, rest] = [1 / (1 + ratio ** 2), ratio > 1 ? 1 / (1 + ratio ** -2) : ratio ** 2 / (1 + ratio ** 2)];
  const [a, b] = [df / 2, 1 / 2];
  const front = Math.exp(a * logX) * Math.sqrt(rest) * inverseBeta(df);
  // Beyond the middle of the distribution the fraction for the other tail converges; what is subtracted there is below 2/3.
  return x < (a + 1) / (a + b + 2) ? (front / a) * betaFraction(a, b, x) : 1 - (front / b) * betaFraction(b, a, rest);
}

/** 1 / B(df / 2, 1 / 2), by B(z + 1, 1 / 2) = B(z, 1 / 2) z / (z + 1 / 2) from B(1/2, 1/2) = pi or B(1, 1/2) = 2. */
function inverseBeta(df: number): number {
  let value = df % 2 === 1 ? 1 / Math.PI : 1 / 2;
  for (let at = df % 2 === 1 ? 1 : 2; at < df; at += 2) {
    value *= (at + 1) / at;
  }
  return value;
}

/** The continued fraction of the incomplete beta function, by Lentz's method. Abramowitz and Stegun 1964, 26.5.8. */
function betaFraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; ; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    let change = 1;
    for (const term of [even, odd]) {
      d = 1 / nonZero(1 + term * d);
      c = nonZero(1 + term / c);
      change = c * d;
      fraction *= change;
    }
    // Converges within a few times sqrt(df) terms; df itself is a bound that rounding cannot pass.
    if (Math.abs(change - 1) <= ROUNDING || m > 1000 + 2 * Math.max(a, b)) {
      return fraction;
    }
  }
}

function nonZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}

/**
 * The t that |T| exceeds with a given probability: the inverse of {@link studentTail}, by bisection to the last bit.
 *
 * @param tail two-sided, in (0, 1); 0.05 for 95 % intervals
 * @throws RangeError for another tail.
 */
export function studentQuantile(tail: number, df: number): number {
  if (!(tail > 0 && tail < 1)) {
    throw new RangeError(`studentQuantile: expected a two-sided tail between 0 and 1, got ${tail}; 0.05 gives 95 % intervals.`);
  }
  let [low, high] = [0, 1];
  while (studentTail(high, df) > tail) {
    [low, high] = [high, 2 * high];
  }
  for (let middle = (low + high) / 2; middle > low && middle < high; middle = (low + high) / 2) {
    [low, high] = studentTail(middle, df) > tail ? [middle, high] : [low, middle];
  }
  return high;
}
