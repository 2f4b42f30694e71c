/**
 * Derivatives along a direction (forward mode). A tensor may have a tangent: how its values change while the parameters
 * move along the direction. Every op that is executed propagates tangents from its inputs to its outputs, by one rule for
 * each kind of op, see `rules`. Carried through a forward pass they give J v; through a gradient, forward and backward, H v.
 *
 * @source Pearlmutter 1994 (Neural Computation 6), "Fast exact multiplication by the Hessian".
 */
import { typeAttribute, type Attribute } from '../binding';
import { cloneTensor, execute1, followTangents, scope, unscoped, type Tensor } from '../tensor';
import { rules } from './rules';

/** An operation propagates no tangents, so that nothing computed with it can be differentiated along a direction. */
export class NoTangent extends Error {
  /** @param operation TensorFlow's name of the op, or what was done. */
  constructor(readonly operation: string) {
    super(`withTangents: there is no rule for the tangents of ${operation}; add one to the engine's rules, or take differences.`);
    this.name = 'NoTangent';
  }
}

/** Gives outputs their tangents, which live as long as they do. */
function follow(op: string, attributes: readonly Attribute[], inputs: readonly Tensor[], outputs: readonly Tensor[]): void {
  const differentiable = outputs.some(({ dtype }) => dtype === 'float32' || dtype === 'bfloat16');
  if (!differentiable) {
    return;
  }
  const rule = rules.get(op);
  if (rule === undefined) {
    throw new NoTangent(op);
  }
  const tangents = inputs.map(({ tangent }) => tangent);
  const found = scope(
    // Where an output's tangent is an input's, it gets a handle of its own: the two are freed at different times.
    () => rule({ op, attributes, inputs, outputs, tangents }).map((tangent) => (tangent !== undefined && tangents.includes(tangent) ? cloneTensor(tangent) : tangent)),
    (made) => made.filter((tangent) => tangent !== undefined),
  );
  outputs.forEach((output, index) => (output.tangent = found[index]));
}

const follower = {
  op: (...execution: Parameters<typeof follow>): void => followTangents(undefined, () => unscoped(() => follow(...execution))),
  read: (): never => {
    throw new NoTangent('values that are read into JavaScript');
  },
};

/**
 * Runs `body`, whose ops carry tangents along.
 *
 * @throws NoTangent at an op without a rule, or when values are read of a tensor that has a tangent.
 */
export function withTangents<T>(body: () => T): T {
  return followTangents(follower, body);
}

/** Another handle to x's memory, which moves along a direction of the same shape. */
export function moving(x: Tensor, direction: Tensor): Tensor {
  const handle = cloneTensor(x);
  handle.tangent = unscoped(() => cloneTensor(direction));
  return handle;
}

/** The tensor's tangent, as a tensor of its own; zeros where it does not move. */
export function tangentOf(x: Tensor): Tensor {
  return followTangents(undefined, () => (x.tangent === undefined ? execute1('ZerosLike', [typeAttribute('T', x.dtype)], [x]) : cloneTensor(x.tangent)));
}
