/**
 * Arithmetic that overwrites its first operand, in one pass over memory, by TensorFlow's fused
 * training ops. A tensor enters a resource variable, is changed there and is read back. TensorFlow
 * copies on write: whoever holds a clone keeps the old values.
 */
import { binding, boolAttribute, shapeAttribute, stringAttribute, typeAttribute } from './binding';
import { execute1, tensor, Tensor } from './tensor';
import type { AdamFactors } from './adamStep';
import type { AdamStep, MomentumStep } from './vector';

const type = typeAttribute('dtype', 'float32');

function makeVariable(name: string): number {
  const attributes = [stringAttribute('container', ''), stringAttribute('shared_name', `samlab/${name}`), type, shapeAttribute('shape', [])];
  return binding.executeOp('VarHandleOp', attributes, [], 1)[0]!.id;
}

/** Made once with the module and never freed, so that the number of native tensors grows only through leaks. */
const targetVariable = makeVariable('target');
const velocityVariable = makeVariable('velocity');
const gradientVariable = makeVariable('gradient');
const secondMomentVariable = makeVariable('secondMoment');

/** Hands the tensor's memory to the variable and disposes of the tensor. */
function enter(handle: number, from: Tensor): void {
  binding.executeOp('AssignVariableOp', [type], [handle, from.id], 0);
  from.dispose();
}

/** Takes the memory back out of the variable, which shares it until another tensor enters or it is emptied. */
function leave(handle: number): Tensor {
  const { id, shape } = binding.executeOp('ReadVariableOp', [type], [handle], 1)[0]!;
  return new Tensor(id, shape, 'float32');
}

/** Runs `body` with scalars of these values, and empties the variables after it, so that they keep nothing alive. */
function usingVariables<T>(variables: readonly number[], values: readonly number[], body: (scalars: readonly Tensor[]) => T): T {
  const scalars = values.map((value) => tensor([value], []));
  try {
    return body(scalars);
  } finally {
    variables.forEach((handle) => binding.executeOp('AssignVariableOp', [type], [handle, scalars[0]!.id], 0));
    scalars.forEach((scalar) => scalar.dispose());
  }
}

const descentAttributes = [typeAttribute('T', 'float32'), boolAttribute('use_locking', false)];

/** target += scale · other, as -(-scale) · other; the target is consumed and comes back changed. */
function addScaled(handle: number, target: Tensor, negated: Tensor, other: Tensor): Tensor {
  enter(handle, target);
  binding.executeOp('ResourceApplyGradientDescent', descentAttributes, [handle, negated.id, other.id], 0);
  return leave(handle);
}

/** targets[i] += scale · others[i]; the targets are consumed and come back changed. */
export function addScaledInPlace(targets: readonly Tensor[], others: readonly Tensor[], scale: number): Tensor[] {
  const handle = targetVariable;
  return usingVariables([handle], [-scale], ([negated]) => targets.map((target, index) => addScaled(handle, target, negated!, others[index]!)));
}

/** Weights, velocities and gradients of all parameters. */
export interface MomentumTensors {
  readonly w: readonly Tensor[];
  readonly v: readonly Tensor[];
  readonly g: readonly Tensor[];
}

/**
 * One step of momentum with learning rates and weight decays by parameter: g = g + weightDecay w; v = momentum v + g; then w -= learningRate v, or with
 * Nesterov's form w -= learningRate (g + momentum v). Consumes all tensors, which come back changed.
 *
 * One parameter after the other, so that the second op of each finds in the cache what its first has read.
 *
 * @source Sutskever et al. 2013, in the form that PyTorch and TensorFlow use.
 */
export function momentumInPlace(
  { w, v, g }: MomentumTensors,
  rates: readonly number[],
  decays: readonly number[],
  { momentum, nesterov }: Pick<MomentumStep, 'momentum' | 'nesterov'>,
): { readonly w: Tensor[]; readonly v: Tensor[]; readonly g: Tensor[] } {
  const [weight, velocity, gradient] = [targetVariable, velocityVariable, gradientVariable];
  const attributes = [...descentAttributes, boolAttribute('use_nesterov', nesterov)];
  // Most steps have one rate and one decay, whatever the number of parameters.
  const numbers = [...new Set([...rates, ...decays.map((decay) => -decay)])];
  return usingVariables([weight, velocity, gradient], [momentum, ...numbers], ([factor, ...scalars]) => {
    const scalarOf = (value: number): Tensor => scalars[numbers.indexOf(value)]!;
    const result = { w: [] as Tensor[], v: [] as Tensor[], g: [] as Tensor[] };
    w.forEach((weights, index) => {
      const rate = scalarOf(rates[index]!);
      const slope = decays[index]! > 0 ? addScaled(gradient, g[index]!, scalarOf(-decays[index]!), weights) : g[index]!;
      enter(weight, weights);
      enter(velocity, v[index]!);
      binding.executeOp('ResourceApplyMomentum', attributes, [weight, velocity, rate.id, slope.id, factor!.id], 0);
      result.w.push(leave(weight));
      result.v.push(leave(velocity));
      result.g.push(slope);
    });
    return result;
  });
}

/** Weights and both moments of all parameters. */
export interface AdamTensors {
  readonly w: readonly Tensor[];
  readonly m: readonly Tensor[];
  readonly v: readonly Tensor[];
}

/**
 * One step of Adam with factors by parameter: m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2; w = keep w - rate m / (sqrt(v) + epsilon).
 * Weights and moments are consumed and come back changed; the gradients stay.
 */
export function adamInPlace(
  { w, m, v }: AdamTensors,
  g: readonly Tensor[],
  factors: readonly AdamFactors[],
  { beta1, beta2, epsilon }: Pick<AdamStep, 'beta1' | 'beta2' | 'epsilon'>,
): { readonly w: Tensor[]; readonly m: Tensor[]; readonly v: Tensor[] } {
  const [weight, first, second] = [targetVariable, velocityVariable, secondMomentVariable];
  const attributes = [...descentAttributes, boolAttribute('use_nesterov', false)];
  const numbers = [...new Set(factors.flatMap(({ rate, keep }) => [rate, keep]))];
  // Powers of 0 switch the op's own bias corrections off: `factors` holds them, in double precision.
  return usingVariables([weight, first, second], [0, beta1, beta2, epsilon, ...numbers], ([power, decay1, decay2, added, ...scalars]) => {
    const scalarOf = (value: number): Tensor => scalars[numbers.indexOf(value)]!;
    const result = { w: [] as Tensor[], m: [] as Tensor[], v: [] as Tensor[] };
    w.forEach((weights, index) => {
      const { rate, keep } = factors[index]!;
      enter(weight, keep === 1 ? weights : scaled(weights, scalarOf(keep)));
      enter(first, m[index]!);
      enter(second, v[index]!);
      binding.executeOp('ResourceApplyAdam', attributes, [weight, first, second, power!.id, power!.id, scalarOf(rate).id, decay1!.id, decay2!.id, added!.id, g[index]!.id], 0);
      result.w.push(leave(weight));
      result.m.push(leave(first));
      result.v.push(leave(second));
    });
    return result;
  });
}

/** The product, in place of the tensor, which is consumed. */
function scaled(from: Tensor, factor: Tensor): Tensor {
  const product = execute1('Mul', [typeAttribute('T', 'float32')], [from, factor]);
  from.dispose();
  return product;
}
