import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlainVector } from '../../engine/plainVector';
import { interleavedNorms } from '../../engine/scaling';
import { tensorCount } from '../../engine/tensor';
import { TensorVector } from '../../engine/tensorVector';
import type { ParameterSpec } from '../../engine/vector';
import { expectAllClose } from '../../testing/expectAllClose';
import { elementsOf } from '../testing/formulaLoss';
import { lineBetween, planeOfMinima, randomLine, randomPlane } from './directions';
import { filterNormalize } from './filterNormalize';
import { disposeDirections, planeOf } from './plane';

const specs: readonly ParameterSpec[] = [
  { name: 'conv.weight', kind: 'weight', shape: [1, 2, 2, 2] },
  { name: 'bn.weight', kind: 'normScale', shape: [2] },
  { name: 'fc.weight', kind: 'weight', shape: [2, 3] },
];

test('filters scaled to the norms of the weights, by hand, in both kinds of vector', () => {
  // Filters are the columns: w has (3, 0, 4, 0), norm 5, and (0, 1, 0, 0), norm 1; d has norms 2 and 0.
  const w = [[3, 0, 0, 1, 4, 0, 0, 0], [7, 8], [1, 0, 3, 0, 0, 4]];
  const d = [[1, 0, 1, 0, 1, 0, 1, 0], [5, 5], [0, 2, 1, -2, 2, 0]];
  // fc: units are the columns (1, 0), (0, 0), (3, 4) with norms 1, 0, 5; d's are (0, -2), (2, 2), (1, 0) with norms 2, 2 sqrt 2, 1.
  const expected = [[2.5, 0, 2.5, 0, 2.5, 0, 2.5, 0], [0, 0], [0, 0, 5, -1, 0, 0]];
  const plain = (arrays: number[][]) => new PlainVector(specs, arrays.map((array) => Float64Array.from(array)));
  assert.deepEqual(filterNormalize(plain(d), plain(w)).toArrays().map((array) => [...array]), expected);
  const before = tensorCount();
  const native = [d, w].map((arrays) => TensorVector.from(specs, arrays.map((array) => Float32Array.from(array)))) as [TensorVector, TensorVector];
  const normalized = filterNormalize(...native);
  assert.deepEqual(normalized.toArrays().map((array) => [...array]), expected);
  [...native, normalized].forEach((vector) => vector.dispose());
  assert.equal(tensorCount(), before);
});

/** Two filters of six weights, and biases. */
const layer: readonly ParameterSpec[] = [
  { name: 'conv.weight', kind: 'weight', shape: [1, 3, 2, 2] },
  { name: 'fc.weight', kind: 'weight', shape: [6, 2] },
  { name: 'fc.bias', kind: 'bias', shape: [2] },
];

function layerWeights(scale = 1): PlainVector {
  return new PlainVector(layer, [12, 12, 2].map((size, parameter) => Float64Array.from({ length: size }, (_, index) => scale * Math.sin(1 + index + 20 * parameter))));
}

test('random directions have the filter norms of the weights, depend on the seed, and are the same for networks of one architecture', () => {
  const w = layerWeights();
  const { x, y, origin } = randomPlane(w, { seed: 1, orthogonal: false });
  assert.equal(origin, w);
  for (const direction of [x, y]) {
    direction.elements.slice(0, 2).forEach((array, index) => expectAllClose(interleavedNorms(array, 2), interleavedNorms(w.elements[index]!, 2), { relative: 1e-6 }));
    assert.deepEqual([...direction.elements[2]!], [0, 0]);
  }
  assert.notDeepEqual(elementsOf(x), elementsOf(y));
  assert.notDeepEqual(elementsOf(randomLine(w, { seed: 2 }).x), elementsOf(x));
  assert.deepEqual(elementsOf(randomLine(w, { seed: 1 }).x), elementsOf(x));
  const twice = elementsOf(randomLine(layerWeights(2), { seed: 1 }).x);
  expectAllClose(twice, elementsOf(x).map((value) => 2 * value), { relative: 1e-12 }, 'the same draw, normalised to twice the weights');
});

