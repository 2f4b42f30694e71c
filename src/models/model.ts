import { addRelu } from '../engine/activation';
import { batchNormalizeEvaluation, batchNormalizeTraining, type Activation, type ChannelStatistics } from '../engine/batchNormalization';
import { addBias, matMul } from '../engine/dense';
import { conv2d } from '../engine/convolution';
import { cast } from '../engine/precision';
import { release, type Tensor } from '../engine/tensor';
import type { ParameterKind, ParameterSpec } from '../engine/vector';

/** Name and size of the running statistics of one batch-norm layer. */
export interface StatisticsSpec {
  /** torchvision's name of the layer, such as "layer1.0.bn1". */
  readonly name: string;
  readonly channels: number;
}

/** What a forward pass reads, and where it leaves the statistics that follow from the batch. */
export interface Pass {
  /** In the order of `Model.parameters`. */
  readonly parameters: readonly Tensor[];
  /** In the order of `Model.statistics`. */
  readonly statistics: readonly ChannelStatistics[];
  /** Normalise by the batch's own moments, or by the running ones. */
  readonly training: boolean;
  /** Running statistics after this batch, in the order of `Model.statistics`; filled in training. The caller disposes of them. */
  readonly updated: ChannelStatistics[];
  /** Shown the output of each stage of the network by name; it must not keep or dispose of it. */
  readonly observe?: (name: string, activation: Tensor) => void;
}

/**
 * A piece of a network: a pure function of its input and of the pass. It leaves its input to the caller. One that draws
 * random numbers or reads values of tensors is computed op by op, see `compiled`.
 */
export type Layer = (x: Tensor, pass: Pass) => Tensor;

/** A network: what its parameters and statistics are, and a pure function from images to logits. */
export interface Model {
  /** Such as "resnet50, imagenet stem". */
  readonly name: string;
  readonly classes: number;
  readonly parameters: readonly ParameterSpec[];
  readonly statistics: readonly StatisticsSpec[];
  /** Names of the batch-norm scales at the end of each residual branch. */
  readonly residualScales: readonly string[];
  /**
   * [batch, height, width, 3] to [batch, classes].
   */
  readonly apply: Layer;
}

/** Weight of the newest batch in the running statistics (PyTorch's default `momentum`). */
export const STATISTICS_MOMENTUM = 0.1;
/** Added to variances (PyTorch's default `eps`). */
const EPSILON = 1e-5;

/** Collects the parameters of a network while its layers are being put together. */
export class ModelBuilder {
  readonly parameters: ParameterSpec[] = [];
  readonly statistics: StatisticsSpec[] = [];

  private parameter(name: string, kind: ParameterKind, shape: readonly number[]): number {
    return this.parameters.push({ name, kind, shape }) - 1;
  }

  /** Convolution without bias, padded to keep the size at stride 1. */
  convolution(name: string, { kernel, channels, filters, stride = 1 }: ConvolutionShape): Layer {
    const index = this.parameter(`${name}.weight`, 'weight', [kernel, kernel, channels, filters]);
    return (x, { parameters }) => conv2d(x, parameters[index]!, { stride, padding: (kernel - 1) / 2 });
  }

  batchNormalization(name: string, channels: number, activation: Activation = 'identity'): Layer {
    const scale = this.parameter(`${name}.weight`, 'normScale', [channels]);
    const shift = this.parameter(`${name}.bias`, 'normShift', [channels]);
    const index = this.statistics.push({ name, channels }) - 1;
    return (x, { parameters, statistics, training, updated }) => {
      const norm = { scale: parameters[scale]!, shift: parameters[shift]!, epsilon: EPSILON };
      if (!training) {
        return batchNormalizeEvaluation(x, norm, statistics[index]!, activation);
      }
      const { y, running } = batchNormalizeTraining(x, norm, statistics[index]!, STATISTICS_MOMENTUM, activation);
      updated[index] = running;
      return y;
    };
  }

  /** Affine layer: [batch, inputs] to [batch, outputs]. */
  linear(name: string, inputs: number, outputs: number): Layer {
    const weight = this.parameter(`${name}.weight`, 'weight', [inputs, outputs]);
    const bias = this.parameter(`${name}.bias`, 'bias', [outputs]);
    return (x, { parameters }) => {
      // Logits are float32 in either precision: softmax and loss take them as they are.
      const features = cast(x, 'float32');
      const product = matMul(features, parameters[weight]!);
      const y = addBias(product, parameters[bias]!);
      release(product);
      if (features !== x) {
        release(features);
      }
      return y;
    };
  }
}

/** Shape of a convolution's filters. */
export interface ConvolutionShape {
  readonly kernel: number;
  readonly channels: number;
  readonly filters: number;
  readonly stride?: number;
}

/** The layers one after another; what lies between them is released. */
export function sequence(...layers: readonly Layer[]): Layer {
  return (input, pass) => {
    let x = input;
    for (const layer of layers) {
      const y = layer(x, pass);
      if (x !== input) {
        release(x);
      }
      x = y;
    }
    return x;
  };
}

/** relu(branch(x) + shortcut(x)): a residual block. Without a shortcut, x itself is added. */
export function residual(branch: Layer, shortcut?: Layer): Layer {
  return (x, pass) => {
    const change = branch(x, pass);
    const identity = shortcut?.(x, pass) ?? x;
    const y = addRelu(change, identity);
    release(change);
    if (identity !== x) {
      release(identity);
    }
    return y;
  };
}

/** The layer, its output shown to whoever observes the pass. */
export function observed(name: string, layer: Layer): Layer {
  return (x, pass) => {
    const y = layer(x, pass);
    pass.observe?.(name, y);
    return y;
  };
}

/** Number of trainable numbers. */
export function parameterCount(model: Pick<Model, 'parameters'>): number {
  return model.parameters.reduce((total, { shape }) => total + shape.reduce((product, length) => product * length, 1), 0);
}
