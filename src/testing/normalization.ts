import { batchNormalizeEvaluation, batchNormalizeTraining } from '../engine/batchNormalization';
import { expectOp, opCases } from './opCase';
import { runningStatistics } from './runningStatistics';

const FIXTURES = {
  training: { identity: 'batchNormalizeTraining', relu: 'batchNormalizeTrainingRelu' },
  evaluation: { identity: 'batchNormalizeEvaluation', relu: 'batchNormalizeEvaluationRelu' },
} as const;

/** Compares batch normalisation, with and without a ReLU after it, with the fixture's cases. */
export function expectNormalization(mode: 'training' | 'evaluation'): void {
  for (const activation of ['identity', 'relu'] as const) {
    for (const one of opCases(FIXTURES[mode][activation])) {
      expectOp(one, ({ x, scale, shift }, { momentum, epsilon }) => {
        const norm = { scale: scale!, shift: shift!, epsilon: epsilon! };
        const statistics = runningStatistics(scale!.size);
        const { y, running } =
          mode === 'training'
            ? batchNormalizeTraining(x!, norm, statistics, momentum!, activation)
            : { y: batchNormalizeEvaluation(x!, norm, statistics, activation), running: statistics };
        return { y, others: { ...running } };
      });
    }
  }
}
