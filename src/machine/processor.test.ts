import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import fs from 'node:fs';
import { processorDigest } from './processor';

const CPUINFO = `processor\t: 0
cpu family\t: 25
model\t\t: 17
model name\t: AMD EPYC
stepping\t: 1
cpu MHz\t\t: 2596.137
cache size\t: 1024 KB
flags\t\t: fpu avx2 avx512f avx512_bf16
`;

/** The digest of a processor with this machine's name and the given features. */
function digestOf(cpuinfo: string): string {
  const exists = mock.method(fs, 'existsSync', () => true);
  const read = mock.method(fs, 'readFileSync', () => cpuinfo);
  try {
    return processorDigest();
  } finally {
    exists.mock.restore();
    read.mock.restore();
  }
}

void test('processors of one name differ by their instructions, caches and generation, not by their clock at the moment', () => {
  const digest = digestOf(CPUINFO);
  assert.match(digest, /^[0-9a-f]{8}$/);
  assert.equal(digestOf(CPUINFO.replace('2596.137', '3700.000')), digest);
  for (const [from, to] of [['avx512f ', ''], ['bf16', 'bf16 amx_bf16'], ['25', '26'], [': 17', ': 18'], ['1024 KB', '512 KB']] as const) {
    assert.notEqual(digestOf(CPUINFO.replace(from, to)), digest, to);
  }
});
