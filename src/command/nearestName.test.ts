import assert from 'node:assert/strict';
import { test } from 'node:test';
import { didYouMean, nearestName } from './nearestName';

const NAMES = ['learningRate', 'batchSize', 'warmupEpochs', 'epochs', 'weightDecay', 'labelSmoothing', 'seed', 'sam', 'asam', 'laptop'];

const cases: readonly (readonly [string, string | undefined])[] = [
  ['lerningRate', 'learningRate'], ['lr', 'learningRate'], ['learning_rate', 'learningRate'], ['batch-size', 'batchSize'], ['batchsise', 'batchSize'],
  ['wd', 'weightDecay'], ['warmup', 'warmupEpochs'], ['smoothing', 'labelSmoothing'], ['sead', 'seed'], ['epoch', 'epochs'], ['SAM', 'sam'], ['smm', 'sam'],
  ['labtop', 'laptop'], ['', undefined], ['x', undefined], ['vgg', undefined], ['dropout', undefined],
];

for (const [given, meant] of cases) {
  void test(`"${given}" is taken for ${meant ?? 'nothing'}`, () => {
    assert.equal(nearestName(given, NAMES), meant);
  });
}

void test('the question is asked only where a name is near', () => {
  assert.equal(didYouMean('lr', NAMES), '; did you mean learningRate?');
  assert.equal(didYouMean('vgg', NAMES), '');
});
