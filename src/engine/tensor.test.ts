import assert from 'node:assert/strict';
import { test } from 'node:test';
import { typeAttribute } from './binding';
import { execute1, release, scope, tensor, tensorCount, type Tensor } from './tensor';
import { TensorVector } from './tensorVector';

/** Asserts that `body` leaves as many tensors as it found. */
function leavingNothing(body: () => void): void {
  const before = tensorCount();
  body();
  assert.equal(tensorCount(), before);
}

test('a tensor and the array that it was made from change independently, at any offset of the array', () => {
  const size = 32;
  // One of sixteen neighbouring offsets is a multiple of 64 bytes.
  const room = new Float32Array(size + 16);
  for (let start = 0; start < 16; start++) {
    const array = room.subarray(start, start + size).fill(1);
    const vector = TensorVector.from([{ name: 'w', kind: 'weight', shape: [size] }], [array]);
    array.fill(2);
    assert.deepEqual([...vector.toArrays()[0]!], Array.from({ length: size }, () => 1), `array written over, ${4 * start} bytes into its buffer`);
    const other = vector.sign();
    vector.addScaledInPlace(other, 2);
    assert.deepEqual([...array], Array.from({ length: size }, () => 2), `tensor changed in place, ${4 * start} bytes into the buffer`);
    [vector, other].forEach((made) => made.dispose());
  }
});

test('values come back as they went in, in a copy', () => {
  leavingNothing(() => {
    const values = Float32Array.of(1.5, -2, Infinity, 0.1);
    const x = tensor(values, [2, 2]);
    const out = x.values();
    assert.deepEqual(out, values);
    out[0] = 7;
    assert.equal(x.values()[0], 1.5);
    assert.deepEqual([x.shape, x.dtype, x.size], [[2, 2], 'float32', 4]);
    const whole = tensor(Int32Array.of(3, -4), [2]);
    assert.deepEqual([whole.values(), whole.dtype], [Int32Array.of(3, -4), 'int32']);
    const number = tensor([0.5], []);
    assert.deepEqual([number.scalar(), number.size], [0.5, 1]);
    [x, whole, number].forEach((made) => made.dispose());
  });
});

test('a scope frees the tensors made in it, except those it returns', () => {
  leavingNothing(() => {
    const before = tensorCount();
    const kept = scope(() => {
      const a = tensor([1], [1]);
      return [a, tensor([2], [1]), tensor([3], [1])] as const;
    }, ([, second]) => [second]);
    assert.equal(tensorCount(), before + 1);
    assert.deepEqual(kept.map((made) => made.isDisposed), [true, false, true]);
    kept[1].dispose();
  });
});

test('tensors returned by an inner scope belong to the outer one', () => {
  leavingNothing(() => {
    const inner = scope(() => scope(() => tensor([1], [1]), (made) => [made]));
    assert.equal(inner.isDisposed, true);
    const outer = scope(() => scope(() => tensor([1], [1]), (made) => [made]), (made) => [made]);
    assert.equal(outer.isDisposed, false);
    outer.dispose();
  });
});

test('a scope leaves tensors from outside alone, even if it returns them', () => {
  leavingNothing(() => {
    const mine = tensor([1], [1]);
    scope(() => scope(() => mine, (made) => [made]));
    assert.equal(mine.isDisposed, false);
    mine.dispose();
  });
});

test('a scope frees everything when its body throws', () => {
  leavingNothing(() => {
    assert.throws(
      () =>
        scope(() => {
          tensor([1], [1]);
          scope(() => {
            tensor([2], [1]);
            throw new Error('in the middle');
          });
        }),
      { message: 'in the middle' },
    );
  });
});

test('release frees a tensor at once, or as soon as no gradient needs it', () => {
  leavingNothing(() => {
    const [free, saved] = [tensor([1], [1]), tensor([2], [1])];
    saved.saves = 1;
    release(free, saved);
    assert.deepEqual([free.isDisposed, saved.isDisposed, saved.released], [true, false, true]);
    saved.dispose();
    saved.dispose();
  });
});

test('a tensor that was disposed of cannot be used', () => {
  const x = tensor([1, 2], [2]);
  x.dispose();
  const use: ((x: Tensor) => unknown)[] = [(gone) => gone.values(), (gone) => execute1('Relu', [typeAttribute('T', 'float32')], [gone])];
  for (const body of use) {
    assert.throws(() => body(x), {
      message: 'Tensor: a tensor of shape [2] was used after it was disposed of; use it before dispose, or keep a clone.',
    });
  }
});

test('values that do not fit, and tensors that are not scalars, are refused', () => {
  leavingNothing(() => {
    assert.throws(() => tensor([1, 2, 3], [2, 2]), { name: 'RangeError', message: 'tensor: shape [2, 2] holds 4 values, got 3.' });
    scope(() => {
      assert.throws(() => tensor([1, 2], [2]).scalar(), { message: 'Tensor.scalar: expected one element, got shape [2]; use values().' });
      const half = execute1('Cast', [typeAttribute('SrcT', 'float32'), typeAttribute('DstT', 'bfloat16')], [tensor([1], [1])]);
      assert.equal(half.dtype, 'bfloat16');
      assert.throws(() => half.values(), { message: 'Tensor.values: JavaScript has no bfloat16; cast the tensor to float32 first.' });
    });
  });
});

test('an element type that the engine does not know is refused', () => {
  scope(() => {
    const x = tensor([1], [1]);
    const compare = () => execute1('Less', [typeAttribute('T', 'float32')], [x, x]);
    assert.throws(compare, { message: 'execute: Less returned element type number 10, which the engine does not know.' });
  });
});
