import assert from 'node:assert/strict';
import { test } from 'node:test';
import { batchesPerEpoch, evaluationBatches, trainingBatches, type Batch, type TrainingBatchOptions } from './batches';
import { IMAGE_BYTES } from './dataset';
import { numberedDataset } from './testing/numberedDataset';

const still = { cropPadding: 0, flip: false, cutout: 0 };
const moving = { cropPadding: 4, flip: true, cutout: 0 };
const options: TrainingBatchOptions = { batchSize: 4, epoch: 1, seed: 7, augmentation: still, normalization: 'half' };

/** Undoes the normalisation with mean and deviation one half. */
const byte = (value: number): number => Math.round((value * 0.5 + 0.5) * 255);

function pixel(batch: Batch, image: number, row: number, column: number): number[] {
  const start = image * IMAGE_BYTES + (row * 32 + column) * 3;
  return [...batch.images.subarray(start, start + 3)].map(byte);
}

/** The index in the numbered set of each image of a batch, read from blue at a pixel that no crop removes. */
function origins(batch: Batch): number[] {
  return Array.from({ length: batch.size }, (_, image) => pixel(batch, image, 16, 16)[2]! - 1);
}

test('an epoch shows every image once, with its own label', () => {
  const batches = [...trainingBatches(numberedDataset(14, 3), { ...options, augmentation: moving })];
  assert.deepEqual(batches.map((batch) => batch.size), [4, 4, 4, 2]);
  for (const batch of batches) {
    assert.equal(batch.images.length, batch.size * IMAGE_BYTES);
    assert.deepEqual([...batch.labels], origins(batch).map((index) => index % 3));
  }
  const seen = batches.flatMap(origins);
  assert.deepEqual([...seen].sort((a, b) => a - b), Array.from({ length: 14 }, (_, index) => index));
  assert.notDeepEqual(seen, [...seen].sort((a, b) => a - b), 'the order is shuffled');
});

test('every image of a batch is a crop of its source, mirrored or not, with a black border', () => {
  const found = new Set<string>();
  for (let epoch = 0; epoch < 40; epoch++) {
    for (const batch of trainingBatches(numberedDataset(8, 2), { ...options, epoch, augmentation: moving })) {
      for (let image = 0; image < batch.size; image++) {
        // Red is 1 + 7 row and green 1 + 7 column of the source, so the middle tells the offset.
        const [red, green] = pixel(batch, image, 16, 16);
        const mirrored = pixel(batch, image, 16, 17)[1]! < green!;
        const top = (red! - 1) / 7 - 16;
        const left = (green! - 1) / 7 - (mirrored ? 15 : 16);
        found.add(`${top} ${left} ${mirrored}`);
        for (const [row, column] of [[0, 0], [0, 31], [31, 0], [31, 31], [2, 20]] as const) {
          const sourceRow = row + top;
          const sourceColumn = (mirrored ? 31 - column : column) + left;
          const inside = sourceRow >= 0 && sourceRow < 32 && sourceColumn >= 0 && sourceColumn < 32;
          const expected = inside ? [1 + 7 * sourceRow, 1 + 7 * sourceColumn, origins(batch)[image]! + 1] : [0, 0, 0];
          assert.deepEqual(pixel(batch, image, row, column), expected);
        }
      }
    }
  }
  // 320 draws among 9 x 9 x 2 possible placements: about 162 (1 - exp(-320 / 162)) = 140 different ones.
  assert.ok(found.size > 110, `${found.size} placements`);
});

test('without augmentation only the order changes', () => {
  for (const batch of trainingBatches(numberedDataset(8, 2), options)) {
    for (let image = 0; image < batch.size; image++) {
      assert.deepEqual(pixel(batch, image, 5, 9), [36, 64, origins(batch)[image]! + 1]);
    }
  }
});

test('an epoch is the same whenever it is made, and unlike every other', () => {
  const data = numberedDataset(32, 4);
  const epoch = (number: number, seed: number): Batch[] => [
    ...trainingBatches(data, { ...options, epoch: number, seed, augmentation: { ...moving, cutout: 8 } }),
  ];
  const second = epoch(2, 7);
  assert.deepEqual(epoch(2, 7), second);
  for (const other of [epoch(1, 7), epoch(3, 7), epoch(2, 8)]) {
    assert.notDeepEqual(other.map((batch) => batch.labels), second.map((batch) => batch.labels));
    assert.notDeepEqual(other.map((batch) => batch.images), second.map((batch) => batch.images));
  }
});

test('augmentation differs between epochs even where the order cannot', () => {
  const one = numberedDataset(1, 1);
  const first = new Set<string>();
  for (let epoch = 0; epoch < 10; epoch++) {
    const [batch] = trainingBatches(one, { ...options, epoch, batchSize: 1, augmentation: moving });
    first.add(batch!.images.join());
  }
  assert.ok(first.size > 5, `${first.size} different crops in 10 epochs`);
});

test('each image of a batch gets a cutout of its own', () => {
  const [batch] = trainingBatches(numberedDataset(16, 2), { ...options, batchSize: 16, augmentation: { ...still, cutout: 8 } });
  const masks = new Set<string>();
  for (let image = 0; image < 16; image++) {
    const values = batch!.images.subarray(image * IMAGE_BYTES, (image + 1) * IMAGE_BYTES);
    // No byte maps to 0 under mean and deviation one half, so zeros are the cutout's.
    const zeros = [...values.keys()].filter((position) => values[position] === 0);
    assert.ok(zeros.length >= 4 * 4 * 3 && zeros.length <= 8 * 8 * 3, `${zeros.length} zeros`);
    masks.add(zeros.join());
  }
  assert.ok(masks.size >= 14, `${masks.size} different masks`);
});

