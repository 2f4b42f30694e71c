import type { Attribute } from '../binding';
import type { Tensor } from '../tensor';

/** An op that was executed, and the tangents of its inputs: undefined for those that do not move. At least one moves. */
export interface Execution {
  readonly op: string;
  readonly attributes: readonly Attribute[];
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly tangents: readonly (Tensor | undefined)[];
}

/** The tangents of an op's outputs, in order; undefined for those that do not move, or whose tangents are not needed. */
export type Rule = (execution: Execution) => readonly (Tensor | undefined)[];
