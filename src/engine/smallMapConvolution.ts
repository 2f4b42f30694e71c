import { typeAttribute } from './binding';
import { permuted, reshaped } from './layout';
import { matrixProduct } from './matrixProduct';
import { inPrecision, temporarily } from './precision';
import { record } from './tape';
import { execute1, scope, tensor, type Tensor } from './tensor';

/** Maps of at most this height and width are convolved as dense products. */
const LARGEST_MAP = 2;
const KERNEL = 3;
const TAPS = KERNEL * KERNEL;

/** Which filter tap leads from each input position to each output position, and the shape of the output. */
interface TapTable {
  readonly inputs: number;
  readonly outputs: number;
  readonly outputHeight: number;
  readonly outputWidth: number;
  /** [inputs * outputs], row by row. */
  readonly taps: Int32Array;
}

/** Whether a 3x3 convolution with one zero of padding touches every input from every output, so that its dense matrix has no empty block. */
export function isSmallMap(x: Tensor, filter: Tensor, padding: number): boolean {
  return filter.shape[0] === KERNEL && padding === 1 && x.shape[1]! <= LARGEST_MAP && x.shape[2]! <= LARGEST_MAP;
}

/** Output (k, l) reads input (i, j) through tap (i - s k + 1, j - s l + 1). */
function tapTable(height: number, width: number, stride: number): TapTable {
  const outputHeight = Math.ceil(height / stride);
  const outputWidth = Math.ceil(width / stride);
  const taps: number[] = [];
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < width; j++) {
      for (let k = 0; k < outputHeight; k++) {
        for (let l = 0; l < outputWidth; l++) {
          taps.push((i - stride * k + 1) * KERNEL + (j - stride * l + 1));
        }
      }
    }
  }
  return { inputs: height * width, outputs: outputHeight * outputWidth, outputHeight, outputWidth, taps: Int32Array.from(taps) };
}

/** Swaps the two middle axes. */
function swapMiddle(x: Tensor): Tensor {
  return permuted(x, [0, 2, 1, 3]);
}

/** The taps laid out as one matrix [inputs * channels, outputs * filters]. */
function denseMatrix(filter: Tensor, { inputs, outputs, taps }: TapTable): Tensor {
  const [, , channels, filters] = filter.shape as [number, number, number, number];
  const rows = reshaped(filter, [TAPS, channels * filters]);
  const types = [typeAttribute('Tparams', filter.dtype), typeAttribute('Tindices', 'int32'), typeAttribute('Taxis', 'int32')];
  const blocks = execute1('GatherV2', types, [rows, tensor(taps, [taps.length]), tensor(Int32Array.of(0), [])]);
  // With one output position the blocks already stand in order, and the swap would be a mere copy.
  const ordered = outputs === 1 ? blocks : swapMiddle(reshaped(blocks, [inputs, outputs, channels, filters]));
  return reshaped(ordered, [inputs * channels, outputs * filters]);
}

/** Gradient of the filter from that of the matrix: each tap sums the blocks it was copied to. */
function foldMatrix(gradient: Tensor, { inputs, outputs, taps }: TapTable, shape: readonly number[]): Tensor {
  const [, , channels, filters] = shape as [number, number, number, number];
  const ordered = outputs === 1 ? gradient : swapMiddle(reshaped(gradient, [inputs, channels, outputs, filters]));
  const blocks = reshaped(ordered, [taps.length, channels * filters]);
  const membership = new Float32Array(TAPS * taps.length);
  taps.forEach((tap, block) => (membership[tap * taps.length + block] = 1));
  return reshaped(matrixProduct(tensor(membership, [TAPS, taps.length]), blocks), shape);
}

/**
 * 3x3 convolution with one zero of padding on maps of at most 2x2 positions, as one product of dense
 * matrices. Most of what a convolution would multiply there is padding: on a 1x1 map only the centre
 * tap of nine ever meets data.
 *
 * @param x [batch, height, width, channels], height and width at most 2
 * @param filter [3, 3, channels, filters]
 */
export function smallMapConvolution(x: Tensor, filter: Tensor, stride: number): Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const filters = filter.shape[3]!;
  const table = tapTable(height, width, stride);
  const rowShape = [batch, table.inputs * channels];
  const outputShape = [batch, table.outputs * filters];
  const matrix = (): Tensor => denseMatrix(inPrecision(filter, x.dtype), table);
  const y = temporarily(() => reshaped(matrixProduct(reshaped(x, rowShape), matrix()), [batch, table.outputHeight, table.outputWidth, filters]));
  return record([x, filter], y, () => ({
    // The matrix is made again in the backward pass: saving it would take more memory than the filter, and making it costs less than its product.
    saved: [x, filter],
    backward: (dy) =>
      scope(
        () => {
          const rows = reshaped(dy, outputShape);
          const dx = x.tracked ? reshaped(matrixProduct(rows, matrix(), { transposeB: true }), x.shape) : undefined;
          return [dx, foldMatrix(matrixProduct(reshaped(x, rowShape), rows, { transposeA: true, result: filter.dtype }), table, filter.shape)];
        },
        (gradients) => gradients.filter((gradient) => gradient !== undefined),
      ),
  }));
}
