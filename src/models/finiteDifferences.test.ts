import assert from 'node:assert/strict';
import { test } from 'node:test';
import { smoothedTargets, softmaxCrossEntropy } from '../engine/crossEntropy';
import { valueAndGradient } from '../engine/tape';
import { scope, type Tensor } from '../engine/tensor';
import { TensorVector } from '../engine/tensorVector';
import { sizeOf } from '../engine/shape';
import { hashed } from '../testing/hashed';
import { hashedImages, hashedParameters, hashedStatistics } from '../testing/hashedNetwork';
import { cifarResNet } from './cifarResnet';
import type { Model } from './model';
import { bottleneckResNet } from './resnet';

const BATCH = 16;

/** The loss in training mode, as a function of the parameters. */
function lossOf(model: Model): (parameters: TensorVector) => Tensor {
  const statistics = hashedStatistics(model);
  const images = hashedImages('images 0', BATCH);
  const targets = smoothedTargets(Array.from({ length: BATCH }, (_, image) => (image * 7) % 10), 10, 0.1);
  return ({ tensors }) => softmaxCrossEntropy(model.apply(images, { parameters: tensors, statistics, training: true, updated: [] }), targets);
}

/** Half the gradient's direction, so that the slope is large, and half a hashed one, so that every element counts. */
function directionFrom(gradient: TensorVector): TensorVector {
  const arrays = gradient.specs.map(({ name, shape }) => hashed(`direction/${name}`, sizeOf(shape)));
  const noise = TensorVector.from(gradient.specs, arrays);
  return gradient.times(1 / gradient.norm()).plus(noise, 1 / noise.norm());
}

/*
 * A central difference is off by f'''/6 h^2 + O(h^4): half the step, a quarter of the error. Below these steps the
 * losses (about 3, rounded to 2^-22) blur the quarter: with h = .003 and a slope of 50, by 2.4e-7 / (.003 * 50), or
 * 2e-6 of the slope, against an error of 8e-4. Above them the O(h^4) term shows.
 */
for (const [model, step] of [[bottleneckResNet('resnet50', 'imagenet', 10), 0.00625], [cifarResNet('resnet20', 10), 0.05]] as const) {
  test(`the gradient of all of ${model.name} is that of central differences, whose error falls fourfold with half the step`, () => {
    scope(() => {
      const loss = lossOf(model);
      const parameters = hashedParameters(model);
      const { gradients } = valueAndGradient(parameters.tensors, () => ({ loss: loss(parameters), auxiliary: undefined }));
      const gradient = new TensorVector(model.parameters, gradients);
      const direction = directionFrom(gradient);
      const slope = gradient.dot(direction);
      const lossAt = (h: number): number => scope(() => loss(parameters.plus(direction, h)).scalar());
      const error = (h: number): number => (lossAt(h) - lossAt(-h)) / (2 * h) / slope - 1;
      const [large, small] = [error(step), error(step / 2)];
      assert.ok(Math.abs(small) > 1e-4 && Math.abs(small) < 3e-3, `relative error ${small}`);
      assert.ok(large / small > 3.6 && large / small < 4.4, `relative errors ${large} and ${small}: ratio ${large / small}`);
    });
  });
}
