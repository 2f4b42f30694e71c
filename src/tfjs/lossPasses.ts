import { dispose, type NamedTensorMap, type Optimizer, type Scalar, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import type { LossAndGradient } from '../optim/step';
import type { ParameterVariables } from './parameterVariables';
import type { ScalarLoss, NamedGradients, Pass, PerturbedPasses } from './perturbedPass';
import { readSync, type TfjsVector } from './tfjsVector';
import { allVariables, VariableSnapshot } from './variableSnapshot';

/** A tensor and its name, as `Optimizer.getWeights` gives them. TensorFlow.js declares the type in a file that ES modules cannot import. */
export type NamedTensor = Awaited<ReturnType<Optimizer['saveIterations']>>;

/** The passes of one step: a loss and its gradient at w and at other points. Each leaves the parameters where it found them. */
export class LossPasses {
  /** The names of the variables that the loss depended on in the last pass. */
  private connected: ReadonlySet<string> = new Set();

  /** @param varList the variables that the caller named; undefined for all that the loss depends on. */
  constructor(
    private readonly base: Optimizer,
    private readonly parameters: ParameterVariables,
    private readonly perturbed: PerturbedPasses,
    private readonly varList?: Variable[],
  ) {}

  /** Computes at a point. In the pass `perturbed` other variables, such as batch-norm statistics, stay as they are too. */
  at(point: TfjsVector, pass: Pass, f: ScalarLoss): LossAndGradient<TfjsVector> {
    const compute = (loss: () => Scalar): NamedGradients => this.base.computeGradients(loss, this.varList);
    const before = new VariableSnapshot(pass === 'perturbed' ? allVariables() : this.parameters.variables);
    try {
      this.parameters.moveTo(point);
      return this.taken(pass === 'perturbed' ? this.perturbed.compute(compute, f) : compute(() => f(pass)));
    } finally {
      before.restore();
    }
  }

  /** The variables that the loss depends on, from a pass at a point that moves nothing else. */
  connectedTo(point: TfjsVector, f: ScalarLoss): readonly Variable[] {
    this.at(point, 'perturbed', f).gradient.dispose();
    return this.parameters.variables.filter(({ name }) => this.connected.has(name));
  }

  /** Takes over the results of a pass that was made elsewhere. */
  taken({ value, grads }: NamedGradients): LossAndGradient<TfjsVector> {
    try {
      this.connected = new Set(connectedNames(grads));
      return { loss: readSync(value)[0]!, gradient: this.parameters.vector(grads) };
    } finally {
      dispose([value, grads]);
    }
  }

  /** A gradient in the form in which `Optimizer.minimize` passes it on. Optimizers find variables by position, so the form matters. */
  named(gradient: TfjsVector): NamedTensorMap | NamedTensor[] {
    const named = Object.entries(this.parameters.named(gradient)).filter(([name]) => this.connected.has(name));
    const map: NamedTensorMap = Object.fromEntries(named);
    return this.varList?.map(({ name }) => ({ name, tensor: map[name] as Tensor })) ?? map;
  }
}

/** The names of the variables that a loss depends on: TensorFlow.js gives the others no gradient. */
export function connectedNames(grads: Readonly<Record<string, Tensor | null | undefined>>): string[] {
  return Object.keys(grads).filter((name) => grads[name]);
}
