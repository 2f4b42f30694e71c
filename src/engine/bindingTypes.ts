/** The functions of TensorFlow's addon that the engine calls, and what goes through them. Plain JavaScript stands in for them in browsers. */

/** A native tensor as an op returns it. */
export interface NativeTensor {
  readonly id: number;
  readonly shape: readonly number[];
  readonly dtype: number;
}

/** One attribute of an op, in the addon's own form. */
export interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: boolean | number | string | readonly number[] | readonly string[];
}

/** Elements of a tensor in JavaScript. */
export type TypedArray = Float32Array | Int32Array | Uint8Array;

/** The functions of the native addon that the engine calls. */
export interface Binding {
  createTensor(shape: readonly number[], dtype: number, values: TypedArray): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): TypedArray;
  executeOp(op: string, attributes: readonly Attribute[], inputs: readonly number[], outputs: number): NativeTensor[];
  getNumOfTensors(): number;
  isUsingGpuDevice(): boolean;
  loadSavedModel(folder: string, tag: string): number;
  deleteSavedModel(session: number): void;
  /** Feeds and fetches are lists of "node:output", with commas between them. */
  runSavedModel(session: number, inputs: readonly number[], feeds: string, fetches: string): NativeTensor[];
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  readonly TF_Version: string;
}
