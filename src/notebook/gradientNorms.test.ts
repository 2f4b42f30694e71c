import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlainVector } from '../engine/plainVector';
import { gradientNorms, layerNorms } from './gradientNorms';

const gradient = new PlainVector(
  [
    { name: 'conv1.weight', kind: 'weight', shape: [1, 1, 1, 2] },
    { name: 'bn1.weight', kind: 'normScale', shape: [2] },
    { name: 'layer1.0.conv1.weight', kind: 'weight', shape: [1, 1, 1, 3] },
    { name: 'fc.weight', kind: 'weight', shape: [1, 2] },
    { name: 'fc.bias', kind: 'bias', shape: [1] },
  ],
  [Float64Array.of(3, -4), Float64Array.of(50, 50), Float64Array.of(2, -3, 6), Float64Array.of(0, 8), Float64Array.of(9)],
);

test('each weight tensor has its own norm, and norm parameters and biases have none', () => {
  assert.deepEqual(layerNorms(gradient), [
    { layer: 1, name: 'conv1.weight', stage: 'stem', norm: 5 },
    { layer: 2, name: 'layer1.0.conv1.weight', stage: 'stage 1', norm: 7 },
    { layer: 3, name: 'fc.weight', stage: 'classifier', norm: 8 },
  ]);
});

test('the figure draws a dot for each layer that has a gradient, and its caption says what it shows', () => {
  const without = new PlainVector(gradient.specs, gradient.elements.map((array, index) => (index === 2 ? array.map(() => 0) : array)));
  const { data, layout } = gradientNorms([{ name: 'a', gradient }, { name: 'b', gradient: without }], 'CIFAR-10, ResNet-50, seed 0');
  const drawn = data.map((trace) => trace as { name: string; x: number[]; y: number[] }).map(({ name, x, y }) => ({ name, x, y }));
  assert.deepEqual(drawn, [{ name: 'a', x: [1, 2, 3], y: [5, 7, 8] }, { name: 'b', x: [1, 3], y: [5, 8] }]);
  assert.match(JSON.stringify(layout), /CIFAR-10, ResNet-50, seed 0/);
  assert.throws(() => gradientNorms([], ''), /gradientNorms: expected one gradient or more/);
});
