import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { PlainVector } from '../../engine/plainVector';
import { tensorCount } from '../../engine/tensor';
import { TensorVector } from '../../engine/tensorVector';
import { expectAllClose } from '../../testing/expectAllClose';
import { StoppedError } from '../../progress/work';
import type { LossFunction } from '../operator';
import { elementsOf, formulaLoss } from '../testing/formulaLoss';
import { evenly, gridPoints, linePoints, toGrid } from './grid';
import { planeOf } from './plane';
import { sharedRange } from './range';
import { samplePoints, type SampleInput, type SampleProgress } from './sample';
import { readSamples, type Samples } from './store';
import { signalWhen } from '../../testing/signalWhen';

/** (w0 - 1)² + 3 w1² + w2 */
const bowl = formulaLoss(([a, b, c]) => (a! - 1) ** 2 + 3 * b! ** 2 + c!);
const origin = PlainVector.of(1, 0, 0.5);
const plane = planeOf(origin, PlainVector.of(2, 0, 0), PlainVector.of(0, 1, 1));
const axis = evenly([-1, 1], 5);
const input: SampleInput<PlainVector> = { surface: plane, points: gridPoints(axis, axis), losses: { train: bowl }, network: 'a formula', directions: 'by hand' };

test('the surface of a quadratic is its closed form', async () => {
  const samples = await samplePoints(input);
  // w = (1 + 2x, y, 0.5 + y)
  const { x, y, z } = toGrid(samples.points, samples.series['train']!.loss);
  assert.deepEqual([x, y], [axis, axis]);
  expectAllClose(z.flat(), axis.flatMap((b) => axis.map((a) => 4 * a ** 2 + 3 * b ** 2 + 0.5 + b)), { absolute: 1e-12 });
  assert.deepEqual(samples.series['train']!.error, []);
});

test('each loss is measured at every point of a line, progress is reported, and the time left falls to 0', async () => {
  const classified: LossFunction<PlainVector> = { ...bowl, evaluate: async (point) => Promise.resolve({ loss: -elementsOf(point)[0]!, error: 10 }) };
  const told: SampleProgress[] = [];
  const samples = await samplePoints({
    surface: { origin, x: plane.x }, points: linePoints(evenly([0, 1], 3)), losses: { train: bowl, test: classified }, network: '', directions: '', onProgress: (progress) => told.push(progress),
  });
  assert.deepEqual(samples.series, { train: { loss: [0.5, 1.5, 4.5], error: [] }, test: { loss: [-1, -2, -3], error: [10, 10, 10] } });
  assert.deepEqual(told.map(({ done, total, loss }) => [done, total, loss]), [[1, 3, 0.5], [2, 3, 1.5], [3, 3, 4.5]]);
  assert.equal(told[2]!.secondsLeft, 0);
  assert.ok(told[0]!.secondsLeft > 0);
});

/** A new folder, removed after the test. */
function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'samlab-samples-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** The loss of `bowl`, which fails or stops at the n-th point. */
function failingAt(place: number): LossFunction<PlainVector> {
  let calls = 0;
  return { ...bowl, evaluate: (point) => (++calls === place ? Promise.reject(new Error('out of memory')) : bowl.evaluate(point)) };
}

test('a plane that was stopped or failed resumes to the same grid, measuring no point twice', async (t) => {
  const whole = await samplePoints(input);
  const file = join(temporaryFolder(t), 'made', 'plane.json');
  let polls = 0;
  await assert.rejects(samplePoints({ ...input, file, signal: signalWhen(() => ++polls > 7) }), StoppedError);
  assert.equal(readSamples(file).series['train']!.loss.length, 7);
  await assert.rejects(samplePoints({ ...input, file, losses: { train: failingAt(6) } }), /out of memory/);
  assert.equal(readSamples(file).series['train']!.loss.length, 12);
  let evaluations = 0;
  const counted = { ...bowl, evaluate: (point: PlainVector) => (evaluations++, bowl.evaluate(point)) };
  assert.deepEqual(await samplePoints({ ...input, file, losses: { train: counted } }), whole);
  assert.equal(evaluations, 13);
  assert.deepEqual(readSamples(file), whole);
  const bytes = readFileSync(file, 'utf8');
  assert.deepEqual(await samplePoints({ ...input, file, losses: { train: failingAt(1) } }), whole, 'a finished plane is read');
  assert.equal(readFileSync(file, 'utf8'), bytes);
});

test('losses that are not finite are stored as NaN, in memory and on disk', async (t) => {
  const file = join(temporaryFolder(t), 'line.json');
  const steep = formulaLoss(([a]) => (a! > 2 ? Infinity : a!));
  const line = { ...input, surface: { origin, x: plane.x }, points: linePoints([0, 0.5, 1]), losses: { train: steep }, file };
  assert.deepEqual((await samplePoints(line)).series['train']!.loss, [1, 2, NaN]);
  assert.deepEqual(readSamples(file).series['train']!.loss, [1, 2, NaN]);
});

