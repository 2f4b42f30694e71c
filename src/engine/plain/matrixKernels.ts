/** Products of matrices and what goes with them in a linear layer. Sums are taken in double precision and rounded once. */
import { flag, room, sizeOf, stored, valuesOf, type Kernel } from './stored';

/** Rows and columns of the result that are computed together: their sums stay in registers. */
const [ROWS, COLUMNS] = [2, 4];

/** Operands in the order in which they are read; they grow to the largest product. */
let left = new Float64Array(0);
let right = new Float64Array(0);

function grown(lines: Float64Array<ArrayBuffer>, size: number): Float64Array<ArrayBuffer> {
  return lines.length < size ? new Float64Array(size) : lines;
}

/** Packs the rows or columns that are multiplied one after another, and adds lines of zeros up to a multiple of `together`. */
function pack(values: ArrayLike<number>, into: Float64Array, { lines, inner, lineByLine, together }: { readonly lines: number; readonly inner: number; readonly lineByLine: boolean; readonly together: number }): void {
  const size = lines * inner;
  if (lineByLine) {
    for (let index = 0; index < size; index++) {
      into[index] = values[index]!;
    }
  } else {
    for (let k = 0, from = 0; k < inner; k++) {
      for (let to = k; to < size; to += inner) {
        into[to] = values[from++]!;
      }
    }
  }
  into.fill(0, size, Math.ceil(lines / together) * together * inner);
}

/** Computes tiles of two rows and four columns, and writes of each the part that lies in the result. */
function multiplyPacked(a: Float64Array, b: Float64Array, result: Float32Array, rows: number, inner: number, columns: number): void {
  for (let row = 0; row < rows; row += ROWS) {
    const [a0, a1] = [row * inner, (row + 1) * inner];
    for (let column = 0; column < columns; column += COLUMNS) {
      const b0 = column * inner;
      const [b1, b2, b3] = [b0 + inner, b0 + 2 * inner, b0 + 3 * inner];
      let s00 = 0, s01 = 0, s02 = 0, s03 = 0, s10 = 0, s11 = 0, s12 = 0, s13 = 0;
      for (let k = 0; k < inner; k++) {
        const x0 = a[a0 + k]!, x1 = a[a1 + k]!;
        const y0 = b[b0 + k]!, y1 = b[b1 + k]!, y2 = b[b2 + k]!, y3 = b[b3 + k]!;
        s00 += x0 * y0; s01 += x0 * y1; s02 += x0 * y2; s03 += x0 * y3;
        s10 += x1 * y0; s11 += x1 * y1; s12 += x1 * y2; s13 += x1 * y3;
      }
      const left = columns - column;
      const to = row * columns + column;
      result[to] = s00;
      if (left > 1) result[to + 1] = s01;
      if (left > 2) result[to + 2] = s02;
      if (left > 3) result[to + 3] = s03;
      if (row + 1 < rows) {
        const next = to + columns;
        result[next] = s10;
        if (left > 1) result[next + 1] = s11;
        if (left > 2) result[next + 2] = s12;
        if (left > 3) result[next + 3] = s13;
      }
    }
  }
}

/** a b, each of them transposed before if its attribute says so. */
export const matMul: Kernel = ([a, b], attributes) => {
  const [transposeA, transposeB] = [flag(attributes, 'transpose_a'), flag(attributes, 'transpose_b')];
  const [rows, inner] = transposeA ? [a!.shape[1]!, a!.shape[0]!] : [a!.shape[0]!, a!.shape[1]!];
  const columns = transposeB ? b!.shape[0]! : b!.shape[1]!;
  left = grown(left, (rows + ROWS) * inner);
  right = grown(right, (columns + COLUMNS) * inner);
  pack(valuesOf(a!), left, { lines: rows, inner, lineByLine: !transposeA, together: ROWS });
  pack(valuesOf(b!), right, { lines: columns, inner, lineByLine: transposeB, together: COLUMNS });
  const result = room(rows * columns);
  multiplyPacked(left, right, result, rows, inner, columns);
  return [stored(result, [rows, columns])];
};

/** x + bias in each row. */
export const biasAdd: Kernel = ([x, bias]) => {
  const [from, added] = [valuesOf(x!), valuesOf(bias!)];
  const result = room(from.length);
  for (let index = 0; index < from.length;) {
    for (let column = 0; column < added.length; column++, index++) {
      result[index] = from[index]! + added[column]!;
    }
  }
  return [stored(result, x!.shape)];
};

/** Sums over all axes but the last. */
export const biasAddGrad: Kernel = ([x]) => {
  const columns = x!.shape.at(-1)!;
  const sums = new Float64Array(columns);
  const values = valuesOf(x!);
  for (let index = 0; index < values.length;) {
    for (let column = 0; column < columns; column++, index++) {
      sums[column]! += values[index]!;
    }
  }
  return [stored(Float32Array.from(sums), [columns])];
};

/** The same elements under another shape, one of whose lengths may be -1. */
export const reshape: Kernel = ([x, wanted]) => {
  const lengths = [...valuesOf(wanted!)];
  const known = sizeOf(lengths.filter((length) => length !== -1));
  return [{ ...x!, shape: lengths.map((length) => (length === -1 ? valuesOf(x!).length / known : length)) }];
};
