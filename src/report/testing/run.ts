import type { ExperimentConfig } from '../../experiment/config';
import { DEFAULT_CONFIG } from '../../experiment/presets';
import { RESULT_FORMAT, type RunResult } from '../../experiment/result';

/** The fields of a made-up run that a test sets. */
export interface TestRun extends Partial<ExperimentConfig> {
  readonly top1Error: number;
  readonly top5Error?: number;
  readonly preset?: string;
  readonly diverged?: boolean;
  readonly synthetic?: boolean;
  /** Training losses, one an epoch; the training error is ten times the loss. */
  readonly losses?: readonly number[];
}

/** A made-up result for tests: 1,000 images, ResNet-50 with the ImageNet stem, `laptop` preset, unless given otherwise. */
export function testRun(run: TestRun): RunResult {
  const { top1Error, top5Error = top1Error / 10, preset = 'laptop', diverged = false, synthetic = false, losses = [2, 1], ...changes } = run;
  const config: ExperimentConfig = { ...DEFAULT_CONFIG, stem: 'imagenet', imagesPerClass: 100, epochs: 100, ...changes };
  return {
    format: RESULT_FORMAT,
    id: `${config.dataset}-${config.model}-${config.method}-${config.epochs}-${config.seed}`,
    preset,
    config,
    data: {
      name: config.dataset === 'cifar10' ? (synthetic ? 'synthetic-10' : 'CIFAR-10') : 'CIFAR-100',
      synthetic,
      trainImages: 1000,
      heldOutImages: 1000,
      testImages: 10000,
    },
    status: diverged ? 'diverged' : 'finished',
    ...(diverged ? { divergence: 'loss is NaN at epoch 3' } : {}),
    history: losses.map((trainLoss, index) => ({ epoch: index + 1, learningRate: 0.1, trainLoss, trainTop1Error: 10 * trainLoss, seconds: 1 })),
    final: { loss: 1, top1Error, top5Error },
    seconds: 60,
    gradientEvaluations: 800,
    environment: { samlab: '0.1.0', node: 'v20.0.0', tensorflow: '2.21.0', processor: 'test', gpu: null, threads: 2, commit: null },
    finishedAt: '2026-01-01T00:00:00.000Z',
  };
}
