import assert from 'node:assert/strict';
import { test } from 'node:test';
import { syntheticDataset } from '../../data/synthetic';
import { tensor, tensorCount } from '../../engine/tensor';
import { cifarResNet } from '../../models/cifarResnet';
import { initialParameters, initialStatistics } from '../../models/initialise';
import { mixedPrecision } from '../../models/mixedPrecision';
import { bottleneckResNet } from '../../models/resnet';
import { expectAllClose } from '../../testing/expectAllClose';
import { hashed } from '../../testing/hashed';
import { disposeNetwork } from '../../train/network';
import { centredGram } from './centredGram';
import { linearCka } from './cka';
import { layerSimilarity, type TrainedNetwork } from './layerSimilarity';

type MatrixRows = readonly (readonly number[])[];

function gram(rows: MatrixRows): Float32Array {
  const x = tensor(rows.flat(), [rows.length, rows[0]!.length]);
  try {
    return centredGram(x);
  } finally {
    x.dispose();
  }
}

test('CKA by hand', () => {
  const x = [[1], [0], [-1]];
  const y = [[1, 1], [1, 0], [1, -1]];
  const z = [[5], [3], [5]];
  // About their means: x = (1, 0, -1), y's second column the same, its first nothing; z = (2, -4, 2) / 3 is orthogonal to x.
  expectAllClose([linearCka(gram(x), gram(y)), linearCka(gram(x), gram(z))], [1, 0], { absolute: 1e-6 });
  // (x, z)^T x is (2, 0): 4 / (2 |diag(2, 24 / 9)|) = 2 / sqrt(4 + 64 / 9) = 0.6.
  expectAllClose([linearCka(gram(x), gram([[1, 5], [0, 3], [-1, 5]]))], [0.6], { absolute: 1e-6 });
  assert.equal(linearCka(gram(x), gram([[7], [7], [7]])), 0, 'a constant layer');
  assert.throws(() => linearCka(gram(x), gram([[1], [2]])), /got 3 and 2 images/);
});

function matrix(name: string, rows: number, columns: number): MatrixRows {
  const values = hashed(name, rows * columns);
  return Array.from({ length: rows }, (_, row) => [...values.slice(row * columns, (row + 1) * columns)]);
}

/** |A^T B|² of matrices with centred columns, feature by feature: the other form of the formula. */
function crossSquares(a: MatrixRows, b: MatrixRows): number {
  const centred = (rows: MatrixRows) => rows.map((row) => row.map((value, column) => value - rows.reduce((sum, other) => sum + other[column]!, 0) / rows.length));
  const [p, q] = [centred(a), centred(b)];
  return p[0]!.reduce((total, _, i) => total + q[0]!.reduce((sum, __, j) => sum + p.reduce((inner, row, n) => inner + row[i]! * q[n]![j]!, 0) ** 2, 0), 0);
}

test('CKA from images is CKA from features, and is invariant to rotations, scales and shifts', () => {
  const [x, y] = [matrix('x', 12, 5), matrix('y', 12, 3)];
  const expected = crossSquares(x, y) / Math.sqrt(crossSquares(x, x) * crossSquares(y, y));
  assert.ok(expected > 0.05 && expected < 0.95);
  const [cos, sin] = [Math.cos(1), Math.sin(1)];
  const turned = y.map(([a, b, c]) => [3 * (cos * a! - sin * b!) + 1, 3 * (sin * a! + cos * b!) - 2, 3 * c!]);
  // Single precision over 12 images and 5 features.
  expectAllClose([linearCka(gram(x), gram(y)), linearCka(gram(x), gram(turned)), linearCka(gram(y), gram(x))], [expected, expected, expected], { absolute: 1e-5 });
  const stretched = y.map(([a, b, c]) => [10 * a!, b!, c!]);
  assert.ok(Math.abs(linearCka(gram(x), gram(stretched)) - expected) > 1e-3, 'a stretch of one feature is seen');
});

function untrained(model: TrainedNetwork['model'], seed: number): TrainedNetwork {
  return { model, network: { parameters: initialParameters(model, { seed, zeroInitResidual: false }), statistics: initialStatistics(model) } };
}

test('every stage of two networks is compared; a network has similarity 1 to itself', () => {
  const before = tensorCount();
  const images = syntheticDataset(10, { trainPerClass: 1, testPerClass: 1, seed: 0 }).train;
  const [small, large] = [untrained(cifarResNet('resnet20', 10), 0), untrained(bottleneckResNet('resnet50', 'imagenet', 10), 1)];
  const { rows, columns, cka, images: count } = layerSimilarity(small, large, images, 'half');
  assert.deepEqual(rows, ['stem', ...[1, 2, 3].flatMap((stage) => [0, 1, 2].map((block) => `layer${stage}.${block}`)), 'linear']);
  assert.equal(columns.length, 18);
  assert.deepEqual([columns[1], columns.at(-1), count], ['layer1.0', 'fc', 10]);
  assert.ok(cka.flat().every((value) => value > 0 && value < 1));
  const own = layerSimilarity(small, small, images, 'half').cka;
  expectAllClose(own.map((row, index) => row[index]!), own.map(() => 1), { absolute: 1e-6 });
  own.forEach((row, index) => expectAllClose(row, own.map((other) => other[index]!), { absolute: 1e-6 }));
  const rounded = layerSimilarity(small, { ...small, model: mixedPrecision(small.model) }, images, 'half').cka;
  // bfloat16 rounds to 2^-9: the network is not exactly similar to itself any more, but far from another.
  rounded.forEach((row, index) => assert.ok(row[index]! > 0.98 && row[index]! < 1, `layer ${index} in bfloat16: ${row[index]!}`));
  assert.throws(() => layerSimilarity(small, small, { ...images, labels: images.labels.slice(0, 1), images: images.images.slice(0, 3072) }, 'half'), /at least 2 images, got 1/);
  [small, large].forEach(({ network }) => disposeNetwork(network));
  assert.equal(tensorCount(), before);
});
