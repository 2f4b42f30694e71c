import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { PROJECT_ROOT } from '../files/projectRoot';
import { hashed } from '../testing/hashed';
import { fitSharpnessAware, minimizeSharpnessAware } from './example';


before(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
});

test('samlab/tfjs loads no native library, and of the engine nothing but plain numbers', () => {
  const script = "require('samlab/tfjs'); console.log(JSON.stringify(Object.keys(require.cache)))";
  const loaded = JSON.parse(execFileSync(process.execPath, ['-e', script], { cwd: PROJECT_ROOT, encoding: 'utf8' })) as string[];
  const own = loaded.filter((file) => file.startsWith(join(PROJECT_ROOT, 'dist'))).map((file) => file.slice(join(PROJECT_ROOT, 'dist').length + 1));
  assert.ok(own.includes(join('tfjs', 'index.js')));
  const allowed = ['tfjs/', 'optim/', 'engine/random.js', 'engine/adamStep.js', 'engine/plainVector.js', 'engine/scaling.js', 'engine/shape.js', 'engine/shown.js', 'engine/vector.js'];
  assert.deepEqual(own.filter((file) => !allowed.some((start) => file.startsWith(start))), []);
  assert.deepEqual(loaded.filter((file) => file.endsWith('.node') || /tfjs-(node|layers|backend)/.test(file)), []);
});

test('samlab and its package.json are still found beside samlab/tfjs', () => {
  const script = "console.log(require.resolve('samlab'), require.resolve('samlab/package.json'))";
  const found = execFileSync(process.execPath, ['-e', script], { cwd: PROJECT_ROOT, encoding: 'utf8' });
  assert.equal(found.trim(), `${join(PROJECT_ROOT, 'dist', 'index.js')} ${join(PROJECT_ROOT, 'package.json')}`);
});

test('the example passes the type checker of notebooks, TypeScript 5.0', () => {
  const tsc = join(PROJECT_ROOT, 'node_modules', '@tslab', 'typescript-for-tslab', 'bin', 'tsc');
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--moduleResolution', 'node', '--module', 'esnext', '--target', 'es2022', '--types', 'node'];
  const check = (file: string): string => execFileSync(process.execPath, [tsc, ...options, file], { cwd: PROJECT_ROOT, encoding: 'utf8' });
  assert.equal(check(join('src', 'tfjs', 'example.ts')), '');
});

test('the example trains: a layers model, and variables of one\'s own', async () => {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2], kernelInitializer: 'zeros' })] });
  const x = tf.tensor(hashed('inputs', 64), [32, 2]);
  const { history } = await fitSharpnessAware(model, x, tf.sum(x, 1, true));
  const losses = history['loss'] as number[];
  assert.ok(losses.at(-1)! < losses[0]! / 10, `losses ${losses.join(', ')}`);
  const w = tf.variable(tf.tensor1d([1, -2]));
  minimizeSharpnessAware(() => tf.sum(tf.square(w)), 100);
  assert.ok(w.dataSync().every((element) => Math.abs(element) < 0.3), `w ${w.dataSync().join(', ')}`);
});

test('code on the README that uses samlab/tfjs is the example', async () => {
  const [readme, example] = await Promise.all(['README.md', join('src', 'tfjs', 'example.ts')].map((file) => readFile(join(PROJECT_ROOT, file), 'utf8')));
  const blocks = [...readme!.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code!).filter((code) => code.includes('samlab/tfjs'));
  assert.deepEqual(blocks, [example]);
});
