import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { syntheticDataset } from '../../data/synthetic';
import { tensorCount } from '../../engine/tensor';
import { initialParameters, initialStatistics } from '../../models/initialise';
import { observed, sequential } from '../../models/combine';
import { network } from '../../models/layer';
import { batchNorm, conv, globalAveragePool, linear, relu } from '../../models/layers';
import type { Model } from '../../models/model';
import { disposeNetwork } from '../../train/network';
import { readSamples } from '../surface/store';
import { measureCurve, measureInterpolation, placesBetween } from './connections';
import { measureCurvature, measureSimilarity } from './curvature';
import { measureMinima } from './minima';
import { STUDY_DEFAULTS, type StudySettings } from './settings';
import { measureSharpness } from './sharpness';
import { measureEigenvectors } from './eigenvectors';
import { openStudy, studyData, type Study } from './study';
import { measurePlanes, measureSlices } from './surfaces';
import { measureTrajectory } from './trajectory';

const SETTINGS: StudySettings = {
  ...STUDY_DEFAULTS, model: 'resnet50', stem: 'imagenet', dataset: 'cifar10', normalization: 'half', subsetSeed: 0, labels: ['SGD', 'SAM'], weights: ['one', 'other'], imagesPerClass: 2, heldOutPerClass: 1, probedPerClass: 1, testPerClass: 1,
  slicePoints: 3, gridPoints: 2, interpolationPoints: 5, curveSteps: 1, eigenvalues: 2, eigenvalueProducts: 3, traceProducts: 2, densityProbes: 1, densitySteps: 2, ascentSteps: 1, ascentSeeds: 1, groupImages: 5,
};

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'samlab-study-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A network that takes a millisecond an image. */
function smallModel(): Model {
  const layers = sequential({ conv: conv({ filters: 4, stride: 2 }), bn: batchNorm(), relu: observed(relu(), 'body'), pool: globalAveragePool(), head: observed(linear({ outputs: 10 })) });
  return network({ name: 'small', inputShape: [32, 32, 3], layers });
}

function makeStudy(folder: string): Study {
  const model = smallModel();
  const untrained = (seed: number) => ({ parameters: initialParameters(model, { seed, zeroInitResidual: false }), statistics: initialStatistics(model) });
  return { model, networks: [untrained(0), untrained(1)], data: studyData(syntheticDataset(10, { trainPerClass: 4, testPerClass: 1, seed: 0 }), SETTINGS), settings: SETTINGS, folder: join(folder, 'study') };
}

