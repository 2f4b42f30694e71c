import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { random } from '../engine/random';
import { applySubPolicy, CIFAR10_POLICY, croppedBytes, drawSubPolicy, policyOperation, type PolicyStep } from './autoAugment';
import { cropFlipNormalize } from './augmentation';
import { trainingBatches } from './batches';
import { IMAGE_BYTES } from './dataset';
import { normalizedValues } from './normalization';
import { syntheticDataset } from './synthetic';

/** Pillow's results and the paper's table, see make_autoaugment.py. */
const expected = JSON.parse(readFileSync(join(__dirname, '../../src/fixtures/autoaugment.json'), 'utf8')) as {
  readonly policy: readonly (readonly [string, number, number][])[];
  readonly images: readonly (readonly [a: number, b: number, c: number, d: number, m: number])[];
  readonly cases: readonly (readonly [name: PolicyStep[0], magnitude: number, sign: 1 | -1, image: number, sha256: string])[];
};

/** The images of the fixture. */
function picture([a, b, c, d, m]: (typeof expected.images)[number]): Uint8Array {
  return Uint8Array.from({ length: IMAGE_BYTES }, (_, index) => {
    const [channel, x, y] = [index % 3, Math.floor(index / 3) % 32, Math.floor(index / 96)];
    return (a * x + b * y + c * channel + d * x * y) % m;
  });
}

test('every operation of the policy gives the bytes that Pillow gives', () => {
  const images = expected.images.map(picture);
  const wrong = expected.cases.filter(([name, magnitude, sign, image, sha256]) => createHash('sha256').update(policyOperation(images[image]!, name, magnitude, sign)).digest('hex') !== sha256);
  assert.deepEqual(wrong.map((one) => one.slice(0, 4)), []);
  assert.ok(expected.cases.length > 150 && new Set(expected.cases.map(([name]) => name)).size === 13);
});

test("the policy is the paper's table, without magnitudes for operations that have none", () => {
  const without = ['AutoContrast', 'Equalize', 'Invert'];
  assert.deepEqual(CIFAR10_POLICY, expected.policy.map((steps) => steps.map(([name, probability, magnitude]) => (without.includes(name) ? [name, probability] : [name, probability, magnitude]))));
});

test('operations do not modify their input, and a sub-policy applies each with its probability', () => {
  const image = picture(expected.images[0]!);
  const before = Uint8Array.from(image);
  // Sub-policy 1 turns, then moves to the right.
  const draw = { subPolicy: 1, signs: [1, -1] } as const;
  assert.deepEqual(applySubPolicy(image, { ...draw, chances: [0.71, 0.31] }), image);
  assert.deepEqual(applySubPolicy(image, { ...draw, chances: [0.71, 0.3] }), policyOperation(image, 'TranslateX', 9, -1));
  assert.deepEqual(applySubPolicy(image, { ...draw, chances: [0.7, 0.3] }), policyOperation(policyOperation(image, 'Rotate', 2, 1), 'TranslateX', 9, -1));
  assert.deepEqual(image, before);
});

test('every sub-policy and both signs are drawn about equally often', () => {
  const rng = random(1, 'test');
  const draws = Array.from({ length: 10_000 }, () => drawSubPolicy(rng));
  // 400 of each are due with a deviation of sqrt(10,000 x 0.04 x 0.96) = 20; five deviations.
  CIFAR10_POLICY.forEach((_, index) => {
    const count = draws.filter(({ subPolicy }) => subPolicy === index).length;
    assert.ok(Math.abs(count - 400) < 100, `${index}: ${count}`);
  });
  for (const place of [0, 1] as const) {
    assert.ok(Math.abs(draws.filter(({ signs }) => signs[place] === 1).length - 5000) < 250);
  }
});

test('a crop normalises the cropped bytes', () => {
  const values = normalizedValues({ mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255] });
  const source = picture(expected.images[0]!);
  for (const border of ['zero', 'reflect'] as const) {
    for (const [top, left] of [[-4, 3], [2, -4], [0, 0]] as const) {
      const target = new Float32Array(IMAGE_BYTES);
      cropFlipNormalize(source, { top, left, mirrored: false, cutoutRow: 0, cutoutColumn: 0 }, values, target, border);
      assert.deepEqual([...croppedBytes(source, { top, left }, border)], [...target].map(Math.round));
    }
  }
});

const { train: IMAGES } = syntheticDataset(10, { trainPerClass: 3, testPerClass: 1, seed: 0 });
const AUGMENTATION = { cropPadding: 4, flip: true, cutout: 0 };

function epochOf(autoAugment: 'none' | 'cifar10', { epoch = 1, seed = 5 } = {}): number[][] {
  return [...trainingBatches(IMAGES, { batchSize: 10, epoch, seed, normalization: 'half', augmentation: { ...AUGMENTATION, autoAugment } })].map(({ images }) => [...images]);
}

test('batches are cropped, go through the policy, and are mirrored, from seed and epoch alone', () => {
  const augmented = epochOf('cifar10');
  assert.deepEqual(epochOf('cifar10'), augmented);
  for (const other of [epochOf('none'), epochOf('cifar10', { epoch: 2 }), epochOf('cifar10', { seed: 6 })]) {
    assert.notDeepEqual(other, augmented);
  }
  // The first image of two epochs by hand: all other draws are those of an epoch without the policy.
  const values = Float32Array.from({ length: 256 }, (_, byte) => Math.fround((byte / 255 - 0.5) / 0.5));
  const mirror = (image: Uint8Array): Uint8Array => Uint8Array.from(image, (_, index) => image[Math.floor(index / 96) * 96 + (31 - (Math.floor(index / 3) % 32)) * 3 + (index % 3)]!);
  for (const epoch of [1, 2]) {
    const [plain, first] = (['none', 'cifar10'] as const).map((policy) => epochOf(policy, { epoch })[0]!.slice(0, IMAGE_BYTES));
    const bytes = Uint8Array.from(plain!, (value) => values.indexOf(value));
    const draw = drawSubPolicy(random(5, 'autoAugment', epoch));
    // Its pixels do not show whether it was mirrored; one of both has to fit.
    const ways = [applySubPolicy(bytes, draw), mirror(applySubPolicy(mirror(bytes), draw))];
    assert.ok(ways.some((way) => way.every((byte, index) => values[byte] === first![index])), `epoch ${epoch}`);
  }
});

test('anything but images of 32 x 32 pixels in bytes is refused', () => {
  const flat = { ...IMAGES, shape: [3072] };
  assert.throws(() => trainingBatches(flat, { batchSize: 2, epoch: 1, seed: 0, normalization: 'half', augmentation: { cropPadding: 0, flip: false, cutout: 0, autoAugment: 'cifar10' } }), { name: 'RangeError', message: /^trainingBatches: AutoAugment is for images of bytes of shape \[32, 32, 3\], got .*; set autoAugment none\.$/ });
});
