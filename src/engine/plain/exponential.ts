/**
 * exp and tanh to the precision of float32, from additions, products and quotients alone. JavaScript engines differ in
 * the last bits of `Math.exp` and `Math.tanh`; over thousands of training steps one bit leads to another network.
 */
const LOG2_E = 1.4426950408889634;
/** ln 2 in two parts: products of the first with whole numbers up to 2^20 are exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
/** Beyond these, float32 has infinity and 0. */
const [LEAST, MOST] = [-104, 89];
const LARGEST_POWER = 160;
/** 2^k for k = -LARGEST_POWER, ..., LARGEST_POWER. */
const POWERS = Float64Array.from({ length: 2 * LARGEST_POWER + 1 }, (_, index) => 2 ** (index - LARGEST_POWER));
/** Below it the difference in 1 - 2 / (exp(2x) + 1) would lose digits. */
const SMALL = 0.02;
/** Above it tanh rounds to 1. */
const SATURATED = 10;

/** e^x, off by at most 1e-11 of itself. */
export function exp(x: number): number {
  if (!(x > LEAST)) {
    return Number.isNaN(x) ? x : 0;
  }
  if (x > MOST) {
    return Infinity;
  }
  const k = Math.floor(x * LOG2_E + 0.5);
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  // Taylor's series to r^9, |r| <= ln 2 / 2: the next term is below 7e-12.
  const series = 1 + r * (1 + r * (1 / 2 + r * (1 / 6 + r * (1 / 24 + r * (1 / 120 + r * (1 / 720 + r * (1 / 5040 + r * (1 / 40320 + r / 362880))))))));
  return series * POWERS[k + LARGEST_POWER]!;
}

/** tanh x, off by at most 1e-10 of itself, or by 1e-8 where that rounds to 1. */
export function tanh(x: number): number {
  if (x > SATURATED || x < -SATURATED) {
    return x > 0 ? 1 : -1;
  }
  if (x < SMALL && x > -SMALL) {
    const square = x * x;
    return x * (1 - square * (1 / 3 - square * (2 / 15)));
  }
  return 1 - 2 / (exp(2 * x) + 1);
}
