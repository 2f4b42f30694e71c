import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { imageCount } from '../data/dataset';
import { tensorCount } from '../engine/tensor';
import { createModel } from '../models/create';
import { loadWeights } from '../models/torchvision';
import { readTrainingRecord } from '../models/trainingRecord';
import { expectAllClose } from '../testing/expectAllClose';
import { evaluate } from '../train/evaluate';
import { disposeNetwork } from '../train/network';
import { compare } from './compare';
import type { ExperimentConfig } from './config';
import { experimentData } from './experimentData';
import { runOwnRule } from './ownRun';
import { DEFAULT_CONFIG } from './presets';
import type { EpochRecord, RunResult } from './result';
import type { ExperimentFolders } from './folders';
import { runExperiment, runWithNetwork } from './run';
import { bestEvaluation } from './makeRun';
import { readResults, runId } from './store';

/** A folder without data sets; the embedded one is allowed instead. */
function foldersIn(base: string): ExperimentFolders {
  return { data: join(base, 'none'), allowSynthetic: true, results: join(base, 'results'), checkpoints: join(base, 'checkpoints'), weights: join(base, 'weights') };
}

const CONFIG: ExperimentConfig = {
  ...DEFAULT_CONFIG,
  imagesPerClass: 2,
  heldOutPerClass: 1,
  testImagesPerClass: 1,
  model: 'resnet20',
  normalization: 'half',
  method: 'sam',
  epochs: 4,
  warmupEpochs: 0,
  batchSize: 5,
  kernels: 'pinned',
};

/** The fields of a result without times and machine. */
function numbersOf(result: RunResult | undefined): unknown {
  assert.ok(result);
  const { config, data, status, history, final, gradientEvaluations } = result;
  return { config, data, status, final, gradientEvaluations, history: history.map((record) => ({ ...record, seconds: 0 })) };
}

/** Started as a separate process, this file only makes the run. */
async function runAsChild(base: string): Promise<void> {
  await runExperiment(CONFIG, { preset: 'smoke', folders: foldersIn(base), checkpointSeconds: 0 });
}

/** Starts the run in a separate process and kills it as soon as there is a checkpoint. */
async function killInTheMiddle(base: string): Promise<void> {
  const child = spawn(process.execPath, [__filename], { env: { ...process.env, SAMLAB_TEST_RUN: base }, stdio: 'ignore' });
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once('exit', (_, signal) => resolve(signal)));
  const checkpoint = join(base, 'checkpoints', `${runId(CONFIG)}.safetensors`);
  while (!existsSync(checkpoint) && child.exitCode === null) {
    await sleep(20);
  }
  child.kill('SIGKILL');
  assert.equal(await ended, 'SIGKILL');
  assert.ok(existsSync(checkpoint));
  assert.ok(!existsSync(join(base, 'results', `${runId(CONFIG)}.json`)));
}

