import { Optimizer } from '@tensorflow/tfjs-core';
import { baseSettingNames, readBase, writeBase } from './baseSettings';
import type { NamedTensor } from './lossPasses';

/** An optimizer around another one, whose settings, count of steps and state are read and set through it. */
export abstract class WrappedOptimizer extends Optimizer {
  /** @throws TypeError if base is no `tf.Optimizer`. */
  constructor(readonly base: Optimizer) {
    super();
    if (!(base instanceof Optimizer)) {
      throw new TypeError(`SharpnessAwareOptimizer: expected a tf.Optimizer to take the steps, got ${typeof base}; pass for instance tf.train.momentum(0.1, 0.9).`);
    }
  }

  /** To be called once the wrapper has its own fields: settings of the base optimizer with the same name as one of these are set only on `base`. */
  protected passOnSettings(): void {
    const { base } = this;
    baseSettingNames(base).filter((name) => !(name in this)).forEach((name) =>
      Object.defineProperty(this, name, { enumerable: true, get: () => readBase(base, name), set: (value: unknown) => writeBase(base, name, value) }),
    );
  }

  /** The base optimizer's learning rate; the next step follows it. @throws TypeError or RangeError unless it is set to a finite number. */
  get learningRate(): number {
    return readBase(this.base, 'learningRate') as number;
  }

  set learningRate(learningRate: number) {
    writeBase(this.base, 'learningRate', learningRate);
  }

  /** The same as assigning `learningRate`, as `tf.train.sgd` has it. */
  setLearningRate(learningRate: number): void {
    this.learningRate = learningRate;
  }

  /** The base optimizer's momentum factor. @throws TypeError if it has none. */
  get momentum(): number {
    return readBase(this.base, 'momentum') as number;
  }

  set momentum(momentum: number) {
    writeBase(this.base, 'momentum', momentum);
  }

  /** The same as assigning `momentum`, as `tf.train.momentum` has it. */
  setMomentum(momentum: number): void {
    this.momentum = momentum;
  }

  /** Steps that the base optimizer has taken. */
  override get iterations(): number {
    return this.base.iterations;
  }

  /** The base optimizer's state. What a rule keeps is not among it. */
  override async getWeights(): Promise<NamedTensor[]> {
    return this.base.getWeights();
  }

  override async saveIterations(): Promise<NamedTensor> {
    return this.base.saveIterations();
  }

  /** @throws Error always: a rule is a function, which no file can hold. */
  override getConfig(): never {
    throw new Error('SharpnessAwareOptimizer: a rule cannot be stored; save the model without its optimizer, and wrap an optimizer again after loading.');
  }
}
