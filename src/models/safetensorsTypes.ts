/** How the elements of one type become single-precision numbers. Bytes are little-endian, as on all machines that this runs on. */
export interface Float32Reader {
  /** Bytes per element. */
  readonly bytes: number;
  readonly convert: (buffer: ArrayBufferLike) => Float32Array;
}

/** IEEE half precision: 1 bit of sign, 5 of exponent (bias 15), 10 of fraction. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) {
    return fraction === 0 ? sign * Infinity : NaN;
  }
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** bfloat16 is the upper half of a single-precision number. */
function fromBfloat16(buffer: ArrayBufferLike): Float32Array {
  return new Float32Array(Uint32Array.from(new Uint16Array(buffer), (bits) => bits << 16).buffer);
}

const readers: Readonly<Record<string, Float32Reader>> = {
  F32: { bytes: 4, convert: (buffer) => new Float32Array(buffer) },
  F64: { bytes: 8, convert: (buffer) => Float32Array.from(new Float64Array(buffer)) },
  F16: { bytes: 2, convert: (buffer) => Float32Array.from(new Uint16Array(buffer), fromHalf) },
  BF16: { bytes: 2, convert: fromBfloat16 },
  I64: { bytes: 8, convert: (buffer) => Float32Array.from(Array.from(new BigInt64Array(buffer), Number)) },
  I32: { bytes: 4, convert: (buffer) => Float32Array.from(new Int32Array(buffer)) },
  U8: { bytes: 1, convert: (buffer) => Float32Array.from(new Uint8Array(buffer)) },
  BOOL: { bytes: 1, convert: (buffer) => Float32Array.from(new Uint8Array(buffer)) },
};

/** The reader of a safetensors element type such as "F32"; undefined for a type that is not read here. */
export function float32Reader(dtype: string): Float32Reader | undefined {
  return Object.hasOwn(readers, dtype) ? readers[dtype] : undefined;
}
