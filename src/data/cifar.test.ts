import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { CIFAR_LAYOUTS, loadCifar, readCifar, type CifarLayout } from './cifar';
import { classCounts, IMAGE_BYTES, imageCount } from './dataset';
import { measureStatistics, NORMALIZATIONS } from './normalization';

/** CIFAR's layout with two classes, two training files of two images, and one test file of two. */
const SMALL: CifarLayout = {
  name: 'CIFAR-10',
  folder: 'small',
  classNames: ['cat', 'dog'],
  labelBytes: 1,
  trainFiles: ['one.bin', 'two.bin'],
  testFiles: ['test.bin'],
  imagesPerTrainFile: 2,
  imagesPerTestFile: 2,
};

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'samlab-cifar-'));
  await mkdir(join(folder, 'small'));
  await writeFile(join(folder, 'small/one.bin'), Buffer.concat([record([0], 10), record([1], 20)]));
  await writeFile(join(folder, 'small/two.bin'), Buffer.concat([record([0], 30), record([1], 40)]));
  await writeFile(join(folder, 'small/test.bin'), Buffer.concat([record([1], 50), record([0], 60)]));
});
afterEach(() => rm(folder, { recursive: true }));

/**
 * One record, byte by byte: labels, then 1024 bytes of red, of green, of blue. Each plane is constant
 * (first, first + 1, first + 2) except for its second byte (row 0, column 1) and its 33rd (row 1, column 0).
 */
function record(labels: number[], first: number): Buffer {
  const plane = (value: number): Buffer => {
    const bytes = Buffer.alloc(1024, value);
    bytes[1] = 100 + value;
    bytes[32] = 150 + value;
    return bytes;
  };
  return Buffer.concat([Buffer.from(labels), plane(first), plane(first + 1), plane(first + 2)]);
}

test('planes become interleaved pixels, file after file', async () => {
  const { train, test: held } = await readCifar(SMALL, folder);
  assert.deepEqual([...train.labels], [0, 1, 0, 1]);
  assert.deepEqual([...held.labels], [1, 0]);
  assert.equal(train.images.length, 4 * 3072);
  const at = (image: number, row: number, column: number): number[] => {
    const start = image * 3072 + row * 96 + column * 3;
    return [...train.images.subarray(start, start + 3)];
  };
  assert.deepEqual(at(0, 0, 0), [10, 11, 12]);
  assert.deepEqual(at(0, 0, 1), [110, 111, 112]);
  assert.deepEqual(at(0, 1, 0), [160, 161, 162]);
  assert.deepEqual(at(0, 31, 31), [10, 11, 12]);
  assert.deepEqual(at(3, 1, 0), [190, 191, 192]);
  assert.deepEqual([...held.images.subarray(3069, 3078)], [50, 51, 52, 60, 61, 62, 160, 161, 162]);
  assert.equal(train.synthetic, false);
});

test('where a record has two label bytes, the second (fine) one counts', async () => {
  const layout = { ...SMALL, labelBytes: 2, trainFiles: ['fine.bin'] };
  await writeFile(join(folder, 'small/fine.bin'), Buffer.concat([record([19, 1], 10), record([7, 0], 20)]));
  await writeFile(join(folder, 'small/test.bin'), Buffer.concat([record([3, 0], 10), record([4, 1], 20)]));
  const { train } = await readCifar(layout, folder);
  assert.deepEqual([...train.labels], [1, 0]);
  assert.deepEqual([...train.images.subarray(3072, 3078)], [20, 21, 22, 120, 121, 122]);
});

test('a truncated file is refused by name, with both sizes', async () => {
  await truncate(join(folder, 'small/two.bin'), 6145);
  await assert.rejects(readCifar(SMALL, folder), (error: Error) => {
    assert.match(error.message, /^loadCifar: expected .*two\.bin to have 6146 bytes, found 6145\. Delete the folder small/);
    return true;
  });
});

test('a label out of range is refused with its file and place', async () => {
  await writeFile(join(folder, 'small/two.bin'), Buffer.concat([record([0], 30), record([2], 40)]));
  await assert.rejects(readCifar(SMALL, folder), /expected labels from 0 to 1 in .*two\.bin, found 2 at image 1; the file is corrupted/);
});

test('classes that are not equally frequent are refused', async () => {
  await writeFile(join(folder, 'small/two.bin'), Buffer.concat([record([0], 30), record([0], 40)]));
  await assert.rejects(readCifar(SMALL, folder), /expected 2 images of class cat in one\.bin, two\.bin of .*small, found 3; a file is corrupted/);
});

test('a missing file and a missing folder are refused, and the message says what to do', async () => {
  await rm(join(folder, 'small/test.bin'));
  await assert.rejects(readCifar(SMALL, folder), /expected CIFAR-10 at .*test\.bin, found no such file\. .*call loadDataset/);
  await assert.rejects(
    loadCifar('cifar100', join(folder, 'nowhere')),
    /expected CIFAR-100 at .*nowhere.cifar-100-binary.train\.bin, found no such file\. .*cifar-100-binary/,
  );
});

test('the official files have the sizes their description gives', () => {
  assert.equal(CIFAR_LAYOUTS.cifar10.imagesPerTrainFile * (1 + IMAGE_BYTES), 30_730_000);
  assert.equal(CIFAR_LAYOUTS.cifar100.imagesPerTrainFile * (2 + IMAGE_BYTES), 153_700_000);
  assert.equal(CIFAR_LAYOUTS.cifar10.classNames.length, 10);
  assert.equal(new Set(CIFAR_LAYOUTS.cifar100.classNames).size, 100);
});

for (const [dataset, folderName, trainPerClass, testPerClass] of [
  ['cifar10', 'cifar-10-batches-bin', 5000, 1000],
  ['cifar100', 'cifar-100-binary', 500, 100],
] as const) {
  const skip = existsSync(join('data', folderName)) ? false : `data/${folderName} is not there`;
  test(`the real ${dataset} is balanced and has the statistics it is normalised with`, { skip }, async () => {
    const { train, test: held } = await loadCifar(dataset);
    const classes = train.classNames.length;
    assert.equal(imageCount(train), 50_000);
    assert.deepEqual(new Set(classCounts(train.labels, classes)), new Set([trainPerClass]));
    assert.deepEqual(new Set(classCounts(held.labels, classes)), new Set([testPerClass]));
    const measured = measureStatistics(train);
    const constants = NORMALIZATIONS[train.name]!;
    for (const channel of [0, 1, 2] as const) {
      // The constants are rounded to four digits.
      assert.ok(Math.abs(measured.mean[channel]! - constants.mean[channel]!) <= 0.5001e-4, `mean ${measured.mean.join(' ')}`);
      assert.ok(Math.abs(measured.std[channel]! - constants.std[channel]!) <= 0.5001e-4, `std ${measured.std.join(' ')}`);
    }
  });
}
