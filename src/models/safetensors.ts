/**
 * The safetensors format: 8 bytes with the header's length (little-endian), the header as JSON, and
 * the tensors' bytes one after another, row by row.
 *
 * @source https://huggingface.co/docs/safetensors/index#format
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { z } from 'zod';
import { writeAtomically } from '../files/atomicFile';
import { float32Reader } from './safetensorsTypes';
import { sizeOf } from '../engine/shape';

/** A tensor in a safetensors file. */
export interface SafetensorsEntry {
  readonly shape: readonly number[];
  /** Row by row. */
  readonly values: Float32Array;
}

/** What a safetensors file holds. */
export interface SafetensorsContent {
  readonly tensors: Map<string, SafetensorsEntry>;
  readonly metadata: Record<string, string>;
}

const LENGTH_BYTES = 8;
/** The format's own limit; a longer header means that the file is something else. */
const LONGEST_HEADER = 100_000_000;
const METADATA = '__metadata__';

const tensorHeader = z.object({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});
const headerSchema = z.object({ [METADATA]: z.record(z.string(), z.string()).optional() }).catchall(tensorHeader);

interface Placed {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function damaged(file: string, what: string): Error {
  return new Error(`readSafetensors: ${file} ${what}. The file is damaged or no safetensors file; write or download it again.`);
}

/** Reads `length` bytes at a position, in as many calls as it takes. */
function readExactly(descriptor: number, length: number, position: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const read = readSync(descriptor, bytes, done, length - done, position + done);
    if (read === 0) {
      throw new Error('the file became shorter while it was read');
    }
    done += read;
  }
  return bytes;
}

function parseHeader(bytes: Uint8Array, file: string): { readonly placed: Placed[]; readonly metadata: Record<string, string> } {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw damaged(file, 'has a header that is not JSON');
  }
  const parsed = headerSchema.safeParse(json);
  if (!parsed.success) {
    throw damaged(file, `has a malformed header (${z.prettifyError(parsed.error).replaceAll('\n', ' ')})`);
  }
  const { [METADATA]: metadata = {}, ...tensors } = parsed.data;
  const placed = Object.entries(tensors).map(([name, { dtype, shape, data_offsets: [begin, end] }]) => ({ name, dtype, shape, begin, end }));
  return { placed: placed.sort((a, b) => a.begin - b.begin || a.end - b.end), metadata };
}

/** The format wants the tensors to cover the file without holes or overlaps. */
function checkPlacement(placed: readonly Placed[], dataBytes: number, file: string): void {
  let position = 0;
  for (const { name, begin, end } of placed) {
    if (begin !== position) {
      throw damaged(file, `places ${name} at byte ${begin} of its data, where byte ${position} was expected: tensors overlap or leave a hole`);
    }
    if (end > dataBytes) {
      throw damaged(file, `is truncated: ${name} ends at byte ${end} of ${dataBytes} bytes of data`);
    }
    position = end;
  }
  if (position !== dataBytes) {
    throw damaged(file, `holds ${dataBytes} bytes of data, of which its header describes ${position}`);
  }
}

function readTensor(descriptor: number, dataStart: number, { name, dtype, shape, begin, end }: Placed, file: string): SafetensorsEntry {
  const reader = float32Reader(dtype);
  if (reader === undefined) {
    throw new Error(`readSafetensors: ${file} holds ${name} as ${dtype}, which is not read here; convert it to F32.`);
  }
  if (end - begin !== sizeOf(shape) * reader.bytes) {
    throw damaged(file, `gives ${name} of shape [${shape.join(', ')}] and type ${dtype} ${end - begin} bytes`);
  }
  return { shape, values: reader.convert(readExactly(descriptor, end - begin, dataStart + begin).buffer) };
}

/** Opens a file that a user may have named. A folder can be opened like a file, and the system's error when it is read does not name it. */
function openWeights(file: string): number {
  const descriptor = openSync(file, 'r');
  if (fstatSync(descriptor).isDirectory()) {
    closeSync(descriptor);
    throw Object.assign(new Error(`readSafetensors: ${file} is a folder; give the path of a .safetensors file, such as one in it.`), { code: 'EISDIR' });
  }
  return descriptor;
}