test('samples with other settings, and damaged ones, are refused and left alone', async (t) => {
  const file = join(temporaryFolder(t), 'plane.json');
  await samplePoints({ ...input, file });
  const stored = readFileSync(file, 'utf8');
  await assert.rejects(samplePoints({ ...input, file, network: 'another' }), /was measured with other network; delete it/);
  await assert.rejects(samplePoints({ ...input, file, points: gridPoints(axis, evenly([0, 1], 5)) }), /other points/);
  const smoothed = { ...bowl, source: { ...bowl.source, labelSmoothing: 0.1 } };
  await assert.rejects(samplePoints({ ...input, file, losses: { train: smoothed } }), /other losses/);
  assert.equal(readFileSync(file, 'utf8'), stored);
  writeFileSync(file, '{ "format": 0 }');
  await assert.rejects(samplePoints({ ...input, file }), /has format 0, this version reads 1/);
  writeFileSync(file, stored.slice(0, 40));
  await assert.rejects(samplePoints({ ...input, file }), /cannot be read/);
});

test('native weights stay as they are to the bit and nothing is left behind, also when a loss throws in the middle of a plane', async () => {
  const spec = [{ name: 'w', kind: 'weight', shape: [2, 2] }] as const;
  const before = tensorCount();
  const [w, x, y] = [[0.1, 0.2, 0.3, 0.7], [1e-3, 3, 0, 1], [5, 0.3, 1e5, 0]].map((values) => TensorVector.from(spec, [Float32Array.from(values)])) as [TensorVector, TensorVector, TensorVector];
  const values = w.toArrays();
  let calls = 0;
  const loss: LossFunction<TensorVector> = {
    source: { name: 'sum', images: 0, precision: 'float32' },
    evaluate: (point) => (++calls === 8 ? Promise.reject(new Error('stop here')) : Promise.resolve({ loss: elementsOf(point).reduce((a, b) => a + b) })),
    gradient: () => Promise.reject(new Error('unused')),
  };
  const native = { surface: planeOf(w, x, y), points: gridPoints(axis, axis), losses: { sum: loss }, network: '', directions: '' };
  await assert.rejects(samplePoints(native), /stop here/);
  assert.deepEqual(w.toArrays(), values);
  const samples: Samples = await samplePoints(native);
  assert.deepEqual(w.toArrays(), values);
  // x = y = 0 is place 12 of 25: the weights themselves.
  assert.equal(samples.series['sum']!.loss[12], elementsOf(w).reduce((a, b) => a + b));
  [w, x, y].forEach((vector) => vector.dispose());
  assert.equal(tensorCount(), before);
});

test('a grid of one point, a point off the line and a zero direction are refused', async () => {
  assert.throws(() => evenly([-1, 1], 1), /at least 2 points, got 1; a single point shows no surface/);
  assert.throws(() => evenly([1, 1], 3), /two different finite numbers/);
  await assert.rejects(samplePoints({ ...input, points: [] }), /got 0 places and 1 losses/);
  await assert.rejects(samplePoints({ ...input, surface: { origin, x: plane.x } }), /on a line with y = 0/);
  await assert.rejects(samplePoints({ ...input, surface: { origin, x: PlainVector.of(0, 0, 0) } }), /nothing would move along it/);
  await assert.rejects(samplePoints({ ...input, surface: { origin, x: PlainVector.of(1, 0) } }), /different architectures/);
  assert.throws(() => toGrid(gridPoints([0, 1], [0, 1]), [1, 2, 3]), /4 places and 3 values; finish the grid first/);
  assert.equal(existsSync('undefined'), false);
});

test('evenly spaced points around 0 include an exact 0 and are symmetric', () => {
  assert.deepEqual(evenly([-0.3, 0.3], 7).map((value, index, all) => value + all[6 - index]!), [0, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual([evenly([-0.5, 1.5], 41)[10], evenly([-0.5, 1.5], 41)[30]], [0, 1]);
});

/** 1 + curvature (x² + y²) on the plane of the first two elements. */
function net(curvature: number) {
  return { surface: planeOf(PlainVector.of(0, 0), PlainVector.of(1, 0), PlainVector.of(0, 1)), loss: formulaLoss(([a, b]) => 1 + curvature * (a! ** 2 + b! ** 2)) };
}

test('the shared range is where every rim reaches the multiple, by the closed form', async () => {
  // The squares of the distances of the eight places are 1 and 2 times r²: the rim is 1 + 1.5 c r², 10 at r = sqrt(6 / c).
  for (const start of [0.01, 1, 300]) {
    const tried: number[] = [];
    const range = await sharedRange([net(100), net(4)], 10, { start, onProgress: ({ radius }) => tried.push(radius) });
    const exact = Math.sqrt(6 / 4);
    assert.ok(range.radius >= exact && range.radius <= 1.1 * exact, `${range.radius} from ${start}, exact ${exact}`);
    expectAllClose(range.rims, [100, 4].map((c) => 1 + 1.5 * c * range.radius ** 2), { relative: 1e-12 });
    assert.deepEqual([range.centres, tried[0]], [[1, 1], start]);
  }
});

test('an impossible range is refused', async () => {
  await assert.rejects(sharedRange([net(0)], 10), /no radius between/);
  await assert.rejects(sharedRange([net(1)], 1), /a multiple above 1/);
  await assert.rejects(sharedRange([{ ...net(1), loss: formulaLoss(() => 0) }], 10), /losses above 0 at the centres, got 0/);
});
