/** TensorFlow's graphs in the text form of protocol buffers (tensorflow/core/framework/graph.proto). */
import { binding, DTYPE_NUMBERS, typeAttribute, type Attribute, type DType } from '../binding';

/** One op of a graph. */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  /** Each "name:output" of another node. */
  readonly inputs: readonly string[];
  readonly attributes: readonly Attribute[];
}

/** Values that stand in the graph itself. */
export interface GraphConstant {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

/** Of tensorflow/core/public/version.h: ops behave as they do for graphs made with this version. */
const PRODUCER = 1645;

function shapeText(shape: readonly number[]): string {
  return shape.map((length) => `dim { size: ${length} }`).join(' ');
}

function valueText({ type, value }: Attribute): string {
  const each = (one: (item: unknown) => string): string => (Array.isArray(value) ? `list { ${(value as readonly unknown[]).map(one).join(' ')} }` : one(value));
  switch (type) {
    case binding.TF_ATTR_STRING:
      return each((item) => `s: ${JSON.stringify(item)}`);
    case binding.TF_ATTR_INT:
      return each((item) => `i: ${item as number}`);
    case binding.TF_ATTR_FLOAT:
      return `f: ${value as number}`;
    case binding.TF_ATTR_BOOL:
      return `b: ${value as boolean}`;
    case binding.TF_ATTR_TYPE:
      return each((item) => `type: ${item as number}`);
    default:
      return `shape { ${shapeText(value as readonly number[])} }`;
  }
}

function attributeText(attribute: Attribute): string {
  return `attr { key: "${attribute.name}" value { ${valueText(attribute)} } }`;
}

function nodeText({ name, op, inputs, attributes }: GraphNode): string {
  return `node { name: "${name}" op: "${op}" ${inputs.map((input) => `input: "${input}"`).join(' ')} ${attributes.map(attributeText).join(' ')} }`;
}

/** The bytes themselves, so that no digit is lost. */
function constantText({ name, dtype, shape, values }: GraphConstant): string {
  const bytes = Array.from(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
  const tensor = `tensor { dtype: ${DTYPE_NUMBERS[dtype]} tensor_shape { ${shapeText(shape)} } tensor_content: "${bytes}" }`;
  return `node { name: "${name}" op: "Const" ${attributeText(typeAttribute('dtype', dtype))} attr { key: "value" value { ${tensor} } } }`;
}

/** The node that stands for a tensor that is given with each run. */
export function placeholder(name: string, dtype: DType): GraphNode {
  return { name, op: 'Placeholder', inputs: [], attributes: [typeAttribute('dtype', dtype)] };
}

/** A saved model that holds nothing but one graph, under the tag "serve", as the text of its `saved_model.pbtxt`. */
export function savedModelText(nodes: readonly GraphNode[], constants: readonly GraphConstant[]): string {
  const graph = [...constants.map(constantText), ...nodes.map(nodeText), `versions { producer: ${PRODUCER} }`].join('\n');
  return `saved_model_schema_version: 1\nmeta_graphs { meta_info_def { tags: "serve" }\ngraph_def {\n${graph}\n} }\n`;
}
