import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createModel } from '../models/create';
import { stageRows } from './networkSummary';

test('the stages of ResNet-50 hold as many numbers as its layers add up to', () => {
  const rows = stageRows(createModel('resnet50', 'imagenet', 10));
  const byStage = Object.fromEntries(rows.map(({ stage, tensors, parameters }) => [stage, [tensors, parameters]]));
  // By hand for stage 1: blocks of 64·64 + 9·64·64 + 64·256 weights and 2·(64 + 64 + 256) norm parameters, where the first
  // reads 64 channels and has a projection of 64·256 + 2·256, and the two others read 256 channels.
  const first = 64 * 64 + 9 * 64 * 64 + 64 * 256 + 768 + 64 * 256 + 512;
  const other = 256 * 64 + 9 * 64 * 64 + 64 * 256 + 768;
  assert.deepEqual(byStage['stem'], [3, 7 * 7 * 3 * 64 + 2 * 64]);
  assert.deepEqual(byStage['stage 1'], [12 + 9 + 9, first + 2 * other]);
  assert.deepEqual(byStage['classifier'], [2, 2048 * 10 + 10]);
  assert.deepEqual(rows.map(({ stage }) => stage), ['stem', 'stage 1', 'stage 2', 'stage 3', 'stage 4', 'classifier']);
  assert.equal(rows.reduce((sum, { parameters }) => sum + parameters, 0), 23_528_522);
  assert.ok(Math.abs(rows.reduce((sum, { share }) => sum + share, 0) - 100) < 1e-9);
});
