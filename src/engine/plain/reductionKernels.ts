/** Sums, means, maxima, and the cross-entropy. Sums are taken in double precision and rounded once. */
import type { Attribute } from '../bindingTypes';
import { exp } from './exponential';
import { room, stored, valuesOf, type Kernel, type Stored } from './stored';

/** Combines elements along axes, which are removed unless `keep_dims` is true. */
function reduction(start: number, combine: (sum: number, element: number) => number, finish: (sum: number, count: number) => number = (sum) => sum): Kernel {
  return ([x, axes], attributes) => {
    const gone = valuesOf(axes!).map((axis) => (axis < 0 ? axis + x!.shape.length : axis));
    const strides = x!.shape.map(() => 0);
    let size = 1;
    for (let axis = x!.shape.length - 1; axis >= 0; axis--) {
      if (!gone.includes(axis)) {
        strides[axis] = size;
        size *= x!.shape[axis]!;
      }
    }
    const sums = new Float64Array(size).fill(start);
    const values = valuesOf(x!);
    for (let index = 0; index < values.length; index++) {
      const place = size === 1 ? 0 : placeOf(index, x!.shape, strides);
      sums[place] = combine(sums[place]!, values[index]!);
    }
    return [stored(Float32Array.from(sums, (sum) => finish(sum, values.length / size)), reducedShape(x!, gone, attributes))];
  };
}

/** Where an element is added. */
function placeOf(index: number, shape: readonly number[], strides: readonly number[]): number {
  let [rest, place] = [index, 0];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    place += (rest % shape[axis]!) * strides[axis]!;
    rest = Math.floor(rest / shape[axis]!);
  }
  return place;
}

function reducedShape({ shape }: Stored, gone: ArrayLike<number>, attributes: readonly Attribute[]): number[] {
  const keep = attributes.some(({ name, value }) => name === 'keep_dims' && value === true);
  const axes = Array.from(gone);
  return shape.flatMap((length, axis) => (!axes.includes(axis) ? [length] : keep ? [1] : []));
}

/** Half the sum of squares, of all elements. */
const l2Loss: Kernel = ([x]) => {
  let sum = 0;
  const values = valuesOf(x!);
  for (let index = 0; index < values.length; index++) {
    sum += values[index]! * values[index]!;
  }
  return [stored(Float32Array.of(sum / 2), [])];
};

/** Outputs: the loss of each row, -sum of targets · log softmax(logits), and softmax(logits) - targets. */
const crossEntropy: Kernel = ([logits, targets]) => {
  const [rows, classes] = logits!.shape as [number, number];
  const [z, t] = [valuesOf(logits!), valuesOf(targets!)];
  const losses = room(rows);
  const difference = room(rows * classes);
  const shares = new Float64Array(classes);
  for (let row = 0; row < rows; row++) {
    const start = row * classes;
    let largest = -Infinity;
    for (let c = 0; c < classes; c++) {
      largest = Math.max(largest, z[start + c]!);
    }
    let sum = 0;
    for (let c = 0; c < classes; c++) {
      sum += shares[c] = exp(z[start + c]! - largest);
    }
    const logSum = Math.log(sum);
    let loss = 0;
    for (let c = 0; c < classes; c++) {
      loss += t[start + c]! * (logSum - (z[start + c]! - largest));
      difference[start + c] = shares[c]! / sum - t[start + c]!;
    }
    losses[row] = loss;
  }
  return [stored(losses, [rows]), stored(difference, logits!.shape)];
};

/** Kernels by TensorFlow's names of the ops. */
export const reductionKernels: Readonly<Record<string, Kernel>> = {
  Sum: reduction(0, (sum, element) => sum + element),
  Mean: reduction(0, (sum, element) => sum + element, (sum, count) => sum / count),
  Max: reduction(-Infinity, (largest, element) => (element > largest || Number.isNaN(element) ? element : largest)),
  L2Loss: l2Loss,
  SoftmaxCrossEntropyWithLogits: crossEntropy,
};
