/** Plain JavaScript has no graphs, and none of the fused kernels that run only in them: the first candidate kernel is used, which needs none. */
import type { executeAlone as inGraph } from '../../graph/alone';

/** @throws Error always. */
export const executeAlone: typeof inGraph = (op) => {
  throw new Error(`executeAlone: there is no ${op} in plain JavaScript; run this in Node, on TensorFlow.`);
};
