import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { build } from 'esbuild';
import { PROJECT_ROOT } from '../../files/projectRoot';
import { expectAllClose } from '../../testing/expectAllClose';
import { writePackage } from './writePackage';
import { launchChromium } from '../../browser/browser';

const TSC = join(PROJECT_ROOT, 'node_modules', 'typescript', 'lib', 'tsc.js');
const folder = mkdtempSync(join(tmpdir(), 'samlab-package-'));
/** Somebody else's project. */
const project = join(folder, 'project');
const installed = join(project, 'node_modules', 'samlab-tfjs');

before(async () => {
  const packed = join(folder, 'samlab-tfjs');
  await writePackage(packed);
  const npm = (cwd: string, ...words: string[]): string => execFileSync('npm', [...words, '--ignore-scripts', '--silent'], { cwd, encoding: 'utf8' });
  const tarball = join(folder, npm(packed, 'pack', '--pack-destination', folder).trim());
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "name": "somebody-elses", "private": true }\n');
  // Without peers, npm downloads nothing: TensorFlow.js is linked.
  npm(project, 'install', '--offline', '--legacy-peer-deps', '--no-audit', '--no-fund', tarball);
  symlinkSync(join(PROJECT_ROOT, 'node_modules', '@tensorflow'), join(project, 'node_modules', '@tensorflow'));
  for (const types of ['seedrandom', 'offscreencanvas', 'long']) {
    mkdirSync(join(project, 'node_modules', '@types'), { recursive: true });
    symlinkSync(join(PROJECT_ROOT, 'node_modules', '@types', types), join(project, 'node_modules', '@types', types));
  }
});
after(() => rmSync(folder, { recursive: true }));

/** Three SAM steps on |w|^2 / 2 from (3, -4); `report` gets w and how many of 1,000 elements a drawn mask leaves. */
const STEPS = (report: string): string => `
  tf.setBackend('cpu').then(() => {
    const w = tf.variable(tf.tensor1d([3, -4]));
    const optimizer = new SharpnessAwareOptimizer(tf.train.sgd(0.1), { rho: 0.5, rule: sam() });
    for (let step = 0; step < 3; step++) optimizer.minimize(() => tf.sum(tf.square(w)).div(2));
    const many = tf.variable(tf.ones([1000]));
    const masked = new SharpnessAwareOptimizer(tf.train.sgd(0.1), { rho: 1, rule: sparse(sam(), dynamicMask({ sparsity: 0.5, dropRate: 0.5, every: 1, totalSteps: 1, seed: 0 })) });
    masked.minimize(() => tf.sum(tf.square(many)).div(2));
    const moved = many.dataSync().filter((element) => element < 0.8999).length;
    ${report}({ w: Array.from(w.dataSync()), moved });
  });`;
const NAMES = '{ SharpnessAwareOptimizer, sam, sparse, dynamicMask }';

function expectSteps({ w, moved }: { readonly w: readonly number[]; readonly moved: number }): void {
  // The gradient at w + eps is w + 0.5 w / |w|, so each step takes 0.05 off 0.9 |w|: 5, 4.45, 3.955, 3.5095, along (3, -4) / 5.
  expectAllClose(w, [3.5095 * 0.6, -3.5095 * 0.8], { relative: 1e-5 });
  // Half of the elements are perturbed, by 1 / sqrt(500).
  assert.equal(moved, 500);
}

for (const [file, load] of [
  ['steps.cjs', `const tf = require('@tensorflow/tfjs'); const ${NAMES} = require('samlab-tfjs');`],
  ['steps.mjs', `import * as tf from '@tensorflow/tfjs'; import ${NAMES} from 'samlab-tfjs';`],
] as const) {
  test(`installed from its tarball it takes steps in Node: ${file}`, () => {
    writeFileSync(join(project, file), `${load}${STEPS('((found) => console.log(JSON.stringify(found)))')}`);
    const lines = execFileSync(process.execPath, [file], { cwd: project, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } }).trim().split('\n');
    expectSteps(JSON.parse(lines.at(-1)!) as { readonly w: number[]; readonly moved: number });
  });
}

