/**
 * Tangents of batch normalisation and of its gradient, computed with the fused kernels of both. The letters, per channel:
 * m mean and v variance over the n positions, r = 1 / sqrt(v + epsilon), x̂ = r (x - m), y = scale x̂ + shift.
 */
import { tensorflowPlatform, type Attribute } from '../binding';
import { attributesFor, gradients, normalize } from '../batchNormalization';
import { tensor, type Tensor } from '../tensor';
import { arithmetic, sumOver, times, zerosLike } from './arithmetic';
import type { Rule } from './rule';

interface Setting {
  readonly epsilon: number;
  readonly training: boolean;
}

function settingOf(attributes: readonly Attribute[]): Setting {
  const value = (name: string): Attribute['value'] => attributes.find((attribute) => attribute.name === name)!.value;
  return { epsilon: value('epsilon') as number, training: value('is_training') as boolean };
}

/** scale x̂ + shift, with the moments that the setting asks for. */
function normalized([x, scale, shift, mean, variance]: readonly [Tensor, Tensor, Tensor, Tensor, Tensor], { epsilon, training }: Setting): Tensor {
  return normalize(x, attributesFor(x, epsilon, training), [x, scale, shift, mean, variance], training, 'identity')[0]!;
}

/**
 * The gradients with respect to x, scale and shift. With the batch's own moments that by x is scale r (dy - mean(dy) - x̂ mean(dy x̂)),
 * which is also how scale x̂ moves when x moves by dy: the map from x to x̂ has a symmetric derivative. With frozen
 * moments it is scale r dy.
 */
function backward(dy: Tensor, x: Tensor, scale: Tensor, moments: readonly Tensor[], { epsilon, training }: Setting): readonly [Tensor, Tensor, Tensor] {
  return gradients(x, attributesFor(x, epsilon, training), [dy, x, scale, ...moments], training);
}

/**
 * y' = scale x̂' + scale' x̂ + shift'. Of the other outputs, the running moments and what the gradient reads, no
 * tangents are kept: the gradient's own rule takes them as functions of x.
 */
export const normalizationRule: Rule = ({ op, attributes, inputs, outputs, tangents }) => {
  const [x, scale, , mean, variance] = inputs as [Tensor, Tensor, Tensor, Tensor, Tensor];
  const setting = settingOf(attributes);
  const dScale = tangents[1] ?? zerosLike(scale);
  const dShift = tangents[2] ?? zerosLike(scale);
  const byParameters = normalized([x, dScale, dShift, mean, variance], setting);
  const byInput = tangents[0] && (setting.training ? backward(tangents[0], x, scale, outputs.slice(3), setting)[0] : normalized([tangents[0], scale, zerosLike(scale), zerosLike(mean), variance], setting));
  const moved = byInput === undefined ? byParameters : arithmetic('AddV2', byInput, byParameters);
  // The only op with an activation is oneDNN's, with a ReLU.
  return [op.endsWith('Ex') ? arithmetic('ReluGrad', moved, outputs[0]!) : moved];
};

/** With frozen moments, scale r dy, sum(dy x̂) and sum(dy) are linear in dy, in scale and in x - m: the product rule. */
function frozenTangents([dy, x, scale, ...moments]: readonly [Tensor, Tensor, Tensor, ...Tensor[]], [dyMoved, xMoved, scaleMoved]: readonly (Tensor | undefined)[], setting: Setting): readonly Tensor[] {
  const [mean, ...others] = moments as [Tensor, ...Tensor[]];
  const [dx, dScale] = backward(dy, xMoved ?? zerosLike(x), scaleMoved ?? zerosLike(scale), [zerosLike(mean), ...others], setting);
  if (dyMoved === undefined) {
    return [dx, dScale, zerosLike(scale)];
  }
  const first = backward(dyMoved, x, scale, moments, setting);
  return [arithmetic('AddV2', first[0], dx), arithmetic('AddV2', first[1], dScale), first[2]];
}

/**
 * With the batch's own moments, dx = scale D for D = r (dy - mean(dy) - x̂ mean(dy x̂)), and with r' = -r² mean(x' x̂):
 *
 * dx' = [the gradient for dy'] + scale' D - scale r (mean(x' x̂) D + mean(dy x̂) x̂' + mean(dy x̂') x̂)
 * dScale' = sum(dy' x̂) + sum(dy x̂'), dShift' = sum(dy')
 */
function trainingTangents([dy, x, scale, ...moments]: readonly [Tensor, Tensor, Tensor, ...Tensor[]], [dyMoved, xMoved, scaleMoved]: readonly (Tensor | undefined)[], setting: Setting): readonly Tensor[] {
  const ones = arithmetic('OnesLike', scale);
  const [D, dyNormalized] = backward(dy, x, ones, moments, setting);
  const [normalizedMoved, xMovedNormalized] = backward(xMoved ?? zerosLike(x), x, ones, moments, setting);
  const [dx, dScale, dShift] = backward(dyMoved ?? zerosLike(dy), x, scale, moments, setting);
  const dyMovedNormalized = sumOver(times(dy, normalizedMoved), [0, 1, 2]);
  const share = tensor([-scale.size / x.size], []);
  const factor = times(times(scale, inverseDeviation(moments[1]!, setting)), share);
  const byD = arithmetic('AddV2', scaleMoved ?? zerosLike(scale), times(factor, xMovedNormalized));
  const byX = normalized([x, times(factor, dyMovedNormalized), zerosLike(scale), zerosLike(scale), zerosLike(scale)], setting);
  const terms = [times(D, byD), times(normalizedMoved, times(factor, dyNormalized)), byX];
  return [terms.reduce((sum, term) => arithmetic('AddV2', sum, term), dx), arithmetic('AddV2', dScale, dyMovedNormalized), dShift];
}

/** r, from what the kernels keep for the gradient: the variance, on a graphics card r itself. */
function inverseDeviation(kept: Tensor, { epsilon }: Setting): Tensor {
  return tensorflowPlatform().gpu ? kept : arithmetic('Rsqrt', arithmetic('AddV2', kept, tensor([epsilon], [])));
}

/** Tangents of the gradients with respect to x, scale and shift. */
export const gradientRule: Rule = ({ attributes, inputs, tangents }) => {
  const setting = settingOf(attributes);
  return (setting.training ? trainingTangents : frozenTangents)(inputs as [Tensor, Tensor, Tensor, ...Tensor[]], tangents, setting);
};
