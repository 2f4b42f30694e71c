import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { intAttribute, typeAttribute } from './binding';
import { pinKernels } from './kernelChoice';
import { spreadApart, takeApart } from './maps';
import { hasOwnOperations, OWN } from './ownOperations';
import { converted } from './precision';
import { execute, scope, tensor, tensorCount, type Tensor } from './tensor';

const own = { skip: hasOwnOperations ? false : 'no compiler made the operations on this machine' };

afterEach(() => pinKernels());

/** Lengths that the stride divides and that it does not, one row alone, and maps that are worth several threads. */
const SHAPES = [[2, 4, 6, 3], [1, 5, 7, 2], [3, 1, 2, 1], [4, 33, 31, 17]] as const;

function valuesOf(x: Tensor): number[] {
  return [...(x.dtype === 'float32' ? x : converted(x, 'float32')).values()];
}

/** Places of a map's elements whose row and column the stride divides, in their order. */
function sampledPlaces([batch, height, width, channels]: readonly [number, number, number, number], stride: number): number[] {
  return Array.from({ length: batch * height * width * channels }, (_, place) => place).filter((place) => {
    const pixel = Math.floor(place / channels);
    return Math.floor(pixel / width) % height % stride === 0 && (pixel % width) % stride === 0;
  });
}

test('every stride-th pixel is taken, and put apart with zeros, by each kernel, and no tensor stays', () => {
  for (const kernel of ['TensorFlow', OWN]) {
    pinKernels((_, names) => names.find((name) => name === kernel) ?? names[0]!);
    for (const [shape, stride, dtype] of SHAPES.flatMap((each) => [1, 2, 3].flatMap((by) => (['float32', 'bfloat16'] as const).map((type) => [each, by, type] as const)))) {
      const before = tensorCount();
      scope(() => {
        const all = Float32Array.from({ length: shape.reduce<number>((a, b) => a * b, 1) }, (_, index) => (index % 251) - 125);
        const x = tensor(all, shape);
        const taken = takeApart(dtype === 'float32' ? x : converted(x, dtype), stride);
        const places = sampledPlaces(shape, stride);
        assert.deepEqual(taken.shape, [shape[0], Math.ceil(shape[1] / stride), Math.ceil(shape[2] / stride), shape[3]]);
        assert.deepEqual(valuesOf(taken), places.map((place) => all[place]));
        const expected = new Float32Array(all.length);
        places.forEach((place) => (expected[place] = all[place]!));
        assert.deepEqual(valuesOf(spreadApart(taken, shape, stride)), [...expected]);
      });
      assert.equal(tensorCount(), before);
    }
  }
});

test('the project\'s own operations refuse what does not fit', own, () => {
  scope(() => {
    const map = tensor(new Float32Array(8), [1, 2, 2, 2]);
    const attributes = (stride: number) => [typeAttribute('T', 'float32'), intAttribute('stride', stride)];
    assert.throws(() => execute('SamlabSample', attributes(2), [tensor([1, 2], [2])], 1), /SamlabSample: expected a map \[batch, height, width, channels\] as input 0, got 1 dimensions\./);
    assert.throws(() => execute('SamlabSample', attributes(0), [map], 1), /SamlabSample: expected a stride of 1 or more, got 0\./);
    assert.throws(() => execute('SamlabSpread', attributes(2), [map, tensor(Int32Array.of(1, 5, 4, 2), [4])], 1), /SamlabSpread: input 0 is no sample of a map \[1, 5, 4, 2\]\./);
    assert.throws(() => execute('SamlabSpread', attributes(2), [map, tensor(Int32Array.of(1, 4, 4), [3])], 1), /SamlabSpread: expected a shape of 4 lengths as input 1\./);
  });
});
