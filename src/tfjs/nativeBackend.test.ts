import '../engine/binding';
import assert from 'node:assert/strict';
import { before } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { testLayersModel } from './layersModelTests';
import { testOptimizer } from './optimizerTests';
import { testTwoPhases } from './twoPhaseTests';

before(async () => {
  assert.ok(await tf.setBackend('tensorflow'));
});

testOptimizer();
testTwoPhases();
testLayersModel();
