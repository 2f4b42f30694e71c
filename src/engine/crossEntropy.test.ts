import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectAllClose } from '../testing/expectAllClose';
import { expectOp, opCases } from '../testing/opCase';
import { smoothedTargets, softmaxCrossEntropy } from './crossEntropy';
import { scope, tensor, tensorCount } from './tensor';

test('cross-entropy with and without smoothing, and its gradient, are PyTorch\'s', () => {
  for (const one of opCases('crossEntropy')) {
    expectOp(one, ({ logits }, { smoothing }) => {
      const [batch, classes] = logits!.shape as [number, number];
      const labels = Array.from({ length: batch }, (_, image) => (image * 3) % classes);
      return { y: softmaxCrossEntropy(logits!, smoothedTargets(labels, classes, smoothing!)) };
    });
  }
});

test('by hand: equal logits cost ln(classes), whatever the targets; large logits do not overflow', () => {
  const before = tensorCount();
  scope(() => {
    const targets = smoothedTargets([0, 2], 4, 0.2);
    expectAllClose(softmaxCrossEntropy(tensor(new Float32Array(8), [2, 4]), targets), [Math.log(4)], { relative: 1e-6 });
    // Certain and right: 0. Certain and wrong by 1000: 1000.
    const hard = smoothedTargets([0, 1], 2, 0);
    expectAllClose(softmaxCrossEntropy(tensor([1000, 0, 1000, 0], [2, 2]), hard), [500], { relative: 1e-6 });
  });
  assert.equal(tensorCount(), before);
});

test('smoothed targets by hand: .2 shared among 4 classes', () => {
  scope(() => {
    const targets = smoothedTargets([2, 0], 4, 0.2);
    expectAllClose(targets, tensor([0.05, 0.05, 0.85, 0.05, 0.85, 0.05, 0.05, 0.05], [2, 4]), { absolute: 1e-7 });
  });
});

test('labels outside the classes are refused', () => {
  for (const label of [-1, 10, NaN, 1.5]) {
    assert.throws(() => smoothedTargets([0, label], 10, 0), {
      name: 'RangeError',
      message: `smoothedTargets: label ${label} of image 1 is not one of the classes 0 to 9.`,
    });
  }
});

test('targets for another number of images or classes are refused', () => {
  scope(() => {
    const logits = tensor(new Float32Array(8), [2, 4]);
    assert.throws(() => softmaxCrossEntropy(logits, smoothedTargets([0], 4, 0)), {
      name: 'RangeError',
      message: 'softmaxCrossEntropy: logits have shape [2, 4], targets [1, 4]; expected the same.',
    });
  });
});
