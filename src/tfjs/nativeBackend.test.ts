import '../engine/binding';
import assert from 'node:assert/strict';
import { before } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { testLayersModel } from './testing/layersModelTests';
import { testOptimizer } from './testing/optimizerTests';
import { testTwoPhases } from './testing/twoPhaseTests';

before(async () => {
  assert.ok(await tf.setBackend('tensorflow'));
});

testOptimizer();
testTwoPhases();
testLayersModel();
