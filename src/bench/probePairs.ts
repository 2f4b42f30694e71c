import type { ProbeCost } from './result';

/** The landscape probes that are timed. */
export type ProbeName = 'forward' | 'point' | 'mixedPoint' | 'gradient' | 'product' | 'pytorchProduct' | 'eigenthingsProduct';

/** A ratio of two of them, each at most its limit. */
export interface ProbePair {
  readonly name: string;
  readonly above: ProbeName & keyof ProbeCost;
  readonly below: ProbeName & keyof ProbeCost;
  readonly limit: number;
}

/** The ratios of probes that have goals. */
export const PROBE_PAIRS: readonly ProbePair[] = [
  { name: 'a point of a plane / bare forward passes over its images', above: 'point', below: 'forward', limit: 1.15 },
  { name: 'exact Hessian-vector product / gradient', above: 'product', below: 'gradient', limit: 3.3 },
  { name: "exact Hessian-vector product / PyTorch's double backward", above: 'product', below: 'pytorchProduct', limit: 0.8 },
  { name: "exact Hessian-vector product / hessian-eigenthings'", above: 'product', below: 'eigenthingsProduct', limit: 0.8 },
];
