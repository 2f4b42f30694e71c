import { binding, DTYPE_NUMBERS, typeAttribute, type Attribute, type DType, type NativeTensor } from './binding';
import { sizeOf } from './shape';

const dtypeNames = new Map<number, DType>(
  (Object.keys(DTYPE_NUMBERS) as DType[]).map((name) => [DTYPE_NUMBERS[name], name]),
);

/**
 * A native tensor with its shape and element type. It holds memory that no garbage collector frees:
 * `dispose` it, `release` it, or make it within a `scope`.
 */
export class Tensor {
  /** How many recorded ops need this tensor for their gradient; kept by the tape. */
  saves = 0;
  /** Whether the forward pass has said that it is done with this tensor; set by `release`. */
  released = false;
  /** Whether the loss's gradient with respect to this tensor is wanted; kept by the tape. */
  tracked = false;
  /** This tensor's values in another element type, kept as long as it lives; made by `inPrecision`. */
  companion: Tensor | undefined;
  /** What was computed from this tensor and is kept as long as it lives, with the tensors that it also depends on; made by `keptWith`. */
  kept: { readonly from: readonly Tensor[]; readonly made: readonly Tensor[] } | undefined;
  /** How this tensor's values change along a direction, kept as long as it lives; made by `withTangents`. */
  tangent: Tensor | undefined;
  private alive = true;

  constructor(
    private readonly nativeId: number,
    readonly shape: readonly number[],
    readonly dtype: DType,
  ) {
    scopes.at(-1)?.add(this);
  }

  /** The native tensor's number. @throws Error if the tensor was disposed of. */
  get id(): number {
    if (!this.alive) {
      throw new Error(
        `Tensor: a tensor of shape [${this.shape.join(', ')}] was used after it was disposed of; use it before dispose, or keep a clone.`,
      );
    }
    return this.nativeId;
  }

