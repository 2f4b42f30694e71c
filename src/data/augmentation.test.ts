import assert from 'node:assert/strict';
import { test } from 'node:test';
import { random } from '../engine/random';
import { cropFlipNormalize, cutOut, drawPlacement, normalizeImage, type Placement } from './augmentation';
import { IMAGE_BYTES } from './dataset';
import { normalizedValues } from './normalization';

const STATISTICS = { mean: [0.5, 0.25, 0.4], std: [0.5, 0.2, 0.3] } as const;
const still: Placement = { top: 0, left: 0, mirrored: false, cutoutRow: 0, cutoutColumn: 0 };

function noisyImage(seed: number): Uint8Array {
  const rng = random(seed, 'image');
  return Uint8Array.from({ length: IMAGE_BYTES }, () => rng.integer(256));
}

/** The same steps one after another, on nested arrays [row][column][channel]: pad, crop, mirror, normalise, cut out. */
function slowly(source: Uint8Array, padding: number, placement: Placement, side: number): number[] {
  const rows = Array.from({ length: 32 }, (_, row) =>
    Array.from({ length: 32 }, (_, column) => [0, 1, 2].map((channel) => source[(row * 32 + column) * 3 + channel]!)),
  );
  const black = [0, 0, 0];
  const border = Array.from({ length: padding }, () => black);
  const blackRows = Array.from({ length: padding }, () => Array.from({ length: 32 + 2 * padding }, () => black));
  const padded = [...blackRows, ...rows.map((row) => [...border, ...row, ...border]), ...blackRows];
  const cropped = padded
    .slice(placement.top + padding, placement.top + padding + 32)
    .map((row) => row.slice(placement.left + padding, placement.left + padding + 32));
  const mirrored = placement.mirrored ? cropped.map((row) => [...row].reverse()) : cropped;
  return mirrored.flatMap((row, y) =>
    row.flatMap((pixel, x) => {
      const fromTop = y - (placement.cutoutRow - Math.floor(side / 2));
      const fromLeft = x - (placement.cutoutColumn - Math.floor(side / 2));
      const hidden = fromTop >= 0 && fromTop < side && fromLeft >= 0 && fromLeft < side;
      return pixel.map((byte, channel) =>
        hidden ? 0 : Math.fround((byte / 255 - STATISTICS.mean[channel]!) / STATISTICS.std[channel]!),
      );
    }),
  );
}

test('crop, flip, normalisation and cutout agree with the slow version at every corner and inside', () => {
  const values = normalizedValues(STATISTICS);
  const source = noisyImage(1);
  for (const top of [-4, -1, 0, 3, 4]) {
    for (const left of [-4, 0, 1, 4]) {
      for (const mirrored of [false, true]) {
        for (const [cutoutRow, cutoutColumn, side] of [[0, 31, 16], [31, 0, 7], [15, 16, 8], [3, 3, 0], [9, 20, 100]] as const) {
          const placement = { top, left, mirrored, cutoutRow, cutoutColumn };
          const image = new Float32Array(IMAGE_BYTES).fill(NaN);
          cropFlipNormalize(source, placement, values, image);
          if (side > 0) cutOut(image, placement, side);
          assert.deepEqual([...image], slowly(source, 4, placement, side), JSON.stringify(placement));
        }
      }
    }
  }
});

test('a crop entirely outside the image is black', () => {
  const image = new Float32Array(IMAGE_BYTES);
  cropFlipNormalize(noisyImage(2), { ...still, top: 40, left: -40 }, normalizedValues(STATISTICS), image);
  // (0 - mean) / std by hand: -1, -1.25, -4/3.
  assert.deepEqual([...image.subarray(0, 3)], [-1, -1.25, Math.fround(-4 / 3)]);
  assert.deepEqual(new Set(image).size, 3);
});

test('normalisation alone gives (v / 255 - mean) / std', () => {
  const source = noisyImage(3);
  const image = new Float32Array(IMAGE_BYTES);
  normalizeImage(source, normalizedValues(STATISTICS), image);
  assert.deepEqual([...image], slowly(source, 0, still, 0));
});

test('a cutout of side 16 around the middle covers rows and columns 8 to 23', () => {
  const image = new Float32Array(IMAGE_BYTES).fill(1);
  cutOut(image, { ...still, cutoutRow: 16, cutoutColumn: 16 }, 16);
  const zeros = [...image.keys()].filter((position) => image[position] === 0);
  assert.equal(zeros.length, 16 * 16 * 3);
  assert.equal(zeros[0], (8 * 32 + 8) * 3);
  assert.equal(zeros.at(-1), (23 * 32 + 23) * 3 + 2);
});

test('offsets, mirroring and cutout centres are drawn uniformly', () => {
  const rng = random(5, 'placements');
  const draws = 9 * 3200;
  const tops = new Int32Array(9);
  const lefts = new Int32Array(9);
  const rows = new Int32Array(32);
  const columns = new Int32Array(32);
  let mirrored = 0;
  for (let draw = 0; draw < draws; draw++) {
    const placement = drawPlacement({ cropPadding: 4, flip: true, cutout: 8 }, rng);
    tops[placement.top + 4]!++;
    lefts[placement.left + 4]!++;
    rows[placement.cutoutRow]!++;
    columns[placement.cutoutColumn]!++;
    if (placement.mirrored) mirrored++;
  }
  // Five standard deviations: sqrt(n p (1 - p)) is 53 for an offset, 30 for a row, 85 for mirroring.
  for (const counts of [tops, lefts]) assert.ok(counts.every((n) => Math.abs(n - 3200) < 265), counts.join(' '));
  for (const counts of [rows, columns]) assert.ok(counts.every((n) => Math.abs(n - 900) < 150), counts.join(' '));
  assert.ok(Math.abs(mirrored - draws / 2) < 425, `${mirrored}`);
});

test('augmentation that is off changes nothing', () => {
  const rng = random(6, 'placements');
  for (let draw = 0; draw < 20; draw++) {
    assert.deepEqual(drawPlacement({ cropPadding: 0, flip: false, cutout: 0 }, rng), still);
  }
});

test('a reflected border mirrors the pixels inside, without repeating the edge', () => {
  const values = normalizedValues(STATISTICS);
  const source = noisyImage(2);
  // Rows of the padded image, named by the rows that they show: two beyond each edge.
  const shown = [2, 1, ...Array.from({ length: 32 }, (_, index) => index), 30, 29];
  for (const top of [-2, 0, 2]) {
    for (const left of [-1, 2]) {
      for (const mirrored of [false, true]) {
        const image = new Float32Array(IMAGE_BYTES);
        cropFlipNormalize(source, { ...still, top, left, mirrored }, values, image, 'reflect');
        const rows = shown.slice(top + 2, top + 34);
        const columns = shown.slice(left + 2, left + 34);
        const expected = rows.flatMap((row) => (mirrored ? [...columns].reverse() : columns).flatMap((column) => [0, 1, 2].map((channel) => values[256 * channel + source[(row * 32 + column) * 3 + channel]!]!)));
        assert.deepEqual([...image], expected, `${top} ${left} ${mirrored}`);
      }
    }
  }
});
