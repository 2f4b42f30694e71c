/**
 * Functions of tensors that are computed again and again: first op by op, then as one graph of TensorFlow, which gives
 * the same bits in less time and memory.
 */
import { boolAttribute, tensorflowPlatform, typeAttribute } from '../binding';
import { reshape } from '../convolution';
import { chosenIn, kernelEra, noteKernels } from '../kernelChoice';
import { isRecording } from '../tape';
import { cloneTensor, execute1, scope, tensor, type Tensor } from '../tensor';
import { Graph } from './graph';
import { record, type Recording } from './recording';

/** A pure function: its outputs depend on its inputs alone, and each is made by an op. It must not read values of tensors. */
export type Body = (inputs: readonly Tensor[]) => readonly Tensor[];

interface Entry {
  readonly graph: Graph;
  /** The kernels that were chosen for its ops, as `usedKernels` tells them. */
  readonly kernels: Readonly<Record<string, string>>;
}

/** Graphs kept at a time; the one that was used longest ago makes room. A run of training uses fewer than ten. */
const LARGEST_NUMBER = 32;

/** By function, shapes and types; undefined after the first call, and 'differs' where the graph did not give the same bits. */
const entries = new Map<string, Entry | 'differs' | undefined>();
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

const int = typeAttribute('T', 'int32');

/** sum over i of (2 i + 1)^power bits[i], modulo 2^32: an odd factor hides no difference of one element. */
function checksum(bits: Tensor, factors: Tensor, power: number): number {
  const weighted = Array.from({ length: power }).reduce<Tensor>((product) => execute1('Mul', [int], [product, factors]), bits);
  return execute1('Sum', [int, typeAttribute('Tidx', 'int32'), boolAttribute('keep_dims', false)], [weighted, tensor(Int32Array.of(0), [1])]).scalar();
}

/** 64 bits that depend on each bit of each float32 tensor and on its place. They are found natively: copies in JavaScript would wait for the garbage collector. */
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

/** Computes op by op, and keeps what was computed and a digest of the outputs alone, so that the graph finds their memory free. */
function recorded(title: string, inputs: readonly Tensor[], body: Body): { readonly recording: Recording; readonly kernels: Readonly<Record<string, string>>; readonly bits: string } {
  return scope(() => {
    // Other handles to the inputs: what the engine keeps with a tensor, such as its bfloat16 copy, has to be made within the graph.
    const handles = inputs.map(cloneTensor);
    const { result, kernels } = chosenIn(() => record(title, handles, () => freed(body, handles)));
    return { recording: result.recording, kernels, bits: digest(result.outputs) };
  });
}

/** Makes the graph of what is computed op by op; it is kept only if it gives the same bits. */
function compile(key: string, title: string, inputs: readonly Tensor[], body: Body): readonly Tensor[] {
  const { recording, kernels, bits } = recorded(title, inputs, body);
  const graph = new Graph(recording);
  const outputs = graph.run(inputs);
  if (digest(outputs) === bits) {
    keep(key, { graph, kernels });
    return outputs;
  }
  outputs.forEach((output) => output.dispose());
  graph.dispose();
  keep(key, 'differs');
  return freed(body, inputs);
}

function keep(key: string, entry: Entry | 'differs' | undefined): void {
  entries.delete(key);
  entries.set(key, entry);
  const [oldest] = entries;
  if (entries.size > LARGEST_NUMBER && oldest !== undefined) {
    entries.delete(oldest[0]);
    if (typeof oldest[1] === 'object') {
      oldest[1].graph.dispose();
    }
  }
}

/**
 * The outputs of `body` for these inputs. The first call with inputs of these shapes and types computes op by op, the
 * second makes a graph of the ops and compares its outputs bit for bit, and from the third on the graph computes
 * alone; where one bit differs, as another kernel or another order of summation would make it, `body` goes on op by op.
 *
 * On a graphics card, whose memory a graph's inputs would have to leave, and while the tape records, `body` is called.
 *
 * @param owner what `body` depends on besides its inputs, such as the model; another object has graphs of its own.
 * @param title names the function among those of its owner.
 * @throws Error if `body` reads a tensor that is not among its inputs, reads values, or returns a tensor that it did not make.
 */
export function compiled(owner: object, title: string, inputs: readonly Tensor[], body: Body): readonly Tensor[] {
  if (opByOp || isRecording() || tensorflowPlatform().gpu) {
    return freed(body, inputs);
  }
  const key = `${ownerNumber(owner)} ${title} ${kernelEra()} ${inputs.map(({ dtype, shape }) => `${dtype} ${shape.join()}`).join(';')}`;
  const entry = entries.get(key);
  if (entry === undefined && entries.has(key)) {
    return compile(key, title, inputs, body);
  }
  keep(key, entry);
  if (typeof entry !== 'object') {
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