test('orthogonal directions are orthogonal filter by filter, and keep their norms', () => {
  const w = layerWeights();
  const { x, y } = randomPlane(w, { seed: 1, orthogonal: true });
  for (const parameter of [0, 1]) {
    for (const filter of [0, 1]) {
      const product = x.elements[parameter]!.reduce((sum, value, index) => sum + (index % 2 === filter ? value * y.elements[parameter]![index]! : 0), 0);
      assert.ok(Math.abs(product) < 1e-12, `filter ${filter} of parameter ${parameter}: ${product}`);
    }
  }
  expectAllClose([y.norm()], [Math.hypot(...w.elements.slice(0, 2).flatMap((array) => [...array]))], { relative: 1e-12 });
});

test('a direction can be restricted to some parameters; unknown names are listed', () => {
  const { x } = randomLine(layerWeights(), { seed: 1, block: { names: ['fc.weight'] } });
  assert.deepEqual([...x.elements[0]!], new Array(12).fill(0));
  assert.ok(x.elements[1]!.every((value) => value !== 0));
  assert.throws(() => randomLine(layerWeights(), { seed: 1, block: { names: ['fc.weight', 'head'] } }), {
    name: 'RangeError',
    message: 'randomLine: no parameter or layer is named head; there are conv.weight, fc.weight, fc.bias.',
  });
});

test('the plane of three minima by hand', () => {
  const [a, b, c] = [PlainVector.of(1, 1, 0), PlainVector.of(4, 1, 0), PlainVector.of(3, 1, 5)];
  const { plane, places } = planeOfMinima(a, b, c);
  assert.deepEqual([elementsOf(plane.x), elementsOf(plane.y)], [[1, 0, 0], [0, 0, 1]]);
  assert.deepEqual(places, [[0, 0], [3, 0], [2, 5]]);
  assert.throws(() => planeOfMinima(a, b, PlainVector.of(9, 1, 0)), /three points that are not on one line/);
  assert.throws(() => planeOfMinima(a, a, c), /not on one line/);
});

test('directions in native memory are freed, also where they are refused', () => {
  const spec = [{ name: 'fc.weight', kind: 'weight', shape: [2, 2] }] as const;
  const before = tensorCount();
  const [a, b, c] = [[1, 2, 3, 4], [2, 2, 3, 4], [1, 2, 9, 4]].map((values) => TensorVector.from(spec, [Float32Array.from(values)])) as [TensorVector, TensorVector, TensorVector];
  disposeDirections(planeOfMinima(a, b, c).plane);
  disposeDirections(randomPlane(a, { seed: 0, orthogonal: true }));
  disposeDirections(lineBetween(a, b));
  assert.throws(() => planeOfMinima(a, b, b));
  assert.throws(() => lineBetween(a, a), /two different points/);
  [a, b, c].forEach((vector) => vector.dispose());
  assert.equal(tensorCount(), before);
});

test('directions that span no plane, and weights of another architecture, are refused', () => {
  const w = PlainVector.of(1, 2);
  assert.throws(() => planeOf(w, PlainVector.of(0, 0), PlainVector.of(1, 0)), /positive finite norm, got norm 0/);
  assert.throws(() => planeOf(w, PlainVector.of(NaN, 0), PlainVector.of(1, 0)), /got norm NaN/);
  assert.throws(() => planeOf(w, PlainVector.of(1, 1), PlainVector.of(-2, -2)), /not parallel, got a cosine of -1|not parallel, got a cosine of -0.99/);
  assert.throws(() => lineBetween(w, PlainVector.of(1, 2, 3)), /different architectures: parameter 0 is w \[2\] in one and w \[3\] in the other/);
  assert.throws(() => lineBetween(layerWeights(), new PlainVector(layer.slice(0, 2), layerWeights().elements.slice(0, 2))), /parameter 2 is fc\.bias \[2\] in one and nothing more in the other/);
});
