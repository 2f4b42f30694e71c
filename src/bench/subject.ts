import type { Batch } from '../data/batches';
import type { TensorVector } from '../engine/tensorVector';
import type { ParameterSpec } from '../engine/vector';
import { disposeStatistics, initialStatistics } from '../models/initialise';
import { mixedPrecision } from '../models/mixedPrecision';
import type { Model } from '../models/model';
import { lookaheadAverage } from '../optim/lookahead';
import type { Optimizer } from '../optim/optimizer';
import { samStep } from '../optim/sam';
import { sgd } from '../optim/sgd';
import { plainStep } from '../optim/step';
import { averageStatistics, batchGradient, batchLogits, cloneStatistics, disposeNetwork, type NetworkState } from '../train/network';
import { startOf, type Compared } from './compared';
import type { StepRecipe } from './recipe';
import type { Work } from './result';

/** Steps before timing: op by op, then with the graph being made, then only the graph. PyTorch takes as many, so that Lookahead averages at the same steps on both sides. */
export const WARM_UP = 3;

function optimizerOf({ momentum, nesterov, weightDecay, shares }: StepRecipe, specs: readonly ParameterSpec[]): Optimizer<TensorVector, TensorVector> {
  const list = specs.map(({ name }) => shares[name] ?? { rate: 1, decay: 1 });
  return sgd<TensorVector>({ momentum, nesterov, weightDecay, ...(Object.keys(shares).length > 0 ? { shares: list } : {}) });
}

/** samlab's side of the benchmark: one network and one batch, stepped by the code that trains. */
export class Subject {
  private readonly network: Model;
  private readonly recipe: StepRecipe;
  private readonly optimizer: Optimizer<TensorVector, TensorVector>;
  private readonly frozen: ((spec: ParameterSpec) => boolean) | undefined;
  private velocity: TensorVector;
  private state: NetworkState;
  private slow: NetworkState | undefined;
  /** The network to evaluate: it stays the same for many batches, as after training, while steps change the other one. */
  private readonly evaluated: NetworkState;
  private steps = 0;

  constructor(
    { model, recipe }: Pick<Compared, 'model' | 'recipe'>,
    private readonly batch: Batch,
    precision: 'float32' | 'mixed',
  ) {
    this.network = precision === 'mixed' ? mixedPrecision(model) : model;
    this.recipe = recipe;
    this.optimizer = optimizerOf(recipe, model.parameters);
    this.frozen = recipe.frozen.length > 0 ? ({ name }) => recipe.frozen.includes(name) : undefined;
    this.state = { parameters: startOf({ model }), statistics: initialStatistics(model) };
    this.velocity = this.optimizer.init(this.state.parameters);
    const copy = (): NetworkState => ({ parameters: this.state.parameters.clone(), statistics: cloneStatistics(this.state.statistics) });
    this.slow = recipe.lookahead && copy();
    this.evaluated = copy();
  }

  /** The current weights. They belong to the subject. */
  get parameters(): TensorVector {
    return this.state.parameters;
  }

  private step(work: 'sgd' | 'sam'): void {
    const { rho, learningRate, labelSmoothing } = this.recipe;
    const take = work === 'sam' ? samStep(rho) : plainStep;
    let { statistics } = this.state;
    const { parameters, state } = take({
      parameters: this.state.parameters,
      state: this.velocity,
      optimizer: this.optimizer,
      learningRate,
      objective: (point, phase) => {
        const found = batchGradient(this.network, point, statistics, this.batch, labelSmoothing, true, this.frozen);
        disposeStatistics(phase === 'first' ? statistics : found.statistics);
        statistics = phase === 'first' ? found.statistics : statistics;
        return found;
      },
    });
    this.state = { parameters, statistics };
    this.velocity = state;
    this.steps++;
    this.lookAhead();
  }

  private lookAhead(): void {
    const { lookahead } = this.recipe;
    if (lookahead === undefined || this.slow === undefined || this.steps % lookahead.every !== 0) {
      return;
    }
    const { parameters, statistics } = this.slow;
    const slow = {
      parameters: lookaheadAverage(parameters, this.state.parameters, lookahead.keep),
      statistics: averageStatistics(statistics, this.state.statistics, lookahead.keep),
    };
    disposeNetwork(this.slow);
    disposeNetwork(this.state);
    this.slow = slow;
    this.state = { parameters: slow.parameters.clone(), statistics: cloneStatistics(slow.statistics) };
  }

  private evaluate(): void {
    const { parameters, statistics } = this.evaluated;
    batchLogits(this.network, parameters, { statistics, training: false }, this.batch);
  }

  /** Does one piece of work. */
  perform(work: Work): void {
    if (work === 'evaluation') {
      this.evaluate();
    } else {
      this.step(work);
    }
  }

  /** Does the work until its time no longer changes: kernels are chosen, its graph is made and has run once. @returns seconds of that run */
  warmUp(work: Work): number {
    return Array.from({ length: WARM_UP }, () => this.time(work)).at(-1)!;
  }

  /** Seconds of one piece of work. */
  time(work: Work): number {
    const started = performance.now();
    this.perform(work);
    return (performance.now() - started) / 1000;
  }

  dispose(): void {
    disposeNetwork(this.state);
    disposeNetwork(this.evaluated);
    this.velocity.dispose();
    if (this.slow) {
      disposeNetwork(this.slow);
    }
  }
}