function defineTests(): void {
  const base = mkdtempSync(join(tmpdir(), 'samlab-run-'));
  after(() => rmSync(base, { recursive: true }));

  void test('a killed run resumes and gives the numbers of an unbroken one; its tensors are freed', async () => {
    const broken = join(base, 'broken');
    await killInTheMiddle(broken);
    let firstStep: readonly number[] | undefined;
    const before = tensorCount();
    const resumed = await runExperiment(CONFIG, {
      preset: 'smoke',
      folders: foldersIn(broken),
      onProgress: ({ epoch, step }) => (firstStep ??= [epoch, step]),
    });
    assert.equal(tensorCount(), before);
    assert.notDeepEqual(firstStep, [1, 1], 'the run started over instead of resuming');
    const unbroken = await runExperiment(CONFIG, { preset: 'smoke', folders: foldersIn(join(base, 'unbroken')) });
    assert.deepEqual(numbersOf(resumed), numbersOf(unbroken));
    assert.equal(resumed?.gradientEvaluations, 2 * 4 * 4);
    assert.ok(resumed.data.synthetic);
    assert.deepEqual(readdirSync(join(broken, 'checkpoints')), []);
  });

  void test('a stored run is not repeated unless asked', async () => {
    let steps = 0;
    const options = { preset: 'smoke', folders: foldersIn(join(base, 'unbroken')), onProgress: () => steps++ };
    const stored = await runExperiment(CONFIG, options);
    assert.equal(steps, 0);
    const again = await runExperiment(CONFIG, { ...options, again: true });
    assert.equal(steps, 16);
    assert.deepEqual(numbersOf(again), numbersOf(stored));
  });

  void test("the weights of a run open under torchvision's names, and say what they were trained with", () => {
    const model = createModel('resnet20', 'cifar', 10);
    const file = join(base, 'unbroken', 'weights', `${runId(CONFIG)}.safetensors`);
    disposeNetwork(loadWeights(file, model));
    assert.deepEqual(readTrainingRecord(file), { run: runId(CONFIG), config: CONFIG, images: 'synthetic-10' });
  });

  void test('snapshots are stored during training, the last equal to the final weights, and change no number', async () => {
    const snapshots = join(base, 'snapshots');
    const result = await runExperiment({ ...CONFIG, snapshotEvery: 3 }, { preset: 'smoke', folders: foldersIn(snapshots) });
    const plain = await runExperiment(CONFIG, { preset: 'smoke', folders: foldersIn(join(base, 'unbroken')) });
    assert.deepEqual(numbersOf({ ...result!, config: CONFIG }), numbersOf(plain));
    const folder = join(snapshots, 'weights', runId(CONFIG));
    assert.deepEqual(readdirSync(folder).sort(), ['epoch-3.safetensors', 'epoch-4.safetensors']);
    assert.deepEqual(readFileSync(join(folder, 'epoch-4.safetensors')), readFileSync(`${folder}.safetensors`));
    assert.notDeepEqual(readFileSync(join(folder, 'epoch-3.safetensors')), readFileSync(`${folder}.safetensors`));
  });

  void test('real results never come from embedded images', async () => {
    const folders = { ...foldersIn(join(base, 'real')), allowSynthetic: false };
    await assert.rejects(runExperiment(CONFIG, { preset: 'laptop', folders }), /CIFAR-10 is not in .*none/);
    assert.ok(!existsSync(join(base, 'real', 'results')));
  });

  void test('a run chosen by its test error reports the lowest of all epochs', async () => {
    const config: ExperimentConfig = { ...CONFIG, selection: 'bestOnTest', epochs: 3 };
    const result = await runExperiment(config, { preset: 'smoke', folders: foldersIn(join(base, 'best')) });
    const errors = result!.history.map(({ heldOut }) => heldOut!.top1Error);
    assert.equal(errors.length, 3);
    assert.equal(result!.final!.top1Error, Math.min(...errors));
    const evaluation = (top1Error: number): Pick<EpochRecord, 'heldOut'> => ({ heldOut: { loss: 0, top1Error, top5Error: 0 } });
    const history = [evaluation(50), evaluation(40), evaluation(45), {}] as EpochRecord[];
    assert.deepEqual(bestEvaluation({ history }), history[1]!.heldOut);
  });

  void test('a run whose test loss is not a number is stored as diverged, and nowhere counts as finished', async () => {
    const config: ExperimentConfig = { ...CONFIG, heldOutPerClass: 0, method: 'sgd', epochs: 1, batchSize: 20, learningRate: 1e30 };
    const folders = foldersIn(join(base, 'no-number'));
    const made = await runExperiment(config, { preset: 'smoke', folders });
    assert.deepEqual([made?.status, made?.final], ['diverged', null]);
    assert.match(made?.divergence ?? '', /^the test loss was (NaN|Infinity)$/);
    assert.deepEqual(await runExperiment(config, { preset: 'smoke', folders }), made, 'as it is read back');
    const own = await runOwnRule({ ...config, method: 'sam' }, { rule: { name: 'none', perturb: ({ gradient }) => gradient.times(0) } }, { preset: 'smoke', folders });
    assert.deepEqual([own?.status, own?.final], ['diverged', null]);
    const { rows } = await compare([{ method: 'sgd' }], { config, seeds: [0], budgets: ['epochs'], folders });
    assert.deepEqual(rows.map(({ n, divergedSeeds, top1Error }) => [n, divergedSeeds, top1Error]), [[0, '0', null]]);
  });

  void test('a result that an earlier version stored as finished with an empty loss is read as diverged', async () => {
    const folder = mkdtempSync(join(base, 'earlier-'));
    const made = await runExperiment({ ...CONFIG, epochs: 1 }, { preset: 'smoke', folders: { ...foldersIn(folder), results: folder } });
    const file = join(folder, `${made!.id}.json`);
    writeFileSync(file, JSON.stringify({ ...made, final: { loss: null, top1Error: 100, top5Error: 100 } }));
    const [read] = await readResults(folder);
    assert.deepEqual([read!.status, read!.final], ['diverged', null]);
  });

  void test('a run that stays at chance for ten epochs is recorded as diverged', async () => {
    const config: ExperimentConfig = { ...CONFIG, method: 'sgd', epochs: 10, batchSize: 20, learningRate: 1e-9 };
    const result = await runExperiment(config, { preset: 'smoke', folders: foldersIn(join(base, 'chance')) });
    assert.equal(result?.status, 'diverged');
    assert.match(result.divergence ?? '', /at chance, 90 %, after 10 epochs/);
    assert.notEqual(result.final, null);
  });

  void test('with label noise each epoch records right-labelled and wrong-labelled images separately, and the test error at the lowest held-out error so far', async () => {
    const folders = foldersIn(join(base, 'noise'));
    const config: ExperimentConfig = { ...CONFIG, method: 'sgd', imagesPerClass: 4, heldOutPerClass: 4, labelNoise: 0.4 };
    const { history, final } = (await runExperiment(config, { preset: 'none', folders }))!;
    assert.equal(history.length, config.epochs);
    let best = Infinity;
    for (const { epoch, heldOut, testAtBest, alsoEvaluated } of history) {
      assert.deepEqual(Object.keys(alsoEvaluated!), ['rightLabels', 'wrongLabels']);
      assert.equal(testAtBest !== undefined, heldOut!.top1Error < best, `epoch ${epoch}`);
      best = Math.min(best, heldOut!.top1Error);
    }
    // The two parts make up the noisy training set: 24 right and 16 wrong labels of 40.
    const data = await experimentData(config, folders);
    assert.deepEqual([imageCount(data.byLabel!.rightLabels), imageCount(data.byLabel!.wrongLabels)], [24, 16]);
    const model = createModel(config.model, config.stem, 10);
    const network = loadWeights(join(folders.weights, `${runId(config)}.safetensors`), model);
    const whole = await evaluate(model, network, data.training, config.normalization);
    disposeNetwork(network);
    const { rightLabels, wrongLabels } = history.at(-1)!.alsoEvaluated!;
    expectAllClose([(24 * rightLabels!.top1Error + 16 * wrongLabels!.top1Error) / 40, (24 * rightLabels!.loss + 16 * wrongLabels!.loss) / 40], [whole.top1Error, whole.loss], { relative: 1e-5 });
    assert.notEqual(final, null);
    const clean = (await runExperiment({ ...config, labelNoise: 0, epochs: 1 }, { preset: 'none', folders }))!;
    assert.equal(clean.history[0]!.alsoEvaluated, undefined);
  });
}

