import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parameterKind } from './parameterVariables';

test('kinds are read from the names that tf.layers gives, and else from the number of axes', () => {
  const cases = [
    ['conv2d_Conv2D1/kernel', 4, 'weight'],
    ['dense_Dense1/bias', 1, 'bias'],
    ['dense_Dense1/bias_1', 1, 'bias'],
    ['batch_normalization_BatchNormalization1/gamma', 1, 'normScale'],
    ['layer_normalization_LayerNormalization1/beta_12', 2, 'normShift'],
    ['lstm_LSTM1/recurrent_kernel', 2, 'weight'],
    ['gamma', 1, 'normScale'],
    ['alphabeta', 2, 'weight'],
    ['3', 2, 'weight'],
    ['3', 1, 'bias'],
  ] as const;
  cases.forEach(([name, rank, kind]) => assert.equal(parameterKind({ name, rank }), kind, name));
});
