import type { Batch } from '../data/batches';
import type { ChannelStatistics } from '../engine/batchNormalization';
import { TensorVector } from '../engine/tensorVector';
import { disposeStatistics, initialParameters, initialStatistics } from '../models/initialise';
import { mixedPrecision } from '../models/mixedPrecision';
import type { Model } from '../models/model';
import { samStep } from '../optim/sam';
import { sgd } from '../optim/sgd';
import { plainStep } from '../optim/step';
import { batchGradient, batchLogits } from '../train/network';
import type { Work } from './result';

/** The same settings as in rival.py. */
const SETTINGS = { learningRate: 1e-3, momentum: 0.9, nesterov: true, weightDecay: 5e-4, rho: 0.05 };

/** Op by op, then as the graph is made, then by the graph alone. */
const WARM_UP = 3;

/** samlab's side of the benchmark: one network and one batch, stepped by the code that trains. */
export class Subject {
  private readonly network: Model;
  private readonly optimizer = sgd<TensorVector>(SETTINGS);
  private parameters: TensorVector;
  private velocity: TensorVector;
  private statistics: ChannelStatistics[];

  constructor(
    model: Model,
    private readonly batch: Batch,
    precision: 'float32' | 'mixed',
  ) {
    this.network = precision === 'mixed' ? mixedPrecision(model) : model;
    this.parameters = initialParameters(model, { seed: 0, zeroInitResidual: true });
    this.velocity = this.optimizer.init(this.parameters);
    this.statistics = initialStatistics(model);
  }

  private step(work: 'sgd' | 'sam'): void {
    const take = work === 'sam' ? samStep(SETTINGS.rho) : plainStep;
    const { parameters, state } = take({
      parameters: this.parameters,
      state: this.velocity,
      optimizer: this.optimizer,
      learningRate: SETTINGS.learningRate,
      objective: (point, phase) => {
        const found = batchGradient(this.network, point, this.statistics, this.batch, 0);
        disposeStatistics(phase === 'first' ? this.statistics : found.statistics);
        this.statistics = phase === 'first' ? found.statistics : this.statistics;
        return found;
      },
    });
    this.parameters = parameters;
    this.velocity = state;
  }

  private evaluate(): void {
    batchLogits(this.network, this.parameters, { statistics: this.statistics, training: false }, this.batch);
  }

  /** Does one piece of work. */
  perform(work: Work): void {
    if (work === 'evaluation') {
      this.evaluate();
    } else {
      this.step(work);
    }
  }

  /** Does the work until it takes the time that it takes from then on: kernels are chosen, its graph is made and has run once. */
  warmUp(work: Work): void {
    for (let piece = 0; piece < WARM_UP; piece++) {
      this.perform(work);
    }
  }

  /** Seconds of one piece of work. */
  time(work: Work): number {
    const started = performance.now();
    this.perform(work);
    return (performance.now() - started) / 1000;
  }

  dispose(): void {
    this.parameters.dispose();
    this.velocity.dispose();
    disposeStatistics(this.statistics);
  }
}
