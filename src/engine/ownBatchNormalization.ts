/** The project's own operations for batch norm in training: what follows it, and the way back through both, in as few passes over memory as there can be. */
import { boolAttribute, intAttribute, type Attribute } from './binding';
// Makes the operations known.
import './ownOperations';
import { execute, type Tensor } from './tensor';

function ownAttributes(attributes: readonly Attribute[], relu: boolean, sides: number): readonly Attribute[] {
  const taken = attributes.filter(({ name }) => ['T', 'epsilon', 'exponential_avg_factor'].includes(name));
  return [...taken, boolAttribute('relu', relu), intAttribute('num_sides', sides)];
}

/**
 * y = scale (x - mean) / sqrt(variance + epsilon) + shift, plus the side, and no less than 0 where there is a ReLU. Reads x twice.
 *
 * @param attributes those of TensorFlow's FusedBatchNormV3.
 * @param inputs x, scale, shift, running mean and variance.
 * @returns what FusedBatchNormV3 returns.
 */
export function ownNormalize(attributes: readonly Attribute[], inputs: readonly Tensor[], relu: boolean, side?: Tensor): readonly Tensor[] {
  const sides = side === undefined ? [] : [side];
  return execute('SamlabBatchNorm', ownAttributes(attributes, relu, sides.length), [...inputs, ...sides], 6);
}

/** What the way back through batch norm reads. */
export interface Normalized {
  readonly x: Tensor;
  readonly scale: Tensor;
  readonly shift: Tensor;
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/**
 * Gradients with respect to x, scale and shift from that of the output. A ReLU let through what was above 0: that is computed
 * again from x, without a look at the output.
 */
export function ownGradients(dy: Tensor, { x, scale, shift, mean, variance }: Normalized, attributes: readonly Attribute[], relu: boolean): readonly Tensor[] {
  const [dx, dScale, dShift, unused] = execute('SamlabBatchNormGrad', ownAttributes(attributes, relu, 0), [dy, x, scale, shift, mean, variance], 4);
  unused!.dispose();
  return [dx!, dScale!, dShift!];
}

/** Gradients with respect to x, scale, shift and side from that of y = max(batch norm + side, 0), which comes in one part or two. */
export function ownGradientsWithSide([dy, ...more]: readonly [Tensor, ...Tensor[]], { x, scale, shift, mean, variance }: Normalized, y: Tensor, attributes: readonly Attribute[]): readonly Tensor[] {
  return execute('SamlabBatchNormGrad', [...ownAttributes(attributes, true, 1), intAttribute('num_more', more.length)], [dy, x, scale, shift, mean, variance, y, ...more], 4);
}
