import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { testLayersModel } from './testing/layersModelTests';
import { testOptimizer } from './testing/optimizerTests';
import { testTwoPhases } from './testing/twoPhaseTests';

before(async () => {
  tf.enableProdMode();
  assert.ok(await tf.setBackend('cpu'));
});

after(() => {
  const native = Object.keys(require.cache).filter((file) => file.endsWith('.node') || file.includes('tfjs-node'));
  assert.deepEqual(native, [], 'a native library was loaded');
});

testOptimizer();
testTwoPhases();
testLayersModel();
