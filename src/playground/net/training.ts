import type { Batch } from '../../data/batches';
import { permutation, random } from '../../engine/random';
import type { TensorVector } from '../../engine/tensorVector';
import { initialParameters } from '../../models/initialise';
import type { Model } from '../../models/model';
import type { Optimizer } from '../../optim/optimizer';
import { sgd } from '../../optim/sgd';
import { BatchObjective } from '../../train/batchObjective';
import { testPoints, trainingPoints, type Points } from './data';
import { netTraining, type NetTraining } from './methods';
import { batchOf, perceptron } from './model';
import type { NetMethodId, NetSettings } from './settings';

/** A network whose weights are longer than this, or are no numbers any more, has diverged. */
const FAR_AWAY = 1e4;

/** One method's network. */
export interface Contender {
  readonly method: NetMethodId;
  /** w; the last ones that were finite, once it has diverged. */
  readonly parameters: TensorVector;
  /** Gradients so far; one of a part of the batch counts as that part. */
  readonly gradientEvaluations: number;
  /** The step after which the weights were too large; undefined before that. */
  readonly divergedAt: number | undefined;
}

/** A network under way. */
class Learner implements Contender {
  parameters: TensorVector;
  gradientEvaluations = 0;
  divergedAt: number | undefined;
  private velocity: TensorVector;

  constructor(
    readonly method: NetMethodId,
    model: Model,
    private readonly optimizer: Optimizer<TensorVector, TensorVector>,
    private readonly training: NetTraining<TensorVector>,
    seed: number,
  ) {
    this.parameters = initialParameters(model, { seed, zeroInitResidual: false });
    this.velocity = optimizer.init(this.parameters);
  }

  step(objective: BatchObjective, learningRate: number, number: number): void {
    if (this.divergedAt !== undefined) {
      return;
    }
    const before = this.parameters.clone();
    const output = this.training.take({ parameters: this.parameters, state: this.velocity, optimizer: this.optimizer, learningRate, objective: (parameters, phase, part) => objective.evaluate(parameters, phase, part) });
    this.gradientEvaluations += output.gradientEvaluations;
    this.velocity = output.state;
    if (output.parameters.norm() < FAR_AWAY) {
      this.parameters = output.parameters;
      before.dispose();
    } else {
      this.parameters = before;
      output.parameters.dispose();
      this.divergedAt = number;
    }
  }

  dispose(): void {
    this.parameters.dispose();
    this.velocity.dispose();
    this.training.dispose();
  }
}

/**
 * Trains networks beside each other: from the same weights, on the same batches, each by the project's own optimizer. Equal
 * settings give equal numbers.
 */
export class NetComparison {
  readonly model: Model;
  readonly training: Points;
  readonly test: Points;
  /** Steps taken. */
  taken = 0;
  private readonly learners: readonly Learner[];
  private order: Int32Array = new Int32Array(0);

  constructor(readonly settings: NetSettings) {
    const { momentum, weightDecay, seed } = settings;
    this.model = perceptron(settings);
    this.training = trainingPoints(settings);
    this.test = testPoints(settings);
    const optimizer = sgd<TensorVector>({ momentum, nesterov: false, weightDecay });
    this.learners = settings.methods.map((method) => new Learner(method, this.model, optimizer, netTraining(method, settings), seed));
  }

  get contenders(): readonly Contender[] {
    return this.learners;
  }

  /** Whether there is nothing left to do: every step is taken, or every network has diverged. */
  get isOver(): boolean {
    return this.taken >= this.settings.steps || this.learners.every(({ divergedAt }) => divergedAt !== undefined);
  }

  /** Takes one step of every method, on the same batch. An epoch's last points that fill no batch are left out. */
  step(): void {
    this.stepByMethod().forEach((take) => take());
  }

  /** The same in parts, one for each method, for callers who do something else in between. The step is complete when all parts are. */
  stepByMethod(): readonly (() => void)[] {
    const images = this.nextBatch();
    return this.learners.map((learner, index) => () => {
      learner.step(new BatchObjective(images, { model: this.model, statistics: [], labelSmoothing: 0, penalty: { weightDecay: 0 } }), this.settings.learningRate, this.taken + 1);
      this.taken += index === this.learners.length - 1 ? 1 : 0;
    });
  }

  private nextBatch(): Batch {
    const { batch, points, seed } = this.settings;
    const perEpoch = Math.floor(points / batch);
    const within = this.taken % perEpoch;
    if (within === 0) {
      this.order = permutation(points, random(seed, 'playground order', this.taken / perEpoch));
    }
    return batchOf(this.training, this.order.subarray(within * batch, (within + 1) * batch));
  }

  /** Frees all networks. */
  dispose(): void {
    this.learners.forEach((learner) => learner.dispose());
  }
}
