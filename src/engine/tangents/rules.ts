import { typeAttribute, type Attribute } from '../binding';
import { execute, execute1, tensor, type Tensor } from '../tensor';
import { arithmetic, scaled, sumOf, sumOver, times, zerosLike } from './arithmetic';
import { gradientRule, normalizationRule } from './batchNormalizationRules';
import type { Rule } from './rule';

/**
 * For an op that is linear in the inputs at these positions, taken together: the op itself, applied to their tangents. Its
 * derivative with respect to all others is 0: sizes, axes, and what only decides which elements pass, as in the gradient of a ReLU.
 */
function linear(...positions: readonly number[]): Rule {
  return ({ op, attributes, inputs, outputs, tangents }) => {
    if (positions.every((position) => tangents[position] === undefined)) {
      return [];
    }
    const moved = inputs.map((input, index) => (positions.includes(index) ? (tangents[index] ?? zerosLike(input)) : input));
    return execute(op, attributes, moved, outputs.length);
  };
}

/** The product rule, for an op that is linear in each of the inputs at these positions. */
function multilinear(...positions: readonly number[]): Rule {
  return ({ op, attributes, inputs, tangents }) => [
    sumOf(positions.map((position) => (tangents[position] === undefined ? undefined : execute1(op, attributes, inputs.map((input, index) => (index === position ? tangents[position]! : input)))))),
  ];
}

/** f'(x) x', for a function of each element. @param derivative f'(x), from x and f(x). */
function elementwise(derivative: (x: Tensor, y: Tensor) => Tensor): Rule {
  return ({ inputs: [x], outputs: [y], tangents: [moved] }) => [times(moved!, derivative(x!, y!))];
}

/** For the gradient of an activation from its output, dx = dy f'(y): it is linear in dy, and its derivative with respect to y needs f''. */
function activationGradient(second: (y: Tensor) => Tensor): Rule {
  return ({ op, attributes, inputs: [y, dy], tangents: [yMoved, dyMoved] }) => [
    sumOf([dyMoved && execute1(op, attributes, [y!, dyMoved]), yMoved && times(times(yMoved, dy!), second(y!))]),
  ];
}

/** (a / b)' = (a' - (a / b) b') / b */
const quotient: Rule = ({ inputs: [, b], outputs: [y], tangents: [aMoved, bMoved] }) => [
  arithmetic('RealDiv', sumOf([aMoved, bMoved && arithmetic('Neg', times(y!, bMoved))])!, b!),
];

/** a' + b', without a copy where only one of them is defined. */
const addition: Rule = (execution) => {
  const { inputs, outputs, tangents } = execution;
  const [only, ...others] = tangents.filter((tangent) => tangent !== undefined);
  const sameShape = inputs.every(({ shape }) => shape.join() === outputs[0]!.shape.join());
  return others.length === 0 && sameShape ? [only] : linear(...inputs.keys())(execution);
};

function attributesNamed(attributes: readonly Attribute[], ...names: readonly string[]): Attribute[] {
  return attributes.filter(({ name }) => names.includes(name));
}

/** The tangent of each window's maximum is that of the element where it stands. */
const maximum: Rule = ({ attributes, inputs: [x], outputs: [y], tangents: [moved] }) => [
  execute1('MaxPoolGradGrad', attributesNamed(attributes, 'T', 'ksize', 'strides', 'padding', 'data_format'), [x!, y!, moved!]),
];

/** Outputs: the loss of each image, and p - targets with p = softmax(logits), which moves by p (z' - sum(p z')). The targets do not move. */
const crossEntropy: Rule = ({ inputs: [, targets], outputs: [, difference], tangents: [moved] }) => {
  const p = arithmetic('AddV2', difference!, targets!);
  const weighted = times(p, moved!);
  const [rows] = p.shape as [number];
  const means = execute1('Reshape', [typeAttribute('T', p.dtype), typeAttribute('Tshape', 'int32')], [sumOver(weighted, [1]), tensor(Int32Array.of(rows, 1), [2])]);
  return [sumOver(times(difference!, moved!), [1]), arithmetic('Sub', weighted, times(p, means))];
};

const still: Rule = () => [];

/**
 * How each kind of op propagates tangents. A layer made of these ops needs nothing more; a new op takes one line. Ops that
 * begin with `_Mkl` are oneDNN's kernels of the same computations.
 */
export const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ...['AvgPool', 'BiasAddGrad', 'BroadcastTo', 'Cast', 'GatherV2', 'Identity', 'Mean', 'Neg', 'Pad', 'Reshape', 'ReverseV2', 'Slice', 'Sum', 'Transpose', '_MklTranspose'].map(
    (op) => [op, linear(0)] as const,
  ),
  ['AvgPoolGrad', linear(1)],
  ...['Mul', 'MatMul', '_MklMatMul', 'BatchMatMulV2', 'Conv2D', '_MklNativeConv2D'].map((op) => [op, multilinear(0, 1)] as const),
  ...['Conv2DBackpropFilter', '_MklNativeConv2DBackpropFilter'].map((op) => [op, multilinear(0, 2)] as const),
  ...['Conv2DBackpropInput', '_MklNativeConv2DBackpropInput'].map((op) => [op, multilinear(1, 2)] as const),
  ['AddV2', addition],
  ['BiasAdd', linear(0, 1)],
  ['Sub', linear(0, 1)],
  ['Div', quotient],
  ['RealDiv', quotient],
  // A ReLU has the derivative 0 at 0, and so has its tangent.
  ['Relu', ({ attributes, outputs: [y], tangents: [moved] }) => [execute1('ReluGrad', attributes, [moved!, y!])]],
  ['ReluGrad', linear(0)],
  ['MaxPool', maximum],
  ['_MklNativeMaxPool', maximum],
  ...['MaxPoolGrad', '_MklNativeMaxPoolGrad'].map((op) => [op, linear(2)] as const),
  ['SoftmaxCrossEntropyWithLogits', crossEntropy],
  ...['FusedBatchNormV3', '_MklNativeFusedBatchNormV3', '_MklNativeFusedBatchNormEx'].map((op) => [op, normalizationRule] as const),
  ...['FusedBatchNormGradV3', '_MklNativeFusedBatchNormGradV3'].map((op) => [op, gradientRule] as const),
  ['Exp', elementwise((_, y) => y)],
  ['Log', elementwise((x) => arithmetic('Reciprocal', x))],
  ['Square', elementwise((x) => scaled(x, 2))],
  ['Sqrt', elementwise((_, y) => arithmetic('Reciprocal', scaled(y, 2)))],
  ['Rsqrt', elementwise((_, y) => scaled(times(y, arithmetic('Square', y)), -0.5))],
  ['Erf', elementwise((x) => scaled(arithmetic('Exp', arithmetic('Neg', arithmetic('Square', x))), 2 / Math.sqrt(Math.PI)))],
  ['Tanh', ({ attributes, outputs: [y], tangents: [moved] }) => [execute1('TanhGrad', attributes, [y!, moved!])]],
  ['TanhGrad', activationGradient((y) => scaled(y, -2))],
  ['Sigmoid', ({ attributes, outputs: [y], tangents: [moved] }) => [execute1('SigmoidGrad', attributes, [y!, moved!])]],
  ['SigmoidGrad', activationGradient((y) => arithmetic('Sub', tensor([1], []), scaled(y, 2)))],
  ['Abs', elementwise((x) => arithmetic('Sign', x))],
  ['Sign', still],
  ['ZerosLike', still],
]);
