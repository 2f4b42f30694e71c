import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { DATA, OWN_STORE, QUICK_STORE } from '../files/stores';
import { parseLandscapeArguments, STUDY_PARTS } from './commandLine';
import { STUDY_DEFAULTS } from './study/settings';

const SHARED = { data: DATA, store: OWN_STORE, allowSynthetic: false, given: {}, settings: STUDY_DEFAULTS };

test("two networks and a name make a study in the user's own store; no settings of their training are assumed", () => {
  const request = parseLandscapeArguments(['nets', 'run-one', 'data/weights/other.safetensors', '--name', 'laptop']);
  assert.deepEqual(request, { ...SHARED, kind: 'nets', name: 'laptop', networks: ['run-one', 'data/weights/other.safetensors'], parts: STUDY_PARTS, atEqualLoss: false });
});

test('flags change settings, and parts are in a fixed order', () => {
  const request = parseLandscapeArguments(['nets', 'a', 'b', '--name', 'x', '--grid-points', '51', '--batch-norm', 're-estimated', '--labels', 'A', 'B', '--parts', 'planes', 'similarity', '--kernel-table', 'table.json', '--store', 'elsewhere', '--at-equal-loss']);
  assert.deepEqual(request, {
    ...SHARED, kind: 'nets', name: 'x', networks: ['a', 'b'], parts: ['similarity', 'planes'], atEqualLoss: true, labels: ['A', 'B'], kernelTable: 'table.json', store: resolve('elsewhere'),
    settings: { ...STUDY_DEFAULTS, gridPoints: 51, batchNorm: 're-estimated', kernels: 'measured' },
  });
});

test('settings of the training given by flags are kept separate, since weights files define them too', () => {
  const { given, settings } = parseLandscapeArguments(['nets', 'a', 'b', '--name', 'x', '--stem', 'imagenet', '--images-per-class', '0', '--normalization', 'half']);
  assert.deepEqual([given, settings], [{ stem: 'imagenet', imagesPerClass: 0, normalization: 'half' }, STUDY_DEFAULTS]);
});

test('a study that may be of embedded images is not stored among the results', () => {
  const { allowSynthetic, store } = parseLandscapeArguments(['nets', 'a', 'b', '--name', 'x', '--allow-synthetic']);
  assert.deepEqual([allowSynthetic, store], [true, QUICK_STORE]);
});

test('three networks make a plane of minima, which may be labelled', () => {
  const networks = ['a.safetensors', 'b.safetensors', 'c.safetensors'];
  assert.deepEqual(parseLandscapeArguments(['minima', ...networks, '--name', 'three']), { ...SHARED, kind: 'minima', name: 'three', networks });
  const named = parseLandscapeArguments(['minima', ...networks, '--name', 'three', '--names', 'SGD 1', 'SGD 2', 'SAM']);
  assert.ok(named.kind === 'minima');
  assert.deepEqual(named.names, ['SGD 1', 'SGD 2', 'SAM']);
});

test('weights along training make a path', () => {
  const request = parseLandscapeArguments(['path', '1.safetensors', '2.safetensors', '3.safetensors', '--name', 'sgd', '--stem', 'cifar']);
  assert.deepEqual([request.kind, request.networks, request.given], ['path', ['1.safetensors', '2.safetensors', '3.safetensors'], { stem: 'cifar' }]);
});

for (const [flags, message] of [
  [['--name', '../../elsewhere'], /expected a folder's name without \/ and \\/],
  [['--name', ''], /expected a folder's name/],
  [['--name', 'x', '--grid-points', '2.5'], /'--grid-points <value>'.*expected a whole number of 2 or more, got "2.5"/],
  [['--name', 'x', '--slice-points', '1'], /expected a whole number of 2 or more/],
  [['--name', 'x', '--eigenvalues', '0'], /expected a whole number of 1 or more/],
  [['--name', 'x', '--seed', '0.5'], /expected a whole number of 0 or more/],
  [['--name', 'x', '--rho', '-1'], /expected a number of 0 or more, got "-1"/],
] as const) {
  test(`nothing is measured with ${flags.join(' ')}`, (t) => {
    const written: string[] = [];
    t.mock.method(process.stderr, 'write', (text: string) => written.push(text));
    t.mock.method(process, 'exit', () => {
      throw new Error('the process ends');
    });
    assert.throws(() => parseLandscapeArguments(['nets', 'a', 'b', ...flags]), /the process ends/);
    assert.match(written.join(''), message);
  });
}
