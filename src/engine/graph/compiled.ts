/**
 * Functions of tensors that are computed again and again: first op by op, then as one graph of TensorFlow, which gives
 * the same bits in less time and memory.
 */
import { createHash } from 'node:crypto';
import { boolAttribute, tensorflowPlatform, typeAttribute } from '../binding';
import { reshape } from '../convolution';
import { chosenIn, kernelGeneration, noteKernels } from '../kernelChoice';
import { isRecording } from '../tape';
import { cloneTensor, execute1, scope, tensor, type Tensor } from '../tensor';
import { Graph } from './graph';
import { savedModelText } from './graphDef';
import { NotRecordable, record, type Recording } from './recording';

/** A pure function: its outputs depend on its inputs alone. One that is not is computed op by op. */
export type Body = (inputs: readonly Tensor[]) => readonly Tensor[];

/** What is known of a function for inputs of some shapes and types. */
type Entry =
  /** What it did when it was called once. */
  | { readonly state: 'called'; readonly text: string }
  | { readonly state: 'graph'; readonly graph: Graph; /** As `usedKernels` returns them. */ readonly kernels: Readonly<Record<string, string>> }
  | { readonly state: 'op by op' };

/** Graphs kept at a time; the one that was used longest ago makes room. A run of training uses fewer than ten. */
const LARGEST_NUMBER = 32;

/** By function, shapes and types. */
const entries = new Map<string, Entry>();
const owners = new WeakMap<object, number>();
let ownerCount = 0;
let opByOp = false;

function ownerNumber(owner: object): number {
  const number = owners.get(owner) ?? ownerCount++;
  owners.set(owner, number);
  return number;
}

function freed(body: Body, inputs: readonly Tensor[]): readonly Tensor[] {
  return scope(
    () => body(inputs),
    (outputs) => outputs,
  );
}

/** Tells one recording from another. */
function textOf({ nodes, constants, inputs, outputs }: Recording): string {
  return createHash('sha1').update(savedModelText(nodes, constants)).update(inputs.concat(outputs).join()).digest('hex');
}

const int = typeAttribute('T', 'int32');

/** sum over i of (2 i + 1)^power bits[i], modulo 2^32: since the factors are odd, a change of one element always changes the sum. */
function checksum(bits: Tensor, factors: Tensor, power: number): number {
  const weighted = Array.from({ length: power }).reduce<Tensor>((product) => execute1('Mul', [int], [product, factors]), bits);
  return execute1('Sum', [int, typeAttribute('Tidx', 'int32'), boolAttribute('keep_dims', false)], [weighted, tensor(Int32Array.of(0), [1])]).scalar();
}

/** 64 bits that depend on each bit of each float32 tensor and on its place. Computed natively: copies in JavaScript would wait for the garbage collector. */
function digest(tensors: readonly Tensor[]): string {
  return tensors
    .map((output) =>
      scope(() => {
        const flat = execute1('Bitcast', [typeAttribute('T', 'float32'), typeAttribute('type', 'int32')], [reshape(output, [output.size])]);
        const factors = execute1('Range', [typeAttribute('Tidx', 'int32')], [1, 2 * output.size + 1, 2].map((value) => tensor(Int32Array.of(value), [])));
        return [1, 2].map((power) => checksum(flat, factors, power)).join(' ');
      }),
    )
    .join();
}

interface Recorded {
  readonly recording: Recording;
  readonly kernels: Readonly<Record<string, string>>;
}

/** Outputs as they are, or a digest of their bits. */
type Outcome = readonly Tensor[] | string;

/**
 * Computes op by op and keeps what was computed; undefined if that cannot become a graph.
 *
 * @param use what to return of the outputs; all other tensors are freed.
 */
