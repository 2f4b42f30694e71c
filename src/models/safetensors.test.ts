import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { fixturePath } from '../testing/fixture';
import { withTemporaryFolder } from '../testing/temporaryFolder';
import { readSafetensors, writeSafetensors, type SafetensorsEntry } from './safetensors';

/** A file by hand: the header's length, the header, the data. */
function fileOf(header: string | Uint8Array, data: Uint8Array): Buffer {
  const json = Buffer.from(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, data]);
}

function bytesOf(...values: number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer);
}

test('a folder in place of a file is refused by name', () => {
  assert.throws(() => readSafetensors(__dirname), { code: 'EISDIR', message: `readSafetensors: ${__dirname} is a folder; give the path of a .safetensors file, such as one in it.` });
});

test('a file with tensors of every type, written by PyTorch, is read', () => {
  const { tensors, metadata } = readSafetensors(fixturePath('types.safetensors'));
  assert.deepEqual(metadata, { format: 'pt', 'made by': 'PyTorch' });
  const floats = Float32Array.of(0, -1.5, 0.15625, 3, -(2 ** -14), Infinity);
  const expected: Record<string, SafetensorsEntry> = {
    f64: { shape: [6], values: floats },
    f32: { shape: [6], values: floats },
    f16: { shape: [6], values: floats },
    bf16: { shape: [6], values: floats },
    'subnormal f16': { shape: [2], values: Float32Array.of(2 ** -24, 65504) },
    i64: { shape: [1, 3], values: Float32Array.of(-3, 0, 2 ** 20) },
    i32: { shape: [3], values: Float32Array.of(-3, 0, 2 ** 20) },
    u8: { shape: [3], values: Float32Array.of(0, 7, 255) },
    bool: { shape: [2], values: Float32Array.of(1, 0) },
    scalar: { shape: [], values: Float32Array.of(2.5) },
    empty: { shape: [0, 3], values: new Float32Array(0) },
  };
  assert.deepEqual(Object.fromEntries(tensors), expected);
});

test('half-precision infinities and NaN keep their meaning', () => {
  withTemporaryFolder((folder) => {
    const file = join(folder, 'half.safetensors');
    const header = '{"h":{"dtype":"F16","shape":[4],"data_offsets":[0,8]}}';
    writeFileSync(file, fileOf(header, new Uint8Array(Uint16Array.of(0xfc00, 0x7e00, 0x8000, 0x3c01).buffer)));
    assert.deepEqual(readSafetensors(file).tensors.get('h')!.values, Float32Array.of(-Infinity, NaN, -0, 1 + 1 / 1024));
  });
});

test('a written file has the bytes that the format asks for', () => {
  withTemporaryFolder((folder) => {
    const file = join(folder, 'w.safetensors');
    writeSafetensors(file, new Map([['w', { shape: [1, 2], values: Float32Array.of(1, -2) }]]), { epoch: '3' });
    const json = '{"__metadata__":{"epoch":"3"},"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}';
    const padded = json.padEnd(88, ' ');
    assert.equal(json.length, 85);
    assert.deepEqual(readFileSync(file), fileOf(padded, Uint8Array.of(0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0)));
  });
});

test('written tensors are read back to the bit', () => {
  const entry = fc.array(fc.float(), { maxLength: 12 }).map((values) => ({ shape: [values.length], values: Float32Array.from(values) }));
  const name = fc.string({ unit: 'grapheme' }).filter((text) => text !== '__metadata__' && text !== '__proto__');
  const text = fc.string({ unit: 'grapheme' });
  withTemporaryFolder((folder) => {
    const file = join(folder, 'any.safetensors');
    fc.assert(
      fc.property(fc.array(fc.tuple(name, entry)), text, (entries, value) => {
        const tensors = new Map(entries);
        writeSafetensors(file, tensors, { value });
        const read = readSafetensors(file);
        assert.deepEqual(read.tensors, tensors);
        assert.deepEqual(read.metadata, { value });
      }),
    );
  });
});

test('a view of a larger array is written without its surroundings', () => {
  withTemporaryFolder((folder) => {
    const file = join(folder, 'view.safetensors');
    writeSafetensors(file, new Map([['w', { shape: [2], values: Float32Array.of(9, 1, 2, 9).subarray(1, 3) }]]));
    assert.deepEqual(readSafetensors(file).tensors.get('w')!.values, Float32Array.of(1, 2));
  });
});

