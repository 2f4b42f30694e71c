import type { ChannelStatistics } from '../engine/batchNormalization';
import type { FoldedConvolution } from '../engine/foldedConvolution';
import type { Tensor } from '../engine/tensor';
import type { ParameterSpec } from '../engine/vector';
import { totalSize } from '../engine/shape';
import type { InitialValues } from './initialValues';

/** Name and size of the running statistics of one batch-norm layer. */
export interface StatisticsSpec {
  /** torchvision's name of the layer, such as "layer1.0.bn1". */
  readonly name: string;
  readonly channels: number;
  /** Weight of the newest batch in the running statistics. */
  readonly momentum: number;
}

/** A parameter, and how it starts. */
export interface ModelParameter extends ParameterSpec {
  readonly initial: InitialValues;
}

/** A convolution without bias and the batch norm that follows it, by their places in the lists of parameters and statistics. */
export interface Fold {
  readonly filter: number;
  /** Undefined where the scale is 1 and not trained. */
  readonly scale: number | undefined;
  readonly shift: number;
  readonly statistics: number;
  readonly epsilon: number;
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
  /** Convolutions with batch norm folded in, in the order of `Model.folds`; where they are given, layers use them instead of parameters and statistics. */
  readonly folded?: readonly FoldedConvolution[];
  /** Shown the output of each stage of the network by name; it must not keep or dispose of it. */
  readonly observe?: (name: string, activation: Tensor) => void;
}

/**
 * What a piece of a network computes: a pure function of its input and of the pass. It leaves its input to the caller. One
 * that draws random numbers or reads values of tensors is computed op by op, see `compiled`.
 */
export type Apply = (x: Tensor, pass: Pass) => Tensor;

/** A network: what its parameters and statistics are, and a pure function from inputs to logits. */
export interface Model {
  /** Such as "resnet50, imagenet stem". */
  readonly name: string;
  /** Shape of one input, such as [32, 32, 3]. */
  readonly inputShape: readonly number[];
  readonly classes: number;
  readonly parameters: readonly ModelParameter[];
  readonly statistics: readonly StatisticsSpec[];
  /** Names of the batch-norm scales at the end of each residual branch. */
  readonly residualScales: readonly string[];
  /** Convolutions with batch norm after them, which passes without a gradient can compute as one; default: none. */
  readonly folds?: readonly Fold[];
  /** [batch, ...inputShape] to [batch, classes] */
  readonly apply: Apply;
}

/** Number of trainable numbers. */
export function parameterCount(model: { readonly parameters: readonly ParameterSpec[] }): number {
  return totalSize(model.parameters);
}
