import { boolAttribute, typeAttribute } from './binding';
import { batchBucket, runKernel } from './kernelChoice';
import { canUseOwn, OWN } from './ownOperations';
import { cast, converted, temporarily } from './precision';
import { isRecording, record } from './tape';
import { execute, execute1, release, scope, tensor, type Tensor } from './tensor';

/** max(x, 0), element by element; its derivative at 0 is taken as 0. */
export function relu(x: Tensor): Tensor {
  const attributes = [typeAttribute('T', x.dtype)];
  const y = execute1('Relu', attributes, [x]);
  return record([x], y, () => ({
    saved: [y],
    backward: (dy) => [execute1('ReluGrad', attributes, [dy, y])],
  }));
}

/** tanh(x), element by element; its derivative is 1 - tanh(x)². */
export function tanh(x: Tensor): Tensor {
  const attributes = [typeAttribute('T', x.dtype)];
  const y = execute1('Tanh', attributes, [x]);
  return record([x], y, () => ({
    saved: [y],
    backward: (dy) => [execute1('TanhGrad', attributes, [y, dy])],
  }));
}

/** a + b, element by element. @throws RangeError if the shapes differ. */
export function add(a: Tensor, b: Tensor): Tensor {
  if (a.shape.join() !== b.shape.join()) {
    throw new RangeError(`add: shapes [${a.shape.join(', ')}] and [${b.shape.join(', ')}] differ.`);
  }
  return record([a, b], execute1('AddV2', [typeAttribute('T', a.dtype)], [a, b]), () => ({
    saved: [],
    backward: (dy) => [dy, dy],
  }));
}

/** relu(a + b): the end of a residual block. */
export function addRelu(a: Tensor, b: Tensor): Tensor {
  const sum = add(a, b);
  const y = relu(sum);
  release(sum);
  return y;
}

const float = typeAttribute('T', 'float32');

/** GELU and, where a gradient is wanted, its derivative, in TensorFlow's operations. */
function geluInParts(x: Tensor, withDerivative: boolean): readonly Tensor[] {
  const compute = (op: string, ...inputs: readonly Tensor[]): Tensor => execute1(op, [float], inputs);
  const constant = (value: number): Tensor => tensor([value], []);
  const xFloat = converted(x, 'float32');
  const scaled = compute('Mul', xFloat, constant(Math.SQRT1_2));
  const cdf = compute('AddV2', compute('Mul', compute('Erf', scaled), constant(0.5)), constant(0.5));
  const y = converted(compute('Mul', xFloat, cdf), x.dtype);
  if (!withDerivative) {
    return [y];
  }
  // x phi(x), with exp(-x²/2) as a factor: dividing by exp(x²/2), which overflows, would leave no tangent.
  const slope = compute('Mul', compute('Mul', scaled, compute('Exp', compute('Neg', compute('Square', scaled)))), constant(1 / Math.sqrt(Math.PI)));
  return [y, converted(compute('AddV2', cdf, slope), x.dtype)];
}

/** The same in one pass over memory. */
function ownGelu(x: Tensor, withDerivative: boolean): readonly Tensor[] {
  const [y, derivative] = execute('SamlabGelu', [typeAttribute('T', x.dtype), boolAttribute('derivative', withDerivative)], [x], 2) as [Tensor, Tensor];
  return withDerivative ? [y, derivative] : [y];
}

function geluAndDerivative(x: Tensor, withDerivative: boolean): readonly Tensor[] {
  if (!canUseOwn()) {
    return geluInParts(x, withDerivative);
  }
  const [batch = 1, ...others] = x.shape;
  return runKernel(`GELU${withDerivative ? ' and its derivative' : ''} ${x.dtype} ${[batchBucket(batch), ...others].join(' x ')}`, [
    { name: 'TensorFlow', run: () => geluInParts(x, withDerivative) },
    { name: OWN, run: () => ownGelu(x, withDerivative) },
  ]);
}

/**
 * Gaussian error linear unit, element by element: x Phi(x) = x (1 + erf(x / sqrt 2)) / 2, with the exact error function as
 * PyTorch's default, and not its approximation by tanh. The derivative is Phi(x) + x phi(x), with the normal density phi.
 *
 * Computed in float32 in either precision: in bfloat16 the sum 1 + erf would lose the negative tail. The project's own operation
 * takes the tail itself.
 *
 * @source Hendrycks and Gimpel 2016 (arXiv 1606.08415), section 2.
 */
export function gelu(x: Tensor): Tensor {
  const withDerivative = isRecording() && x.tracked;
  const [y, derivative] = scope(() => geluAndDerivative(x, withDerivative), (made) => made) as [Tensor, Tensor];
  if (!withDerivative) {
    return y;
  }
  // Saved in place of x, so that the backward pass reads one tensor and multiplies once.
  record([x], y, () => ({ saved: [derivative], backward: (dy) => [execute1('Mul', [typeAttribute('T', dy.dtype)], [dy, derivative])] }));
  release(derivative);
  return y;
}

/** x times a constant, element by element, in x's own element type. */
export function multiplyBy(x: Tensor, factor: number): Tensor {
  const multiplied = (other: Tensor): Tensor =>
    temporarily(() => execute1('Mul', [typeAttribute('T', other.dtype)], [other, cast(tensor([factor], []), other.dtype)]));
  return record([x], multiplied(x), () => ({ saved: [], backward: (dy) => [multiplied(dy)] }));
}
