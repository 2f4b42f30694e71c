/** Keeps the ops that a piece of work executes, as the nodes of a graph. */
import type { Attribute } from '../binding';
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

/** Says why a piece of work cannot become a graph. */
export class NotRecordable extends Error {}

/** An op that was executed. */
interface Execution {
  readonly op: string;
  readonly attributes: readonly Attribute[];
  readonly read: readonly Tensor[];
  readonly made: readonly Tensor[];
}

class Recorder {
  private readonly constants = new Map<Tensor, Float32Array | Int32Array>();
  private readonly makers = new Map<Tensor, Execution>();
  private readonly executions: Execution[] = [];

  record<T>(body: () => T): T {
    return observeTensors(
      {
        // The caller may write over its array afterwards.
        constant: (tensor, values) => void this.constants.set(tensor, values.slice()),
        op: (op, attributes, read, made) => {
          const execution = { op, attributes, read, made };
          this.executions.push(execution);
          made.forEach((tensor) => this.makers.set(tensor, execution));
        },
        read: () => {
          throw new NotRecordable('values were read');
        },
      },
      body,
    );
  }

  /** What the outputs depend on. Not found by recursion: a chain of ops is longer than JavaScript's stack is deep. */
  private needed(outputs: readonly Tensor[]): ReadonlySet<Tensor> {
    const needed = new Set<Tensor>(outputs);
    // A set is walked in the order of its elements, those included that are added on the way.
    for (const tensor of needed) {
      this.makers.get(tensor)?.read.forEach((input) => needed.add(input));
    }
    return needed;
  }

  /** The ops that the outputs depend on, in the order in which they were executed, under names that depend on nothing else. */
  recording(inputs: readonly Tensor[], outputs: readonly Tensor[]): Recording {
    const needed = this.needed(outputs);
    const names = new Map(inputs.map((input, index) => [input, `input${index}:0`]));
    const constants = [...this.constants].filter(([tensor]) => needed.has(tensor));
    constants.forEach(([tensor], index) => names.set(tensor, `constant${index}:0`));
    const executions = this.executions.filter(({ made }) => made.some((tensor) => needed.has(tensor)));
    executions.forEach(({ made }, index) => made.forEach((tensor, output) => names.set(tensor, `op${index}:${output}`)));
    const nameOf = (tensor: Tensor): string => {
      const name = names.get(tensor);
      if (name === undefined) {
        throw new NotRecordable(`a tensor of shape [${tensor.shape.join(', ')}] was read that is neither an input nor made from them`);
      }
      return name;
    };
    if (!outputs.every((output) => this.makers.has(output))) {
      throw new NotRecordable('a tensor was returned that no op made');
    }
    return {
      nodes: [
        ...inputs.flatMap((input, index) => (needed.has(input) ? [placeholder(`input${index}`, input.dtype)] : [])),
        ...inOrder(executions.map(({ op, attributes, read }, index) => ({ name: `op${index}`, op, inputs: read.map(nameOf), attributes }))),
      ],
      constants: constants.map(([{ dtype, shape }, values], index) => ({ name: `constant${index}`, dtype, shape, values })),
      inputs: inputs.map((input, index) => (needed.has(input) ? `input${index}:0` : undefined)),
      outputs: outputs.map(nameOf),
    };
  }
}

/** Each node after the one before it: TensorFlow would else run all that is ready, such as casts of every weight, long before it is read, and hold its memory. */
function inOrder(nodes: readonly GraphNode[]): GraphNode[] {
  return nodes.map((node, index) => (index === 0 ? node : { ...node, inputs: [...node.inputs, `^${nodes[index - 1]!.name}`] }));
}

/**
 * Runs `body` op by op and keeps what it did.
 *
 * @throws NotRecordable if it reads values, or a tensor that is neither an input nor of its own making, or returns a tensor that none of its operations made.
 */
export function record(inputs: readonly Tensor[], body: () => readonly Tensor[]): { readonly outputs: readonly Tensor[]; readonly recording: Recording } {
  const recorder = new Recorder();
  const outputs = recorder.record(body);
  return { outputs, recording: recorder.recording(inputs, outputs) };
}