test('bundled for the browser it takes the same steps in Chromium', async () => {
  writeFileSync(join(project, 'page.mjs'), `import * as tf from '@tensorflow/tfjs'; import ${NAMES} from 'samlab-tfjs';${STEPS('globalThis.report')}`);
  const { outputFiles } = await build({ entryPoints: [join(project, 'page.mjs')], bundle: true, write: false, format: 'iife', platform: 'browser', logLevel: 'silent' });
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    const found = new Promise<{ readonly w: number[]; readonly moved: number }>((resolve, reject) => {
      page.on('pageerror', reject);
      page.exposeFunction('report', resolve).then(() => page.addScriptTag({ content: outputFiles[0]!.text })).catch(reject);
    });
    expectSteps(await found);
  } finally {
    await browser.close();
  }
});

const CONSUMER = `import * as tf from '@tensorflow/tfjs';
import { asam, SharpnessAwareOptimizer, type PerturbationRule } from 'samlab-tfjs';
const mine: PerturbationRule = { name: 'mine', perturb: ({ gradient, rho }) => gradient.times(rho / gradient.norm()) };
export const optimizer: tf.Optimizer = new SharpnessAwareOptimizer(tf.train.adam(0.1), { rho: 0.05, rule: mine });
export const eta = asam({ eta: 0.01 }).name.length;
// @ts-expect-error: a radius is a number, which types that were not found would not know
new SharpnessAwareOptimizer(tf.train.sgd(0.1), { rho: 'large' });
// @ts-expect-error: so is eta
asam({ eta: 'large' });
`;

for (const [resolution, options, files] of [
  ['node16', { module: 'node16' }, ['consumer.cts', 'consumer.mts']],
  ['bundler', { module: 'esnext', moduleResolution: 'bundler' }, ['consumer.ts']],
  ['node10', { module: 'commonjs', moduleResolution: 'node10' }, ['consumer.ts']],
] as const) {
  test(`its types are found and hold, with modules resolved by ${resolution}`, () => {
    files.forEach((file) => writeFileSync(join(project, file), CONSUMER));
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: { noEmit: true, strict: true, target: 'es2022', lib: ['es2022', 'dom'], types: [], ...options }, files }));
    const { stdout } = spawnSync(process.execPath, [TSC, '--pretty', 'false'], { cwd: project, encoding: 'utf8' });
    // Errors within TensorFlow.js's declarations are ignored; those of the package, its user and the compiler options count.
    const own = stdout.split('\n').filter((line) => /^(consumer|error|node_modules\/samlab-tfjs|tsconfig)/.test(line));
    assert.deepEqual(own, []);
  });
}

test('it depends on TensorFlow.js only and has no native code, and its README contains the example', () => {
  const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as Readonly<Record<string, object>>;
  assert.deepEqual([manifest['peerDependencies'], manifest['dependencies']], [{ '@tensorflow/tfjs-core': '^4.22.0' }, undefined]);
  const files = readdirSync(installed, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map(({ name }) => name);
  assert.deepEqual(files.filter((name) => !/(\.cjs|\.mjs|\.d\.ts|\.d\.mts|^package\.json|^README\.md|^LICENSE)$/.test(name)), []);
  for (const file of ['index.cjs', 'index.mjs']) {
    const asked = [...readFileSync(join(installed, file), 'utf8').matchAll(/(?:from |require\()"([^"]+)"/g)].map(([, name]) => name);
    assert.deepEqual([...new Set(asked)], ['@tensorflow/tfjs-core'], file);
  }
  const readme = readFileSync(join(installed, 'README.md'), 'utf8');
  assert.ok(readme.includes("from 'samlab-tfjs'") && !readme.includes('<!--'));
  assert.ok(readFileSync(join(installed, 'LICENSE'), 'utf8').includes('code of pure-rand'));
});

test('a folder with other content is left alone', async () => {
  await assert.rejects(writePackage(project), /expected .*project to be absent or an earlier samlab-tfjs/);
});