  get isDisposed(): boolean {
    return !this.alive;
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** Copies the elements into JavaScript, row by row. @throws Error for bfloat16: cast to float32 first. */
  values(): Float32Array | Int32Array {
    if (this.dtype === 'bfloat16') {
      throw new Error('Tensor.values: JavaScript has no bfloat16; cast the tensor to float32 first.');
    }
    observer?.read(this);
    if (this.tangent !== undefined) {
      follower?.read(this);
    }
    return binding.tensorDataSync(this.id) as Float32Array | Int32Array;
  }

  /** The value of a tensor with one element. */
  scalar(): number {
    if (this.size !== 1) {
      throw new Error(`Tensor.scalar: expected one element, got shape [${this.shape.join(', ')}]; use values().`);
    }
    return this.values()[0]!;
  }

  /** Frees the memory now. Does nothing the second time. */
  dispose(): void {
    if (this.alive) {
      this.alive = false;
      binding.deleteTensor(this.nativeId);
      this.companion?.dispose();
      this.kept?.made.forEach((made) => made.dispose());
      this.tangent?.dispose();
      for (const open of scopes) {
        open.delete(this);
      }
    }
  }
}

/** Open scopes, innermost last, each with the tensors made in it that still live. */
const scopes: Set<Tensor>[] = [];

/**
 * Runs `body` and frees every tensor made in it, except those that `keep` picks from its result.
 * Also frees them when `body` throws.
 *
 * @param body must be synchronous.
 * @param keep lists the tensors within the result; they pass to the enclosing scope, or to the caller.
 */
export function scope<T>(body: () => T, keep: (result: T) => Iterable<Tensor> = () => []): T {
  const made = new Set<Tensor>();
  scopes.push(made);
  try {
    const result = body();
    for (const tensor of keep(result)) {
      if (made.delete(tensor)) {
        scopes.at(-2)?.add(tensor);
      }
    }
    return result;
  } finally {
    scopes.pop();
    for (const tensor of made) {
      tensor.dispose();
    }
  }
}

/** Runs `body` as if no scope were open: its tensors are freed only by hand. */
export function unscoped<T>(body: () => T): T {
  const open = scopes.splice(0);
  try {
    return body();
  } finally {
    scopes.push(...open);
  }
}

/** Says that the forward pass no longer reads these tensors: they are freed once no gradient needs them. */
export function release(...tensors: readonly Tensor[]): void {
  for (const tensor of tensors) {
    tensor.released = true;
    if (tensor.saves === 0) {
      tensor.dispose();
    }
  }
}

/** Number of native tensors alive, whoever made them. */
export function tensorCount(): number {
  return binding.getNumOfTensors();
}

/** A buffer for values on their way into native memory; it grows to the largest tensor that is made from values. */
let staging = new ArrayBuffer(0);

/**
 * The same values 4 bytes into an allocation, until the next call. TensorFlow copies what does not begin at a multiple of 64
 * bytes; an array that happens to do so it would share instead, and the two would change together.
 */
function staged(values: Float32Array | Int32Array | readonly number[]): Float32Array | Int32Array {
  const width = Float32Array.BYTES_PER_ELEMENT;
  const bytes = width * (values.length + 1);
  if (staging.byteLength < bytes) {
    staging = new ArrayBuffer(bytes);
  }
  const array = values instanceof Int32Array ? new Int32Array(staging, width, values.length) : new Float32Array(staging, width, values.length);
  array.set(values);
  return array;
}

/**
 * Makes a tensor from a copy of values, row by row.
 *
 * @throws RangeError if the number of values does not fit the shape.
 */
export function tensor(values: Float32Array | Int32Array | readonly number[], shape: readonly number[]): Tensor {
  const size = sizeOf(shape);
  if (values.length !== size) {
    throw new RangeError(`tensor: shape [${shape.join(', ')}] holds ${size} values, got ${values.length}.`);
  }
  const array = staged(values);
  const dtype = array instanceof Int32Array ? 'int32' : 'float32';
  const made = new Tensor(binding.createTensor(shape, DTYPE_NUMBERS[dtype], array), shape, dtype);
  observer?.constant(made, array);
  return made;
}

/** Callbacks for what happens to tensors; see `observeTensors`. */
export interface TensorObserver {
  /** A tensor was made from values. */
  readonly constant: (tensor: Tensor, values: Float32Array | Int32Array) => void;
  /** An op was executed. */
  readonly op: (op: string, attributes: readonly Attribute[], inputs: readonly Tensor[], outputs: readonly Tensor[]) => void;
  /** Values of a tensor are about to be copied into JavaScript. */
  readonly read: (tensor: Tensor) => void;
}

let observer: TensorObserver | undefined;

/** Runs `body` and shows the observer every tensor that is made or read meanwhile. */
export function observeTensors<T>(by: TensorObserver, body: () => T): T {
  const before = observer;
  observer = by;
  try {
    return body();
  } finally {
    observer = before;
  }
}

/** Who carries derivatives along: called after each op whose inputs have tangents, and before values are read of a tensor that has one. */
export type TangentFollower = Pick<TensorObserver, 'op' | 'read'>;

let follower: TangentFollower | undefined;

/** Runs `body` with tangents carried along by the follower, or by none. */
export function followTangents<T>(by: TangentFollower | undefined, body: () => T): T {
  const before = follower;
  follower = by;
  try {
    return body();
  } finally {
    follower = before;
  }
}

/** Whether derivatives are carried along. */
export function followsTangents(): boolean {
  return follower !== undefined;
}

/** Takes over a tensor that an op returned. @throws Error for an element type that the engine does not know. */
export function fromNative({ id, shape, dtype }: NativeTensor, op: string): Tensor {
  const name = dtypeNames.get(dtype);
  if (name === undefined) {
    throw new Error(`execute: ${op} returned element type number ${dtype}, which the engine does not know.`);
  }
  return new Tensor(id, shape, name);
}

/** Runs a TensorFlow op that has several outputs. */
export function execute(op: string, attributes: readonly Attribute[], inputs: readonly Tensor[], outputs: number): Tensor[] {
  const ids = inputs.map((input) => input.id);
  const made = binding.executeOp(op, attributes, ids, outputs).map((output) => fromNative(output, op));
  observer?.op(op, attributes, inputs, made);
  if (follower !== undefined && inputs.some((input) => input.tangent !== undefined)) {
    follower.op(op, attributes, inputs, made);
  }
  return made;
}

/** Shows the observer an op that was executed in another way than by `execute`. No tangent passes through it. */
export function noteExecution(op: string, attributes: readonly Attribute[], inputs: readonly Tensor[], made: readonly Tensor[]): void {
  observer?.op(op, attributes, inputs, made);
}

/**
 * What `make` computes from a tensor and others, such as folded weights. The result is kept with the first tensor, made again
 * only when one of the others has been replaced, and freed with the first.
 */
export function keptWith(first: Tensor, others: readonly Tensor[], make: () => readonly Tensor[]): readonly Tensor[] {
  const { kept } = first;
  if (kept?.from.length === others.length && kept.from.every((other, index) => other === others[index])) {
    return kept.made;
  }
  kept?.made.forEach((made) => made.dispose());
  first.kept = undefined;
  const made = unscoped(() => scope(make, (result) => result));
  first.kept = { from: others, made };
  return made;
}

/** Runs a TensorFlow op that has one output. */
export function execute1(op: string, attributes: readonly Attribute[], inputs: readonly Tensor[]): Tensor {
  return execute(op, attributes, inputs, 1)[0]!;
}

/** Another handle to the same memory. */
export function cloneTensor(x: Tensor): Tensor {
  return execute1('Identity', [typeAttribute('T', x.dtype)], [x]);
}
