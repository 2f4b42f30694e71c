import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Comparison, Timing } from './result';

/** What `layersSteps` prints. */
export interface LayersTimes {
  /** Relative difference of its loss from samlab's. */
  readonly loss: number;
  readonly sgd: readonly number[];
  readonly evaluation: readonly number[];
}

/** Milliseconds for all repeats. A process that takes longer, or that is killed for its memory, counts as failed. */
const PATIENCE = 10 * 60_000;

/** The failure of a process that took longer. */
export const NO_END = `no end within ${PATIENCE / 60_000} minutes`;

/**
 * Times ResNet-50 of tf.layers with TensorFlow's own choice of kernels, in a process of its own after the others. It has no
 * SAM, no mixed precision and no weight decay.
 */
export function layersTimings({ stem, batch }: Pick<Comparison, 'stem' | 'batch'>, repeats: number): Timing[] {
  const program = join(__dirname, 'layersSteps.js');
  const env = { ...process.env, TF_ENABLE_ONEDNN_OPTS: '1' };
  const { stdout, stderr, status, signal, error } = spawnSync(process.execPath, [program, stem, String(batch), String(repeats)], { encoding: 'utf8', env, timeout: PATIENCE });
  const timing = { side: 'tf.layers', configuration: 'float32', precision: 'float32' } as const;
  if (status !== 0) {
    const timedOut = (error as NodeJS.ErrnoException | undefined)?.code === 'ETIMEDOUT';
    const failure = timedOut ? NO_END : signal === null ? (stderr.trim().split('\n').at(-1) ?? 'failed') : `ended by ${signal}`;
    console.log(`  tf.layers: ${failure}`);
    return [{ ...timing, work: 'sgd', seconds: [], failure }];
  }
  const { sgd, evaluation } = JSON.parse(stdout.trim().split('\n').at(-1)!) as LayersTimes;
  return [
    { ...timing, work: 'sgd', seconds: sgd },
    { ...timing, work: 'evaluation', seconds: evaluation },
  ];
}