test('all images of a batch share one cutout on request, and nothing else changes', () => {
  const batchOf = (cutoutPer: 'image' | 'batch', batchSize: number): Batch[] => [
    ...trainingBatches(numberedDataset(16, 2), { ...options, batchSize, augmentation: { ...still, cutout: 8, cutoutPer } }),
  ];
  const zeros = ({ images }: Batch, image: number): string => {
    const values = images.subarray(image * IMAGE_BYTES, (image + 1) * IMAGE_BYTES);
    return [...values.keys()].filter((position) => values[position] === 0).join();
  };
  const shared = batchOf('batch', 8);
  const own = batchOf('image', 8);
  shared.forEach((batch, index) => {
    const masks = new Set(Array.from({ length: 8 }, (_, image) => zeros(batch, image)));
    assert.deepEqual([...masks], [zeros(own[index]!, 0)]);
    assert.deepEqual(batch.labels, own[index]!.labels);
  });
  assert.notEqual(zeros(shared[0]!, 0), zeros(shared[1]!, 0));
});

test('the batch size does not change the augmented images of an epoch', () => {
  const data = numberedDataset(12, 3);
  const all = (batchSize: number): number[] =>
    [...trainingBatches(data, { ...options, batchSize, augmentation: moving })].flatMap((batch) => [...batch.images]);
  assert.deepEqual(all(4), all(5));
});

test('a last batch of one image is left out, one of two is kept', () => {
  const sizes = (count: number, batchSize: number): number[] =>
    [...trainingBatches(numberedDataset(count, 2), { ...options, batchSize })].map((batch) => batch.size);
  assert.deepEqual(sizes(9, 4), [4, 4]);
  assert.deepEqual(sizes(10, 4), [4, 4, 2]);
  assert.deepEqual(sizes(8, 4), [4, 4]);
  assert.deepEqual(sizes(3, 1), [1, 1, 1]);
  assert.equal(batchesPerEpoch(50_000, 128), 391);
  assert.equal(batchesPerEpoch(1000, 128), 8);
  assert.equal(batchesPerEpoch(129, 128), 1);
});

test('evaluation gives all images in order, normalised and nothing else', () => {
  const data = numberedDataset(9, 3);
  const batches = [...evaluationBatches(data, { batchSize: 4, normalization: 'dataset' })];
  assert.deepEqual(batches.map((batch) => batch.size), [4, 4, 1]);
  assert.deepEqual(batches.flatMap((batch) => [...batch.labels]), [0, 1, 2, 0, 1, 2, 0, 1, 2]);
  const values = batches.flatMap((batch) => [...batch.images]);
  assert.equal(values.length, 9 * IMAGE_BYTES);
  // The constants of CIFAR-10, applied by hand to the sixth image's pixel in row 3, column 2.
  const start = 5 * IMAGE_BYTES + (3 * 32 + 2) * 3;
  const expected = [(22 / 255 - 0.4914) / 0.247, (15 / 255 - 0.4822) / 0.2435, (6 / 255 - 0.4465) / 0.2616];
  assert.deepEqual(values.slice(start, start + 3), expected.map(Math.fround));
  assert.equal([...evaluationBatches(data, { batchSize: 100, normalization: 'half' })].length, 1);
});

test('impossible batches are refused at the call, before the first batch is drawn', () => {
  const data = numberedDataset(8, 2);
  assert.throws(() => trainingBatches(data, { ...options, batchSize: 9 }), {
    name: 'RangeError',
    message: /^trainingBatches: expected batches of at most 8 images, .*CIFAR-10, got batchSize 9; make the batch smaller/,
  });
  for (const batchSize of [0, -4, 2.5, NaN]) {
    assert.throws(() => trainingBatches(data, { ...options, batchSize }), /trainingBatches: expected a batchSize of at least 1/);
    assert.throws(() => evaluationBatches(data, { batchSize, normalization: 'half' }), /evaluationBatches: expected a batchSize/);
  }
  assert.throws(
    () => trainingBatches(data, { ...options, augmentation: { ...still, cropPadding: -1 } }),
    /trainingBatches: expected cropPadding in whole pixels, 0 or more, got -1/,
  );
  assert.throws(() => trainingBatches(data, { ...options, augmentation: { ...still, cutout: 2.5 } }), /cutout in whole pixels/);
});

/** Which images of the numbered set an epoch shows mirrored, by their place in the set. */
function mirroredIn(epoch: number): boolean[] {
  const mirrored: boolean[] = [];
  for (const batch of trainingBatches(numberedDataset(20, 2), { ...options, epoch, augmentation: { ...moving, flipMode: 'alternating' } })) {
    origins(batch).forEach((origin, image) => (mirrored[origin] = pixel(batch, image, 16, 17)[1]! < pixel(batch, image, 16, 16)[1]!));
  }
  return mirrored;
}

test('alternating flips mirror half of the images, in the next epoch the other half, then the first again', () => {
  const first = mirroredIn(1);
  assert.deepEqual(mirroredIn(2), first.map((value) => !value));
  assert.deepEqual(mirroredIn(3), first);
  // Of 20 fair coins, 3 to 17 show heads in all but one of 2,000 seeds.
  const count = first.filter(Boolean).length;
  assert.ok(count >= 3 && count <= 17, `${count} of 20`);
});

test('an incomplete last batch can be dropped', () => {
  assert.deepEqual([batchesPerEpoch(14, 4, 'keep'), batchesPerEpoch(14, 4, 'drop'), batchesPerEpoch(16, 4, 'drop')], [4, 3, 4]);
  const batches = [...trainingBatches(numberedDataset(14, 2), { ...options, lastBatch: 'drop' })];
  assert.deepEqual(batches.map(({ size }) => size), [4, 4, 4]);
});