function contents(folder: string): Readonly<Record<string, string>> {
  return Object.fromEntries(readdirSync(folder).sort().map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

test('a study stores one file per part, and nothing is measured twice', async (t) => {
  const root = folderOf(t);
  const before = tensorCount();
  const study = makeStudy(root);
  const control = join(root, 'weights', 'curve.safetensors');
  mkdirSync(study.folder);
  // For untrained networks no rim is found.
  for (const name of ['range', 'eigenvector-range']) {
    writeFileSync(join(study.folder, `${name}.json`), JSON.stringify({ radius: 0.25, multiple: 2, centres: [1, 1], rims: [2, 2] }));
  }
  const parts: string[] = [];
  const measureAll = async (study: Study): Promise<void> => {
    openStudy(study);
    await measureSimilarity(study);
    await measureSlices(study);
    await measurePlanes(study);
    await measureInterpolation(study);
    await measureCurve(study, control);
    await measureEigenvectors(study);
    await measureCurvature(study);
    await measureSharpness(study);
  };
  await measureAll({ ...study, onProgress: ({ part }) => parts.push(part) });
  const stored = contents(study.folder);
  const perNet = ['density', 'eigenvalues', 'eigenvector-plane', 'loss', 'plane', 'secant', 'secant-twice-rho', 'sharpness', 'slice', 'trace'];
  const expected = [...['curve', 'eigenvector-range', 'interpolation', 'range', 'similarity', 'study'], ...perNet.flatMap((part) => [`${part}-sam`, `${part}-sgd`])];
  assert.deepEqual(Object.keys(stored), expected.map((name) => `${name}.json`).sort());
  await measureAll({ ...study, signal: AbortSignal.abort(), onProgress: ({ part }) => assert.fail(`${part} was measured again`) });
  assert.deepEqual(contents(study.folder), stored);
  assert.ok(new Set(parts).size > 10);

  const radiusOf = (part: string): number => (JSON.parse(stored[`${part}.json`]!) as { readonly rho: number }).rho;
  assert.deepEqual(['secant-sgd', 'secant-twice-rho-sgd'].map(radiusOf), [SETTINGS.rho, 2 * SETTINGS.rho]);

  const { eigenvectors, seconds, environment } = JSON.parse(stored['trace-sgd.json']!) as { readonly eigenvectors?: number; readonly seconds?: number; readonly environment?: { readonly threads: number } };
  assert.deepEqual([eigenvectors, typeof seconds, typeof environment?.threads], [SETTINGS.eigenvalues, 'number', 'number'], 'the trace uses the eigenvectors that are at hand');
  const [plane, other] = ['plane-sgd', 'plane-sam'].map((part) => readSamples(join(study.folder, `${part}.json`)));
  assert.deepEqual(plane!.points, [[-0.25, -0.25], [0.25, -0.25], [-0.25, 0.25], [0.25, 0.25]]);
  assert.deepEqual(other!.points, plane!.points, 'both networks share their range');
  assert.deepEqual([plane!.network, other!.network, plane!.losses['train']!.batchNorm], ['one', 'other', 'frozen']);
  const [line, curve] = ['interpolation', 'curve'].map((part) => readSamples(join(study.folder, `${part}.json`)));
  assert.deepEqual(Object.keys(line!.series), ['train', 'test']);
  assert.equal(line!.losses['train']!.batchNorm, 're-estimated');
  // Places 0 and 1 of the line are the ends of the curve. There the weights differ by rounding alone.
  for (const set of ['train', 'test']) {
    const [straight, bent] = [line!.series[set]!.loss, curve!.series[set]!.loss];
    assert.equal(straight[1], bent[0]);
    assert.ok(Math.abs(straight[3]! - bent[60]!) < 1e-3 * straight[3]!, `${straight[3]!} and ${bent[60]!}`);
  }
  await assert.rejects(measureCurve({ ...study, settings: { ...SETTINGS, curveSteps: 2 } }, control), /was trained between other networks or with other settings/);
  assert.throws(() => openStudy({ ...study, settings: { ...SETTINGS, labels: ['SAM', 'sam'] } }), /labels differ in letters or digits, got "SAM" and "sam"/);
  assert.throws(() => openStudy({ ...study, settings: { ...SETTINGS, seed: 1 } }), /holds a study with other settings, networks or images/);
  study.networks.forEach(disposeNetwork);
  assert.equal(tensorCount(), before);
});

test('parts that are missing are measured again for the network that lacks them, and nothing is left in memory if one cannot be read', async (t) => {
  const study = makeStudy(folderOf(t));
  mkdirSync(study.folder);
  writeFileSync(join(study.folder, 'eigenvector-range.json'), JSON.stringify({ radius: 0.25, multiple: 2, centres: [1, 1], rims: [2, 2] }));
  await measureEigenvectors(study);
  const stored = contents(study.folder);
  const withoutSeconds = (text: string): string => text.replace(/"seconds":\d+/, '');
  for (const part of ['eigenvalues-sgd', 'loss-sgd', 'trace-sam', 'secant-sam']) {
    rmSync(join(study.folder, `${part}.json`));
    const measured: string[] = [];
    await measureEigenvectors({ ...study, onProgress: (progress) => measured.push(progress.part) });
    const [missing, other] = part.endsWith('sgd') ? ['-sgd', '-sam'] : ['-sam', '-sgd'];
    assert.ok(measured.some((name) => name === `eigenvalues${missing}`) && measured.every((name) => !name.endsWith(other)), `${part}: ${measured.join()}`);
    assert.equal(withoutSeconds(contents(study.folder)[`${part}.json`]!), withoutSeconds(stored[`${part}.json`]!));
  }
  const before = tensorCount();
  rmSync(join(study.folder, 'trace-sgd.json'));
  writeFileSync(join(study.folder, 'eigenvalues-sgd.json'), '{');
  await assert.rejects(measureEigenvectors(study), /eigenvalues-sgd\.json is not the stored part/);
  assert.equal(tensorCount(), before);
  study.networks.forEach(disposeNetwork);
});

test('a training path is measured on its plane, from before its first point to beyond its last', async (t) => {
  const folder = folderOf(t);
  const before = tensorCount();
  const model = smallModel();
  const snapshots = [0, 1, 2].map((seed) => ({ parameters: initialParameters(model, { seed, zeroInitResidual: false }), statistics: initialStatistics(model) }));
  const images = syntheticDataset(10, { trainPerClass: 1, testPerClass: 1, seed: 0 }).train;
  const input = { model, snapshots, moments: ['1', '2', '3'], network: 'net', images, normalization: 'half', gridPoints: 2, folder, name: 'path' } as const;
  const { path, explainedVariance } = await measureTrajectory(input);
  assert.deepEqual(JSON.parse(readFileSync(join(folder, 'path.json'), 'utf8')), { moments: ['1', '2', '3'], path, explainedVariance });
  // Three points always lie in a plane.
  assert.ok(Math.abs(explainedVariance[0] + explainedVariance[1] - 1) < 1e-6);
  const { points, losses } = readSamples(join(folder, 'path-plane.json'));
  const xs = path.map(([x]) => x);
  const [low, high] = [Math.min(...xs), Math.max(...xs)];
  assert.deepEqual(points.slice(0, 2).map(([x]) => x), [low - 0.25 * (high - low), high + 0.25 * (high - low)]);
  assert.equal(losses['train']!.batchNorm, 're-estimated');
  snapshots.forEach(disposeNetwork);
  assert.equal(tensorCount(), before);
});

test('three minima are at their coordinates on the plane, and two or four are refused', async (t) => {
  const folder = folderOf(t);
  const before = tensorCount();
  const model = smallModel();
  const snapshots = [0, 1, 2].map((seed) => ({ parameters: initialParameters(model, { seed, zeroInitResidual: false }), statistics: initialStatistics(model) }));
  const images = syntheticDataset(10, { trainPerClass: 1, testPerClass: 1, seed: 0 }).train;
  const input = { model, snapshots, moments: ['a', 'b', 'c'], network: 'nets', images, normalization: 'half', gridPoints: 2, folder, name: 'three' } as const;
  const { places } = await measureMinima(input);
  assert.deepEqual(JSON.parse(readFileSync(join(folder, 'minima.json'), 'utf8')), { minima: ['a', 'b', 'c'], places });
  const distance = (one: number, other: number): number => {
    const difference = snapshots[one]!.parameters.plus(snapshots[other]!.parameters, -1);
    const length = difference.norm();
    difference.dispose();
    return length;
  };
  // On the plane they are as far apart as in weight space, up to the rounding of single precision.
  for (const [one, other] of [[0, 1], [0, 2], [1, 2]] as const) {
    const [a, b] = [places[one], places[other]];
    assert.ok(Math.abs(Math.hypot(a[0] - b[0], a[1] - b[1]) / distance(one, other) - 1) < 1e-5);
  }
  const { points, directions } = readSamples(join(folder, 'three-plane.json'));
  assert.equal(points.length, 4);
  assert.equal(directions, 'through a, b, c');
  for (const wrong of [snapshots.slice(0, 2), [...snapshots, snapshots[0]!]]) {
    await assert.rejects(measureMinima({ ...input, snapshots: wrong }), { name: 'RangeError', message: new RegExp(`expected three minima, got ${wrong.length}`) });
  }
  snapshots.forEach(disposeNetwork);
  assert.equal(tensorCount(), before);
});

test('the straight line always includes both networks, however many points it has', () => {
  assert.deepEqual(placesBetween(5), [-0.5, 0, 0.5, 1, 1.5]);
  for (const count of [2, 3, 15, 41]) {
    const places = placesBetween(count);
    assert.ok(places.includes(0) && places.includes(1), `${count} places`);
    assert.deepEqual([...places].sort((a, b) => a - b), places);
  }
});

test('more images than the networks were trained on are refused by the name of the flag', () => {
  const pair = syntheticDataset(10, { trainPerClass: 4, testPerClass: 1, seed: 0 });
  assert.throws(() => studyData(pair, { ...SETTINGS, probedPerClass: 3 }), /probedPerClass 3 is more than the 2 images .* give --probed-per-class 2 or less/);
  assert.throws(() => studyData(pair, { ...SETTINGS, testPerClass: 2 }), /give --test-per-class 1 or less, 0 for all/);
});
