/**
 * Reverse-mode differentiation. Ops record how their gradient is computed and which tensors that
 * needs; `valueAndGradient` walks the record backwards and frees each tensor after its last use.
 */
import { typeAttribute } from './binding';
import { cloneTensor, execute1, scope, tensor, type Tensor } from './tensor';

/** How one op's gradient is computed. */
export interface Gradient {
  /** Tensors that `backward` reads; they are kept until it has run. */
  readonly saved: readonly Tensor[];
  /**
   * From the gradient with respect to the output to those with respect to the inputs, in order;
   * undefined where an input needs none. It must not dispose of `outputGradient` or `more`, and may return them.
   */
  readonly backward: (outputGradient: Tensor, more?: Tensor) => readonly (Tensor | undefined)[];
  /** Whether `backward` takes an output gradient in two parts, to be added: the output is read twice, as between residual blocks. Default: false. */
  readonly takesTwo?: boolean;
}

interface Node extends Gradient {
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
}

let tape: Node[] | undefined;

/** Whether ops are being recorded. */
export function isRecording(): boolean {
  return tape !== undefined;
}

/** Records an op's output, if a gradient is wanted through any of its inputs. */
export function record(inputs: readonly Tensor[], output: Tensor, gradient: () => Gradient): Tensor {
  if (tape !== undefined && inputs.some((input) => input.tracked)) {
    const node: Node = { inputs, output, ...gradient() };
    node.saved.forEach((saved) => saved.saves++);
    output.tracked = true;
    tape.push(node);
  }
  return output;
}

/** Runs `body` without recording: no gradient passes through what it computes. */
export function unrecorded<T>(body: () => T): T {
  const recording = tape;
  tape = undefined;
  try {
    return body();
  } finally {
    tape = recording;
  }
}

/** The gradients that are known, and the second parts of those that are taken in two. */
class Gradients {
  private readonly first: Map<Tensor, Tensor>;
  private readonly second = new Map<Tensor, Tensor>();
  private readonly takeTwo: ReadonlySet<Tensor>;

  constructor(nodes: readonly Node[], loss: Tensor, seed: Tensor) {
    this.first = new Map([[loss, seed]]);
    this.takeTwo = new Set(nodes.filter(({ takesTwo }) => takesTwo).map(({ output }) => output));
  }

  /** @returns what is no part of the owner's gradient any more. */
  add(owner: Tensor, contribution: Tensor): Tensor | undefined {
    const before = this.first.get(owner);
    if (before !== undefined && this.takeTwo.has(owner) && !this.second.has(owner)) {
      this.second.set(owner, contribution);
      return undefined;
    }
    this.first.set(owner, before === undefined ? contribution : sumOf(before, contribution));
    return before;
  }

  /** The parts of the owner's gradient, which is forgotten. */
  take(owner: Tensor): readonly [Tensor, Tensor?] | undefined {
    const first = this.first.get(owner);
    const second = this.second.get(owner);
    this.first.delete(owner);
    this.second.delete(owner);
    return first === undefined ? undefined : second === undefined ? [first] : [first, second];
  }

  /** Frees what is no tensor's gradient any more. An addition hands one tensor to both of its inputs, so a gradient may have several owners. */
  disposeUnlessOwned(candidates: readonly (Tensor | undefined)[]): void {
    const owned = new Set([...this.first.values(), ...this.second.values()]);
    for (const candidate of candidates) {
      if (candidate !== undefined && !owned.has(candidate)) {
        candidate.dispose();
      }
    }
  }

  /** Of what no node has made, such as the parameters. */
  get remaining(): ReadonlyMap<Tensor, Tensor> {
    return this.first;
  }
}

function sumOf(a: Tensor, b: Tensor): Tensor {
  return execute1('AddV2', [typeAttribute('T', a.dtype)], [a, b]);
}

function releaseSaved(node: Node): void {
  for (const saved of node.saved) {
    saved.saves--;
    if (saved.released && saved.saves === 0) {
      saved.dispose();
    }
  }
}

