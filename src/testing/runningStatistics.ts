import type { ChannelStatistics } from '../engine/batchNormalization';
import { tensor } from '../engine/tensor';
import { hashed } from './hashed';
import { hashedTensor } from './opCase';

/** The running statistics of make_ops.py's batch-norm cases. */
export function runningStatistics(channels: number): ChannelStatistics {
  const variance = hashed('running_var', channels).map((value) => 1 + 0.5 * value);
  return { mean: hashedTensor('running_mean', [channels]), variance: tensor(variance, [channels]) };
}
