import assert from 'node:assert/strict';
import { test } from 'node:test';
import nodeUtil = require('node:util');
import { binding, boolAttribute, DTYPE_NUMBERS, floatAttribute, intAttribute, shapeAttribute, stringAttribute, tensorflowPlatform, typeAttribute } from './binding';

test('TensorFlow 2 computes, and says where', () => {
  const { version, gpu } = tensorflowPlatform();
  assert.match(version, /^2\.\d+\.\d+/);
  assert.equal(gpu, binding.isUsingGpuDevice());
});

test('attributes of every kind reach TensorFlow', () => {
  // Each op would be refused without the attribute it needs.
  const x = binding.createTensor([2], DTYPE_NUMBERS.float32, Float32Array.of(1, -2));
  const type = typeAttribute('T', 'float32');
  const leaky = binding.executeOp('LeakyRelu', [type, floatAttribute('alpha', 0.5)], [x], 1)[0]!;
  assert.deepEqual(binding.tensorDataSync(leaky.id), Float32Array.of(1, -1));
  const handle = binding.executeOp(
    'VarHandleOp',
    [stringAttribute('container', ''), stringAttribute('shared_name', 'test'), typeAttribute('dtype', 'float32'), shapeAttribute('shape', [2])],
    [],
    1,
  )[0]!;
  binding.executeOp('AssignVariableOp', [typeAttribute('dtype', 'float32'), boolAttribute('validate_shape', true)], [handle.id, x], 0);
  const read = binding.executeOp('ReadVariableOp', [typeAttribute('dtype', 'float32')], [handle.id], 1)[0]!;
  assert.deepEqual([read.shape, read.dtype], [[2], DTYPE_NUMBERS.float32]);
  const squeezed = binding.executeOp('Squeeze', [type, intAttribute('squeeze_dims', [])], [x], 1)[0]!;
  assert.deepEqual(squeezed.shape, [2]);
  [x, leaky.id, handle.id, read.id, squeezed.id].forEach((id) => binding.deleteTensor(id));
});

test('utilities that newer Node.js dropped are there for TensorFlow.js', () => {
  const { isNullOrUndefined, isArray } = nodeUtil as unknown as Record<'isNullOrUndefined' | 'isArray', (value: unknown) => boolean>;
  assert.deepEqual([null, undefined, 0, ''].map(isNullOrUndefined), [true, true, false, false]);
  assert.deepEqual([[], {}, 'a'].map(isArray), [true, false, false]);
});