const two = (first: string, second: string): string =>
  `{"a":{"dtype":"F32","shape":[1],"data_offsets":${first}},"b":{"dtype":"F32","shape":[1],"data_offsets":${second}}}`;
const one = (dtype: string, shape: string, end: number): string => `{"a":{"dtype":"${dtype}","shape":${shape},"data_offsets":[0,${end}]}}`;

const damaged: readonly (readonly [what: string, content: Uint8Array, message: string])[] = [
  ['an empty file', Buffer.alloc(0), 'has only 0 bytes'],
  ['a header longer than the file', fileOf('{}', bytesOf()).subarray(0, 9), 'announces a header of 2 bytes in a file of 9'],
  ['another format', Buffer.from('PK\x03\x04 a zip archive of weights'), 'announces a header of 8800140462016122000 bytes in a file of 29'],
  ['a header that is not JSON', fileOf('{"a":', bytesOf()), 'has a header that is not JSON'],
  ['a header that is not text', fileOf(Uint8Array.of(0x7b, 0xff, 0x7d), bytesOf()), 'has a header that is not JSON'],
  ['a truncated file', fileOf(one('F32', '[2]', 8), bytesOf(1)), 'is truncated: a ends at byte 8 of 4 bytes of data'],
  ['overlapping tensors', fileOf(two('[0,4]', '[2,6]'), new Uint8Array(6)), 'places b at byte 2 of its data, where byte 4 was expected: tensors overlap or leave a hole'],
  ['a hole', fileOf(two('[0,4]', '[8,12]'), new Uint8Array(12)), 'places b at byte 8 of its data, where byte 4 was expected: tensors overlap or leave a hole'],
  ['bytes too many', fileOf(one('F32', '[1]', 4), bytesOf(1, 2)), 'holds 8 bytes of data, of which its header describes 4'],
  ['a shape that does not fit', fileOf(one('F32', '[3]', 8), bytesOf(1, 2)), 'gives a of shape [3] and type F32 8 bytes'],
  ['backward offsets', fileOf(two('[0,8]', '[8,4]'), new Uint8Array(8)), 'holds 8 bytes of data, of which its header describes 4'],
];

for (const [what, content, message] of damaged) {
  test(`refused by name: ${what}`, () => {
    withTemporaryFolder((folder) => {
      const file = join(folder, 'damaged.safetensors');
      writeFileSync(file, content);
      assert.throws(() => readSafetensors(file), {
        message: `readSafetensors: ${file} ${message}. The file is damaged or no safetensors file; write or download it again.`,
      });
    });
  });
}

test('a header with fields of the wrong kind says which', () => {
  withTemporaryFolder((folder) => {
    const file = join(folder, 'malformed.safetensors');
    for (const header of ['[]', '{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}', '{"a":{"dtype":"F32","shape":[1]}}', '{"__metadata__":{"x":3}}']) {
      writeFileSync(file, fileOf(header, bytesOf(1)));
      assert.throws(() => readSafetensors(file), /malformed\.safetensors has a malformed header \(.+\)\. The file is damaged/);
    }
  });
});

test('element types that are not read here, and missing files, are named', () => {
  const file = fixturePath('float8.safetensors');
  assert.throws(() => readSafetensors(file), { message: `readSafetensors: ${file} holds half byte as F8_E4M3, which is not read here; convert it to F32.` });
  assert.throws(() => readSafetensors('/nowhere/w.safetensors'), /ENOENT.*\/nowhere\/w\.safetensors/);
  assert.throws(() => readSafetensors(tmpdir()), { message: `readSafetensors: ${tmpdir()} is a folder; give the path of a .safetensors file, such as one in it.` });
});

test('tensors that cannot be written are refused before the file is touched', () => {
  withTemporaryFolder((folder) => {
    const file = join(folder, 'w.safetensors');
    writeFileSync(file, 'old');
    assert.throws(() => writeSafetensors(file, new Map([['w', { shape: [3], values: new Float32Array(2) }]])), {
      name: 'RangeError',
      message: 'writeSafetensors: tensor w of shape [3] with 2 values cannot be written.',
    });
    assert.throws(() => writeSafetensors(file, new Map([['__metadata__', { shape: [1], values: new Float32Array(1) }]])), /tensor __metadata__ of shape/);
    assert.equal(readFileSync(file, 'utf8'), 'old');
  });
});