function recorded<T extends Outcome>(inputs: readonly Tensor[], body: Body, use: (outputs: readonly Tensor[], recording: Recording) => T): (Recorded & { readonly outcome: T }) | undefined {
  const compute = (): (Recorded & { readonly outcome: T }) | undefined => {
    // New handles to the inputs, for what the engine keeps with a tensor, such as its bfloat16 copy, has to be made within the graph.
    const handles = inputs.map(cloneTensor);
    try {
      const { result, kernels } = chosenIn(() => record(handles, () => freed(body, handles)));
      return { recording: result.recording, kernels, outcome: use(result.outputs, result.recording) };
    } catch (error) {
      if (error instanceof NotRecordable) {
        return undefined;
      }
      throw error;
    }
  };
  return scope(compute, (found): readonly Tensor[] => (found === undefined || typeof found.outcome === 'string' ? [] : found.outcome));
}

/** First call: notes which ops the function executes. */
function callFirst(key: string, inputs: readonly Tensor[], body: Body): readonly Tensor[] {
  const found = recorded(inputs, body, (outputs) => outputs);
  keep(key, found === undefined ? { state: 'op by op' } : { state: 'called', text: textOf(found.recording) });
  return found?.outcome ?? freed(body, inputs);
}

/** Second call: makes a graph of the ops. It is kept if the function executed the same ops as before and the graph gives the same bits. */
function callSecond(key: string, before: string, inputs: readonly Tensor[], body: Body): readonly Tensor[] {
  // Only a digest of the outputs is kept, so that the graph, which computes them again, finds their memory free.
  const found = recorded<Outcome>(inputs, body, (outputs, recording) => (textOf(recording) === before ? digest(outputs) : outputs));
  if (typeof found?.outcome === 'string') {
    const graph = new Graph(found.recording);
    const outputs = graph.run(inputs);
    if (digest(outputs) === found.outcome) {
      keep(key, { state: 'graph', graph, kernels: found.kernels });
      return outputs;
    }
    outputs.forEach((output) => output.dispose());
    graph.dispose();
  }
  keep(key, { state: 'op by op' });
  return typeof found?.outcome === 'object' ? found.outcome : freed(body, inputs);
}

function keep(key: string, entry: Entry): void {
  entries.delete(key);
  entries.set(key, entry);
  const [oldest] = entries;
  if (entries.size > LARGEST_NUMBER && oldest !== undefined) {
    entries.delete(oldest[0]);
    if (oldest[1].state === 'graph') {
      oldest[1].graph.dispose();
    }
  }
}

/**
 * The outputs of `body` for these inputs. The first two calls with inputs of these shapes and types compute op by op; the
 * second also makes a graph of the ops, and from the third on only the graph computes.
 *
 * `body` goes on op by op where the two calls did not do the same (other ops, or other constants, as a function has that
 * draws random numbers), where it reads values or tensors that are not among its inputs, and where the graph did not give
 * the same bits.
 *
 * `body` is also called directly on a graphics card, whose memory a graph's inputs would have to leave, and while the tape records.
 *
 * @param owner what `body` depends on besides its inputs, such as the model; another object has graphs of its own.
 * @param title names the function among those of its owner.
 */
export function compiled(owner: object, title: string, inputs: readonly Tensor[], body: Body): readonly Tensor[] {
  if (opByOp || isRecording() || tensorflowPlatform().gpu) {
    return freed(body, inputs);
  }
  const key = `${ownerNumber(owner)} ${title} ${kernelGeneration()} ${inputs.map(({ dtype, shape }) => `${dtype} ${shape.join()}`).join(';')}`;
  const entry = entries.get(key);
  if (entry === undefined) {
    return callFirst(key, inputs, body);
  }
  if (entry.state === 'called') {
    return callSecond(key, entry.text, inputs, body);
  }
  keep(key, entry);
  if (entry.state === 'op by op') {
    return freed(body, inputs);
  }
  noteKernels(entry.kernels);
  return entry.graph.run(inputs);
}

/** Runs `work` without graphs, op by op, as a profile by kind of op needs it. */
export function withoutGraphs<T>(work: () => T): T {
  const before = opByOp;
  opByOp = true;
  try {
    return work();
  } finally {
    opByOp = before;
  }
}
