import type { ExperimentConfig } from '../../experiment/config';
import { DEFAULT_CONFIG } from '../../experiment/presets';
import { RESULT_FORMAT, type RunResult } from '../../experiment/result';
import { runId } from '../../experiment/store';
import { FINISHED_RUN } from '../../testing/finishedRun';

/** A made-up result of a run with the given number of epochs of a second each and two seconds of evaluation, on four threads. */
export function testResult(changes: Partial<ExperimentConfig>, top1Error = 10): RunResult {
  const config: ExperimentConfig = { ...DEFAULT_CONFIG, ...changes };
  return {
    ...FINISHED_RUN,
    format: RESULT_FORMAT,
    id: runId(config),
    config,
    data: { name: 'CIFAR-10', synthetic: false, trainImages: 1, heldOutImages: 0, testImages: 1 },
    history: Array.from({ length: config.epochs }, (_, index) => ({ epoch: index + 1, learningRate: 0.1, trainLoss: 1, trainTop1Error: 50, seconds: 1 })),
    final: { loss: 1, top1Error, top5Error: 1 },
    seconds: config.epochs + 2,
    environment: { ...FINISHED_RUN.environment, processorDigest: 'q', threads: 4 },
  };
}
