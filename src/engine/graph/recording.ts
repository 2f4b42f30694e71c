/** Keeps the ops that a piece of work executes, as the nodes of a graph. */
import { observeTensors, type Tensor } from '../tensor';
import { placeholder, type GraphConstant, type GraphNode } from './graphDef';

/** What a piece of work computed, from which inputs. */
export interface Recording {
  readonly nodes: readonly GraphNode[];
  readonly constants: readonly GraphConstant[];
  /** Names of the inputs' nodes; undefined for an input that nothing depends on. */
  readonly inputs: readonly (string | undefined)[];
  /** Each "name:output", in the order of the outputs. */
  readonly outputs: readonly string[];
}

interface Recorded {
  readonly node: GraphNode;
  /** The tensors that it read. */
  readonly read: readonly Tensor[];
}

class Recorder {
  private readonly names = new Map<Tensor, string>();
  private readonly constants = new Map<Tensor, GraphConstant>();
  private readonly made = new Map<Tensor, Recorded>();
  private readonly recorded: Recorded[] = [];

  constructor(
    private readonly title: string,
    private readonly inputs: readonly Tensor[],
  ) {
    inputs.forEach((input, index) => this.names.set(input, `input${index}:0`));
  }

  private name(tensor: Tensor): string {
    const name = this.names.get(tensor);
    if (name === undefined) {
      throw new Error(`compiled: ${this.title} reads a tensor of shape [${tensor.shape.join(', ')}] that is neither one of its inputs nor made by it; pass it among the inputs.`);
    }
    return name;
  }

  record<T>(body: () => T): T {
    return observeTensors(
      {
        constant: (tensor, values) => {
          const { dtype, shape } = tensor;
          const name = `constant${this.constants.size}`;
          this.names.set(tensor, `${name}:0`);
          // The caller may write over its array afterwards.
          this.constants.set(tensor, { name, dtype, shape, values: values.slice() });
        },
        op: (op, attributes, read, outputs) => {
          const name = `op${this.recorded.length}`;
          const found = { node: { name, op, inputs: read.map((tensor) => this.name(tensor)), attributes }, read };
          this.recorded.push(found);
          outputs.forEach((output, index) => {
            this.names.set(output, `${name}:${index}`);
            this.made.set(output, found);
          });
        },
        read: () => {
          throw new Error(`compiled: ${this.title} reads values while it computes; return the tensor and read it afterwards.`);
        },
      },
      body,
    );
  }

  /** What the outputs depend on, in the order in which it was computed. */
  recording(outputs: readonly Tensor[]): Recording {
    const needed = new Set<Tensor>();
    const visit = (tensor: Tensor): void => {
      if (!needed.has(tensor)) {
        needed.add(tensor);
        this.made.get(tensor)?.read.forEach(visit);
      }
    };
    outputs.forEach(visit);
    const nodes = new Set([...needed].map((tensor) => this.made.get(tensor)).filter((found) => found !== undefined));
    const read = this.inputs.map((input) => needed.has(input));
    return {
      nodes: [
        ...this.inputs.flatMap(({ dtype }, index) => (read[index] ? [placeholder(`input${index}`, dtype)] : [])),
        ...inOrder(this.recorded.filter((found) => nodes.has(found)).map(({ node }) => node)),
      ],
      constants: [...this.constants].filter(([tensor]) => needed.has(tensor)).map(([, constant]) => constant),
      inputs: read.map((used, index) => (used ? `input${index}:0` : undefined)),
      outputs: outputs.map((output) => this.output(output)),
    };
  }

  private output(tensor: Tensor): string {
    if (!this.made.has(tensor)) {
      throw new Error(`compiled: ${this.title} returns a tensor that none of its ops made; return a clone of it.`);
    }
    return this.name(tensor);
  }
}

/** Each node after the one before it: TensorFlow would else run all that is ready, such as casts of every weight, long before it is read, and hold its memory. */
function inOrder(nodes: readonly GraphNode[]): GraphNode[] {
  return nodes.map((node, index) => (index === 0 ? node : { ...node, inputs: [...node.inputs, `^${nodes[index - 1]!.name}`] }));
}

/**
 * Runs `body` op by op and keeps what it did.
 *
 * @param title names the work in errors.
 * @param body must not read values of tensors.
 * @throws Error if it reads a tensor that is neither an input nor of its own making, or returns one that no op of its made.
 */
export function record(title: string, inputs: readonly Tensor[], body: () => readonly Tensor[]): { readonly outputs: readonly Tensor[]; readonly recording: Recording } {
  const recorder = new Recorder(title, inputs);
  const outputs = recorder.record(body);
  return { outputs, recording: recorder.recording(outputs) };
}
