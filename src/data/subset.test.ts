import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { classCounts, IMAGE_BYTES, imageCount, type Dataset } from './dataset';
import { balancedSubset, splitHeldOut } from './subset';
import { numberedDataset } from './testing/numberedDataset';

/** Where the images of a part stood in the full numbered set: blue is 1 + index. */
function origins(part: Dataset): number[] {
  return Array.from({ length: imageCount(part) }, (_, image) => part.images[image * IMAGE_BYTES + 2]! - 1);
}

const sizes = fc.record({
  classes: fc.integer({ min: 1, max: 6 }),
  perClass: fc.integer({ min: 1, max: 5 }),
  spare: fc.integer({ min: 0, max: 5 }),
  seed: fc.integer(),
});

test('a balanced subset has the same number of images of every class, each once, with its own label', () => {
  fc.assert(
    fc.property(sizes, ({ classes, perClass, spare, seed }) => {
      const subset = balancedSubset(numberedDataset(classes * (perClass + spare), classes), { imagesPerClass: perClass, seed });
      assert.deepEqual([...classCounts(subset.labels, classes)], new Array(classes).fill(perClass));
      const from = origins(subset);
      assert.equal(new Set(from).size, from.length);
      assert.deepEqual([...subset.labels], from.map((index) => index % classes));
    }),
    { numRuns: 50 },
  );
});

test('the held-out part is balanced, and with the kept part it makes up the whole', () => {
  fc.assert(
    fc.property(sizes, ({ classes, perClass, spare, seed }) => {
      const count = classes * (perClass + spare);
      const { kept, heldOut } = splitHeldOut(numberedDataset(count, classes), { perClass, seed });
      assert.deepEqual([...classCounts(heldOut.labels, classes)], new Array(classes).fill(perClass));
      const all = [...origins(kept), ...origins(heldOut)].sort((a, b) => a - b);
      assert.deepEqual(all, Array.from({ length: count }, (_, index) => index));
      assert.deepEqual([...heldOut.labels], origins(heldOut).map((index) => index % classes));
    }),
    { numRuns: 50 },
  );
});

test('the same seed draws the same images, another seed others, and a larger subset contains the smaller', () => {
  const full = numberedDataset(200, 2);
  const ten = origins(balancedSubset(full, { imagesPerClass: 10, seed: 1 }));
  assert.deepEqual(origins(balancedSubset(full, { imagesPerClass: 10, seed: 1 })), ten);
  assert.notDeepEqual(origins(balancedSubset(full, { imagesPerClass: 10, seed: 2 })), ten);
  const twenty = new Set(origins(balancedSubset(full, { imagesPerClass: 20, seed: 1 })));
  assert.ok(ten.every((index) => twenty.has(index)));
});

test('images are drawn at random, independent of their place in the set', () => {
  // Half of 100 images of one class, under 40 seeds: each image is drawn about 20 times (deviation 3.2).
  const full = numberedDataset(100, 1);
  const drawn = new Int32Array(100);
  for (let seed = 0; seed < 40; seed++) {
    for (const index of origins(balancedSubset(full, { imagesPerClass: 50, seed }))) drawn[index]!++;
  }
  assert.ok(drawn.every((times) => Math.abs(times - 20) < 16), `drawn ${drawn.join(' ')}`);
});

test('holding out nothing keeps everything', () => {
  const { kept, heldOut } = splitHeldOut(numberedDataset(6, 3), { perClass: 0, seed: 0 });
  assert.deepEqual(origins(kept), [0, 1, 2, 3, 4, 5]);
  assert.equal(imageCount(heldOut), 0);
});

test('too few images of a class, and sizes that make no sense, are refused', () => {
  const small = numberedDataset(5, 2);
  assert.throws(() => balancedSubset(small, { imagesPerClass: 3, seed: 0 }), {
    name: 'RangeError',
    message: /^balancedSubset: expected at least 3 images of class class 1 in CIFAR-10, found 2; ask for fewer/,
  });
  assert.throws(() => splitHeldOut(small, { perClass: 4, seed: 0 }), /^RangeError: splitHeldOut: expected at least 4 images of class class 0/);
  for (const imagesPerClass of [0, -1, 1.5, NaN]) {
    assert.throws(() => balancedSubset(small, { imagesPerClass, seed: 0 }), /imagesPerClass of at least 1/);
  }
  assert.throws(() => splitHeldOut(small, { perClass: -1, seed: 0 }), /perClass of 0 or more, got -1/);
});
