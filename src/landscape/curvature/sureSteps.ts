/** An eigenvalue that is separated from the others by this share of the spectrum's width is missed... */
const SHARE = 0.05;
/** ...at most with this probability. */
const FAILURE = 0.01;

/**
 * Steps of Lanczos after which a random start vector has met the end of the spectrum: the largest Ritz value is then within
 * 5 % of the spectrum's width of the largest eigenvalue, with a probability of 99 %, whatever the spectrum. After fewer
 * steps a small residual says little about the end: where nearly all of a million eigenvalues are small, a random vector is
 * itself an eigenvector of 0 with a small residual.
 *
 * @param dimension n, the rows of the matrix.
 * @returns the least k with 1.648 sqrt(n) exp(-sqrt(.05) (2 k - 1)) <= .01, at most n: 26 for 270,000 rows.
 * @source Kuczyński and Woźniakowski 1992 (SIAM Journal on Matrix Analysis 13), theorem 4.2.
 */
export function sureSteps(dimension: number): number {
  const least = (1 + Math.log((1.648 * Math.sqrt(dimension)) / FAILURE) / Math.sqrt(SHARE)) / 2;
  return Math.min(dimension, Math.ceil(least));
}
