import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createModel } from '../models/create';
import { gradientFlops } from './work';

test("ResNet-50's operations are those of the literature: 0.167 and 2.596 GFLOP forward on 32x32 images", () => {
  // Three forward passes minus the input gradient of the first layer: 7x7 taps at 16x16 positions, 3x3 at 32x32.
  const first = { imagenet: 2 * 49 * 3 * 64 * 256, cifar: 2 * 9 * 3 * 64 * 1024 };
  for (const [stem, forward] of [['imagenet', 0.167], ['cifar', 2.596]] as const) {
    const gradient = gradientFlops(createModel('resnet50', stem, 10), stem, true);
    assert.equal(((gradient + first[stem]) / 3 / 1e9).toFixed(3), forward.toFixed(3));
  }
});

test('products with padding are left out: a 3x3 convolution on one pixel has one tap, on 2x2 pixels 16 of 36', () => {
  const layer = (name: string) => ({ parameters: [{ name, kind: 'weight' as const, shape: [3, 3, 10, 10] }] });
  // Stage 4 of the ImageNet stem has one pixel after its first block, stage 3 four.
  assert.equal(gradientFlops(layer('layer4.1.conv2.weight'), 'imagenet'), 3 * 2 * 1 * 100);
  assert.equal(gradientFlops(layer('layer3.1.conv2.weight'), 'imagenet'), 3 * 2 * 16 * 100);
  assert.equal(gradientFlops(layer('layer3.1.conv2.weight'), 'imagenet', true), 3 * 2 * 36 * 100);
  // From 4x4 to 2x2 at stride 2: each axis has 2 outputs with 2 and 3 valid taps.
  assert.equal(gradientFlops(layer('layer3.0.conv2.weight'), 'imagenet'), 3 * 2 * 25 * 100);
});
