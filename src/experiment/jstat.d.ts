/** The functions of jstat that are used; the package carries no types. */
declare module 'jstat' {
  export const jStat: {
    readonly studentt: {
      /** Quantile of Student's t distribution. */
      inv(probability: number, degreesOfFreedom: number): number;
      /** Probability of values up to t. */
      cdf(t: number, degreesOfFreedom: number): number;
    };
  };
}
