import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createModel } from '../models/create';
import { PLAIN_RECIPE } from './recipe';
import { partsOf, stepParts } from './stepParts';
import { Subject } from './subject';
import { noiseBatch } from './workload';

test('convolutions and products of either library count as products, ops on variables as the update, others as neither', () => {
  const ops = ['MatMul', '_MklMatMul', 'Conv2DBackpropFilter', '_MklNativeConv2D', 'ResourceApplyMomentum', 'ReadVariableOp', 'AssignVariableOp', 'Relu', 'Mul'];
  const parts = partsOf(ops.map((op, index) => ({ op, calls: 1, seconds: 2 ** index })));
  assert.deepEqual(parts, { products: 1 + 2 + 4 + 8, update: 16 + 32 + 64 });
});

test('a step of a real network has both parts', () => {
  const subject = new Subject({ model: createModel('resnet20', 'cifar', 10), recipe: PLAIN_RECIPE }, noiseBatch(4), 'float32');
  const { products, update } = stepParts(subject, 1);
  subject.dispose();
  assert.ok(products > 0 && update > 0);
});
