import { type Attribute, type DType } from '../binding';
import { noteExecution, type Tensor } from '../tensor';
import { Graph } from './graph';
import { placeholder } from './graphDef';

/** Graphs of one op, by op, attributes and the inputs' element types; they work for all shapes. */
const graphs = new Map<string, Graph>();

function graphOf(op: string, attributes: readonly Attribute[], dtypes: readonly DType[]): Graph {
  const inputs = dtypes.map((_, index) => `input${index}:0`);
  const nodes = [...dtypes.map((dtype, index) => placeholder(`input${index}`, dtype)), { name: 'op', op, inputs, attributes }];
  return new Graph({ nodes, constants: [], inputs, outputs: ['op:0'] });
}

/**
 * Runs an op whose attributes are lists of strings or types, which only graphs take: as a graph of this op alone. Within a
 * recorded piece of work it becomes an op like any other.
 *
 * @throws Error where this build of TensorFlow has no such kernel.
 */
export function executeAlone(op: string, attributes: readonly Attribute[], inputs: readonly Tensor[]): Tensor {
  const dtypes = inputs.map(({ dtype }) => dtype);
  const key = JSON.stringify([op, attributes, dtypes]);
  const graph = graphs.get(key) ?? graphOf(op, attributes, dtypes);
  graphs.set(key, graph);
  const made = graph.run(inputs);
  noteExecution(op, attributes, inputs, made);
  return made[0]!;
}