const child = process.env['SAMLAB_TEST_RUN'];
if (child === undefined) {
  defineTests();
} else {
  void runAsChild(child);
}

void test('a run that is trained again for its network leaves its stored result as it is', async (context) => {
  const base = mkdtempSync(join(tmpdir(), 'samlab-network-'));
  context.after(() => rmSync(base, { recursive: true }));
  const folders = foldersIn(base);
  const config = { ...CONFIG, epochs: 1 };
  const first = await runWithNetwork(config, { preset: 'smoke', folders });
  disposeNetwork(first!.network);
  const file = join(folders.results, `${runId(config)}.json`);
  // As if another machine had made it, with another rounding.
  const stored = readFileSync(file, 'utf8').replace(/"seconds": [0-9.]+,\n "gradient/, '"seconds": 12345,\n "gradient');
  assert.match(stored, /12345/);
  writeFileSync(file, stored);
  rmSync(folders.weights, { recursive: true });
  const again = await runWithNetwork(config, { preset: 'smoke', folders });
  disposeNetwork(again!.network);
  assert.equal(readFileSync(file, 'utf8'), stored);
  const asked = await runWithNetwork(config, { preset: 'smoke', folders, again: true });
  disposeNetwork(asked!.network);
  assert.doesNotMatch(readFileSync(file, 'utf8'), /12345/);
});
