import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tensor, tensorCount } from '../engine/tensor';
import { TensorVector } from '../engine/tensorVector';
import { constant } from '../models/initialValues';
import { network, type Layer } from '../models/layer';
import type { Apply, Model } from '../models/model';
import { evaluate } from './evaluate';
import { labelRank } from './labelRank';
import { testImages } from './testing/settings';

void test('the rank counts larger logits, ties go to the label, and NaN ranks last', () => {
  const logits = Float32Array.of(1, 3, 2, 3, 0, 0, NaN, 5);
  assert.deepEqual([0, 1, 2, 3].map((label) => labelRank(logits, 0, 4, label)), [3, 0, 2, 0]);
  assert.equal(labelRank(logits, 1, 4, 2), 4);
  assert.equal(labelRank(logits, 1, 4, 0), 1);
});

/** A network whose logits are its only parameter, whatever the image. */
function constantModel(): Model {
  const layers: Layer = {
    type: 'constant',
    place: (_, declare) => {
      const logits = declare.parameter('logits', 'bias', [10], constant(0));
      const apply: Apply = (x, { parameters }) => {
        const row = parameters[logits]!.values();
        return tensor(Float32Array.from({ length: 10 * x.shape[0]! }, (__, index) => row[index % 10]!), [x.shape[0]!, 10]);
      };
      return { output: [10], apply };
    },
  };
  return network({ name: 'constant', inputShape: [32, 32, 3], layers });
}

void test('no images, and images of another shape, are refused before any pass', async () => {
  const model = { ...constantModel(), apply: () => assert.fail('it should not begin') };
  const parameters = TensorVector.from(model.parameters, [new Float32Array(10)]);
  const { test: set } = testImages();
  const none = { ...set, images: new Uint8Array(0), labels: new Uint8Array(0) };
  await assert.rejects(evaluate(model, { parameters, statistics: [] }, none, 'half'), /^RangeError: evaluate: expected at least one image, got none/);
  await assert.rejects(evaluate(model, { parameters, statistics: [] }, { ...set, images: new Uint8Array(10 * 28 * 28) }, 'half'), /^RangeError: evaluate: expected 10 images of shape \[32, 32, 3\]/);
  await assert.rejects(evaluate({ ...model, classes: 5 }, { parameters, statistics: [] }, set, 'half'), /^RangeError: evaluate: expected labels from 0 to 4/);
  parameters.dispose();
});

void test('loss and errors of constant logits are known in closed form', async () => {
  const model = constantModel();
  // Class 0 has logit ln 11 and the others 0, so that it gets 11/20 and each other class 1/20.
  const parameters = TensorVector.from(model.parameters, [Float32Array.from({ length: 10 }, (_, index) => (index === 0 ? Math.log(11) : 0))]);
  const before = tensorCount();
  const { loss, top1Error, top5Error } = await evaluate(model, { parameters, statistics: [] }, testImages().test, 'half');
  assert.equal(tensorCount(), before);
  parameters.dispose();
  // One image of each class. ln 11 is rounded to float32, by at most 2^-23 relative to its size of 2.4.
  const expected = (-Math.log(11 / 20) - 9 * Math.log(1 / 20)) / 10;
  assert.ok(Math.abs(loss - expected) < 3 * 2 ** -23, `${loss} against ${expected}`);
  assert.equal(top1Error, 90);
  assert.equal(top5Error, 0);
});