function backpropagate(nodes: Node[], loss: Tensor, seed: Tensor): ReadonlyMap<Tensor, Tensor> {
  const gradients = new Gradients(nodes, loss, seed);
  for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
    const outputGradient = gradients.take(node.output);
    if (outputGradient !== undefined) {
      const inputGradients = node.backward(...outputGradient);
      const replaced = node.inputs.map((input, index) => {
        const contribution = inputGradients[index];
        return contribution !== undefined && input.tracked ? gradients.add(input, contribution) : undefined;
      });
      gradients.disposeUnlessOwned([...outputGradient, ...inputGradients, ...replaced]);
    }
    releaseSaved(node);
  }
  return gradients.remaining;
}

/** A scalar, its gradient, and what else the forward pass returned. */
export interface LossTensorAndGradient<A> {
  readonly loss: Tensor;
  /** One tensor a parameter, in the order they were given. */
  readonly gradients: Tensor[];
  readonly auxiliary: A;
}

/** A loss, its gradient, and what else the forward pass returned. */
export interface ValueAndGradient<A> {
  readonly value: number;
  /** One tensor a parameter, in the order they were given; the caller disposes of them. */
  readonly gradients: Tensor[];
  readonly auxiliary: A;
}

/** The parameters' gradients, each a tensor of its own: terms of a sum share one, and the caller may change and free each. */
function ownGradients(parameters: readonly Tensor[], found: ReadonlyMap<Tensor, Tensor>): Tensor[] {
  const handedOut = new Set<Tensor>();
  return parameters.map((parameter, index) => {
    const gradient = found.get(parameter);
    if (gradient === undefined) {
      throw new Error(`valueAndGradient: parameter ${index} of shape [${parameter.shape.join(', ')}] does not influence the loss.`);
    }
    const own = handedOut.has(gradient) ? cloneTensor(gradient) : gradient;
    handedOut.add(own);
    return own;
  });
}

/**
 * Like `valueAndGradient`, but the scalar stays a tensor, so that nothing is read meanwhile. What it makes is freed by
 * the enclosing scope.
 */
export function lossAndGradient<A>(parameters: readonly Tensor[], forward: () => { readonly loss: Tensor; readonly auxiliary: A }): LossTensorAndGradient<A> {
  if (tape !== undefined) {
    throw new Error('valueAndGradient: calls do not nest; take second derivatives along a direction, with `withTangents`.');
  }
  const nodes: Node[] = [];
  try {
    tape = nodes;
    parameters.forEach((parameter) => (parameter.tracked = true));
    const { loss, auxiliary } = forward();
    tape = undefined;
    if (loss.size !== 1) {
      throw new Error(`valueAndGradient: expected a loss of one element, got shape [${loss.shape.join(', ')}]; sum or average it.`);
    }
    const found = backpropagate(nodes, loss, tensor([1], loss.shape));
    return { loss, gradients: ownGradients(parameters, found), auxiliary };
  } finally {
    tape = undefined;
    parameters.forEach((parameter) => (parameter.tracked = false));
    nodes.forEach(releaseSaved);
  }
}

/**
 * Computes a scalar and its gradient with respect to `parameters`.
 *
 * @param forward builds the scalar out of the engine's ops. `auxiliary` is passed through.
 * @param keep lists the tensors within `auxiliary`; the caller disposes of them.
 * @throws Error if a parameter has no influence on the scalar, or within another `valueAndGradient`.
 */
export function valueAndGradient<A>(
  parameters: readonly Tensor[],
  forward: () => { readonly loss: Tensor; readonly auxiliary: A },
  keep: (auxiliary: A) => Iterable<Tensor> = () => [],
): ValueAndGradient<A> {
  return scope(
    () => {
      const { loss, gradients, auxiliary } = lossAndGradient(parameters, forward);
      return { value: loss.scalar(), gradients, auxiliary };
    },
    ({ gradients, auxiliary }) => [...gradients, ...keep(auxiliary)],
  );
}