/** Reads only the header. */
function readHeader(descriptor: number, file: string): { readonly placed: Placed[]; readonly metadata: Record<string, string>; readonly dataStart: number } {
  const fileBytes = fstatSync(descriptor).size;
  if (fileBytes < LENGTH_BYTES) {
    throw damaged(file, `has only ${fileBytes} bytes`);
  }
  const headerBytes = Number(new DataView(readExactly(descriptor, LENGTH_BYTES, 0).buffer).getBigUint64(0, true));
  if (headerBytes > Math.min(LONGEST_HEADER, fileBytes - LENGTH_BYTES)) {
    throw damaged(file, `announces a header of ${headerBytes} bytes in a file of ${fileBytes}`);
  }
  const { placed, metadata } = parseHeader(readExactly(descriptor, headerBytes, LENGTH_BYTES), file);
  const dataStart = LENGTH_BYTES + headerBytes;
  checkPlacement(placed, fileBytes - dataStart, file);
  return { placed, metadata, dataStart };
}

/** Reads the free text that a safetensors file keeps beside its tensors. @throws Error that names the file, if it cannot be opened or its header is damaged. */
export function readMetadata(file: string): Readonly<Record<string, string>> {
  const descriptor = openWeights(file);
  try {
    return readHeader(descriptor, file).metadata;
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Reads a safetensors file, tensor by tensor.
 *
 * F32 is read as it is; F64, F16, BF16 and whole numbers are converted to the nearest F32.
 *
 * @throws Error that names the file, if it cannot be opened, is a folder, is damaged or truncated, or holds another element type.
 */
export function readSafetensors(file: string): SafetensorsContent {
  const descriptor = openWeights(file);
  try {
    const { placed, metadata, dataStart } = readHeader(descriptor, file);
    return { tensors: new Map(placed.map((entry) => [entry.name, readTensor(descriptor, dataStart, entry, file)])), metadata };
  } finally {
    closeSync(descriptor);
  }
}

function headerOf(tensors: ReadonlyMap<string, SafetensorsEntry>, metadata: Readonly<Record<string, string>>): Uint8Array {
  let position = 0;
  const entries = [...tensors].map(([name, { shape, values }]) => {
    if (name === METADATA || sizeOf(shape) !== values.length) {
      throw new RangeError(`writeSafetensors: tensor ${name} of shape [${shape.join(', ')}] with ${values.length} values cannot be written.`);
    }
    const begin = position;
    position += values.byteLength;
    return [name, { dtype: 'F32', shape, data_offsets: [begin, position] }] as const;
  });
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries([[METADATA, metadata], ...entries])));
  // Spaces after the JSON let the data begin at a multiple of 8 bytes, as in files of the format's own writer.
  const padded = new Uint8Array(Math.ceil(json.length / LENGTH_BYTES) * LENGTH_BYTES).fill(' '.charCodeAt(0));
  padded.set(json);
  return padded;
}

function* fileBytes(header: Uint8Array, tensors: ReadonlyMap<string, SafetensorsEntry>): Generator<Uint8Array> {
  const length = new Uint8Array(LENGTH_BYTES);
  new DataView(length.buffer).setBigUint64(0, BigInt(header.length), true);
  yield length;
  yield header;
  for (const { values } of tensors.values()) {
    yield new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  }
}

/**
 * Writes tensors as F32, in their order. The file appears whole or not at all: if the disk is full, or
 * the process is killed, what was there before stays.
 *
 * @param metadata free text by name.
 * @throws RangeError if a tensor's values do not fit its shape, or it is named "__metadata__"; Error if the file cannot be written.
 */
export function writeSafetensors(
  file: string,
  tensors: ReadonlyMap<string, SafetensorsEntry>,
  metadata: Readonly<Record<string, string>> = {},
): void {
  writeAtomically(file, fileBytes(headerOf(tensors, metadata), tensors));
}
