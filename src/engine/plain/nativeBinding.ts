/**
 * The ops that multi-layer perceptrons, their optimizers and their curvature are made of, in plain JavaScript: what stands in
 * place of TensorFlow's addon where the engine is bundled for browsers. Elements are float32, as in the engine.
 *
 * Networks, gradients, tangents, optimizers and probes are the same code there as in Node; only the kernels differ.
 */
import type { Binding, NativeTensor, TypedArray } from '../bindingTypes';
import { elementKernels } from './elementKernels';
import { biasAdd, biasAddGrad, matMul, reshape } from './matrixKernels';
import { reductionKernels } from './reductionKernels';
import { hold, letGo, room, valuesOf, type Kernel, type Stored } from './stored';
import { variableKernels } from './variableKernels';

const kernels: ReadonlyMap<string, Kernel> = new Map(
  Object.entries({ ...elementKernels, ...reductionKernels, ...variableKernels, MatMul: matMul, BiasAdd: biasAdd, BiasAddGrad: biasAddGrad, Reshape: reshape }),
);

function refuse(what: string): () => never {
  return () => {
    throw new Error(`plain kernels: there are no ${what} in plain JavaScript; run this in Node, on TensorFlow.`);
  };
}

function copied(values: TypedArray): TypedArray {
  if (!(values instanceof Float32Array)) {
    return values.slice();
  }
  const copy = room(values.length);
  copy.set(values);
  return copy;
}

/** Makes the replacement for the addon. */
export function loadBinding(): Binding {
  const tensors = new Map<number, Stored>();
  let last = 0;
  const keep = (tensor: Stored): number => {
    hold(tensor);
    tensors.set(++last, tensor);
    return last;
  };
  return {
    createTensor: (shape, dtype, values) => keep({ shape, dtype, elements: { values: copied(values), holders: 0 } }),
    deleteTensor(id) {
      letGo(tensors.get(id)!);
      tensors.delete(id);
    },
    tensorDataSync: (id) => valuesOf(tensors.get(id)!).slice(),
    executeOp(op, attributes, inputs) {
      const kernel = kernels.get(op);
      if (kernel === undefined) {
        throw new Error(`plain kernels: there is no kernel of ${op} in plain JavaScript; linear layers, relu and tanh have theirs. Write one, or run this in Node, on TensorFlow.`);
      }
      return kernel(inputs.map((id) => tensors.get(id)!), attributes).map((output): NativeTensor => ({ id: keep(output), shape: output.shape, dtype: output.dtype }));
    },
    getNumOfTensors: () => tensors.size,
    isUsingGpuDevice: () => false,
    loadSavedModel: refuse('graphs'),
    deleteSavedModel: refuse('graphs'),
    runSavedModel: refuse('graphs'),
    TF_ATTR_STRING: 0,
    TF_ATTR_INT: 1,
    TF_ATTR_FLOAT: 2,
    TF_ATTR_BOOL: 3,
    TF_ATTR_TYPE: 4,
    TF_ATTR_SHAPE: 5,
    TF_Version: 'plain JavaScript',
  };
}
