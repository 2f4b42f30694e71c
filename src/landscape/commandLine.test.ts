import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLandscapeArguments, STUDY_PARTS } from './commandLine';
import { STUDY_DEFAULTS } from './study/settings';

test('two weights files and a name make a study with the default settings', () => {
  const request = parseLandscapeArguments(['nets', 'data/weights/one.safetensors', 'other.safetensors', '--name', 'laptop']);
  assert.deepEqual(request, {
    kind: 'nets', data: 'data', name: 'laptop', files: ['data/weights/one.safetensors', 'other.safetensors'], parts: STUDY_PARTS, settings: { ...STUDY_DEFAULTS, weights: ['one', 'other'] },
  });
});

test('flags change settings, and parts come in their own order', () => {
  const request = parseLandscapeArguments(['nets', 'a', 'b', '--name', 'x', '--grid-points', '51', '--batch-norm', 're-estimated', '--labels', 'A', 'B', '--parts', 'planes', 'similarity']);
  assert.ok(request.kind === 'nets');
  assert.deepEqual(request.parts, ['similarity', 'planes']);
  assert.deepEqual(request.settings, { ...STUDY_DEFAULTS, gridPoints: 51, batchNorm: 're-estimated', labels: ['A', 'B'], weights: ['a', 'b'] });
});

test('three files make a plane of minima, called as their files unless told', () => {
  const files = ['a.safetensors', 'b.safetensors', 'c.safetensors'];
  const plain = parseLandscapeArguments(['minima', ...files, '--name', 'three']);
  assert.ok(plain.kind === 'minima');
  assert.deepEqual([plain.files, plain.names], [files, ['a', 'b', 'c']]);
  const named = parseLandscapeArguments(['minima', ...files, '--name', 'three', '--names', 'SGD 1', 'SGD 2', 'SAM']);
  assert.ok(named.kind === 'minima');
  assert.deepEqual(named.names, ['SGD 1', 'SGD 2', 'SAM']);
});

test('weights along training make a path', () => {
  const request = parseLandscapeArguments(['path', '1.safetensors', '2.safetensors', '3.safetensors', '--name', 'sgd', '--stem', 'cifar']);
  assert.deepEqual([request.kind, request.files, request.settings.stem], ['path', ['1.safetensors', '2.safetensors', '3.safetensors'], 'cifar']);
});
