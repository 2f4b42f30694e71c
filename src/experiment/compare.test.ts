import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { tensorCount } from '../engine/tensor';
import type { PerturbationRule } from '../optim/perturbation';
import { evaluate } from '../train/evaluate';
import { compare } from './compare';
import type { Comparison, ComparisonRun, ComparisonSetting } from './comparison';
import type { ExperimentConfig } from './config';
import { defineConfig } from './defineConfig';
import { experimentData } from './experimentData';
import type { ExperimentFolders } from './folders';
import { stoppedTraining } from './interrupt';
import { signalWhen } from '../testing/signalWhen';

const CONFIG: Partial<ExperimentConfig> = {
  imagesPerClass: 1,
  testImagesPerClass: 1,
  model: 'resnet20',
  normalization: 'half',
  epochs: 2,
  warmupEpochs: 1,
  batchSize: 5,
  kernels: 'pinned',
};

function settingIn(context: TestContext, changes: Partial<ComparisonSetting> = {}): ComparisonSetting & { readonly folders: ExperimentFolders } {
  const base = mkdtempSync(join(tmpdir(), 'samlab-compare-'));
  context.after(() => rmSync(base, { recursive: true }));
  const folders = { data: join(base, 'none'), allowSynthetic: true, results: join(base, 'results'), checkpoints: join(base, 'checkpoints'), weights: join(base, 'weights') };
  context.mock.method(console, 'log', () => undefined);
  return { config: CONFIG, seeds: [0, 1], folders, ...changes };
}

/** SAM, written as a user would. */
const LIKE_SAM: PerturbationRule = { name: 'like SAM', perturb: ({ gradient, rho }) => gradient.times(rho / gradient.norm()) };

void test('methods train under both budgets from the same weights; a rule of one\'s own that is SAM gets SAM\'s numbers', async (context) => {
  const setting = settingIn(context);
  const before = tensorCount();
  const started: string[] = [];
  const { rows, runs, base } = await compare([{ method: 'sam' }, { rule: LIKE_SAM }], { ...setting, onRun: ({ label, budget, run, runs: all }) => started.push(`${run}/${all} ${label} ${budget}`) });
  assert.equal(tensorCount(), before);
  assert.equal(base, 'SGD (no SAM)');
  assert.deepEqual(started.slice(0, 3), ['1/12 SGD (no SAM) epochs', '2/12 SAM epochs', '3/12 like SAM epochs']);
  // Two epochs of two batches: four gradients for SGD and eight for SAM, which has one epoch where all have four.
  assert.deepEqual(rows.map(({ method, budget, epochs, gradientEvaluations, n }) => [method, budget, epochs, gradientEvaluations, n]), [
    ['SGD (no SAM)', 'epochs', 2, 4, 2], ['SAM', 'epochs', 2, 8, 2], ['like SAM', 'epochs', 2, 8, 2],
    ['SGD (no SAM)', 'gradients', 2, 4, 2], ['SAM', 'gradients', 1, 4, 2], ['like SAM', 'gradients', 1, 4, 2],
  ]);
  const first = (label: string, seed = 0): number => runs.find((run) => run.label === label && run.result.config.seed === seed)!.result.history[0]!.trainLoss;
  const losses = (label: string): unknown => runs.filter((run) => run.label === label).map(({ result }) => result.history.map(({ trainLoss }) => trainLoss));
  assert.deepEqual(losses('like SAM'), losses('SAM'));
  assert.notEqual(first('SAM'), first('SGD (no SAM)'));
  assert.notEqual(first('SAM'), first('SAM', 1));
  assert.equal(runs.find(({ label, budget }) => label === 'SAM' && budget === 'gradients')!.result.config.warmupEpochs, 0.5);
});

void test('stored runs are not repeated, custom rules are stored only under a name; a stopped comparison returns its finished runs', async (context) => {
  const setting = settingIn(context, { seeds: [0], budgets: ['epochs'], config: { ...CONFIG, epochs: 1, warmupEpochs: 0 } });
  let steps = 0;
  const counting = { ...setting, onProgress: (): void => { steps++; } };
  const methods = [{ method: 'sgd' }, { rule: LIKE_SAM, storeAs: 'mine' }, { rule: { ...LIKE_SAM, name: 'in memory' } }] as const;
  const first = await compare(methods, counting);
  assert.equal(steps, 3 * 2);
  assert.equal(readdirSync(setting.folders.results).filter((file) => file.endsWith('.json')).length, 1);
  assert.deepEqual(readdirSync(join(setting.folders.results, 'own')).map((file) => file.slice(0, 5)), ['mine-']);
  let stops = 0;
  // Images are embedded ones, and custom rules' results from them are not reused as real ones; SGD's stored results are read again.
  const second = await compare(methods, { ...counting, signal: signalWhen(() => ++stops > 1) });
  assert.equal(steps, 3 * 2);
  assert.deepEqual(second.runs.map(({ label }) => label), ['SGD (no SAM)']);
  assert.equal(second.rows[0]!.top1Error, first.rows[0]!.top1Error);
});

void test('a custom rule with `storeAs` resumes from its checkpoint with the same numbers; one without starts over, with a notice', async (context) => {
  const setting = settingIn(context, { seeds: [0], budgets: ['epochs'], config: { ...CONFIG, epochs: 2, warmupEpochs: 0 } });
  let steps = 0;
  const checkpoints: boolean[] = [];
  const counting = {
    ...setting,
    onProgress: (): void => { steps++; },
    onRun: ({ hasCheckpoint }: ComparisonRun): void => { checkpoints.push(hasCheckpoint); },
  };
  const stored = [{ rule: LIKE_SAM, storeAs: 'mine' }] as const;
  // Each run has two epochs of two batches; SGD takes the first four steps.
  await compare(stored, { ...counting, signal: signalWhen(() => steps >= 6) });
  assert.equal(steps, 6);
  const resumed = await compare(stored, counting);
  assert.equal(steps, 6 + 2, 'SGD is stored, and two steps of the own rule were left');
  const unbroken = await compare([{ rule: LIKE_SAM }], counting);
  const lossesOf = ({ runs }: Comparison): unknown => runs.at(-1)!.result.history.map(({ trainLoss }) => trainLoss);
  assert.deepEqual(lossesOf(resumed), lossesOf(unbroken));
  assert.deepEqual(checkpoints, [true, true, true, true, true, false]);
  assert.match(stoppedTraining('x').message, /its checkpoint is stored/);
  assert.match(stoppedTraining('x', false).message, /no checkpoint without a `storeAs`, so this run starts from the beginning/);
});

void test('with equal gradients the epochs with perturbations move as the end of the run does', async (context) => {
  const setting = settingIn(context, { seeds: [0], config: { ...CONFIG, epochs: 4, warmupEpochs: 0, perturbationStart: 3, perturbationEnd: 4 } });
  const { runs } = await compare([{ method: 'sam' }], setting);
  const windows = runs.filter(({ label }) => label === 'SAM').map(({ budget, result: { config } }) => [budget, config.epochs, config.perturbationStart, config.perturbationEnd]);
  // Two of four epochs with two gradients a step cost 12 gradients instead of 8: 8 / 12 of four epochs are three, from 1 + round(2 x 3 / 4) to the last.
  assert.deepEqual(windows, [['epochs', 4, 3, 4], ['gradients', 3, 3, 3]]);
});

void test('networks that are kept are those of the results, just trained or read from their files; none leaks', async (context) => {
  const setting = settingIn(context, { seeds: [0], config: { ...CONFIG, warmupEpochs: 0 }, keepNetworks: true });
  const before = tensorCount();
  const methods = [{ method: 'sam' }, { rule: LIKE_SAM, storeAs: 'mine' }, { rule: { ...LIKE_SAM, name: 'in memory' } }] as const;
  const { test: images } = await experimentData(defineConfig(CONFIG), setting.folders);
  let steps = 0;
  for (const stored of [false, true]) {
    const comparison = await compare(methods, { ...setting, onProgress: () => { steps++; } });
    assert.deepEqual(comparison.networks.map(({ label, budget, seed }) => [label, budget, seed]), comparison.runs.map(({ label, budget, result }) => [label, budget, result.config.seed]));
    assert.equal(comparison.networks.length, 4 * 2, `stored: ${stored}`);
    for (const [index, { model, network }] of comparison.networks.entries()) {
      const { loss } = await evaluate(model, network, images, 'half');
      assert.equal(loss, comparison.runs[index]!.result.final!.loss);
    }
    const [first] = comparison.networks;
    assert.equal(comparison.networks.find(({ label, budget }) => label === first!.label && budget === 'gradients')!.network, first!.network, 'one run, one network');
    comparison.dispose();
    assert.equal(tensorCount(), before, `stored: ${stored}`);
  }
  // Two batches an epoch: two epochs, and one where gradients are equal, of SGD (which is one run), SAM and both rules; then the rules again, because their results are from embedded images.
  assert.equal(steps, (4 + 3 * 6) + 2 * 6);
  const failing = { rule: { name: 'broken', perturb: () => { throw new Error('broken'); } } };
  await assert.rejects(compare([failing], setting), /broken/);
  assert.equal(tensorCount(), before, 'after an error');
});

const refused: readonly (readonly [string, Parameters<typeof compare>[0], Partial<ComparisonSetting>, RegExp])[] = [
  ['two methods of one name', [{ method: 'sam' }, { method: 'sam' }], {}, /two methods are called "SAM"; give one of them a `label`/],
  ['a rule and a method at once', [{ method: 'sam', rule: LIKE_SAM }], {}, /expected a method or a rule, got method "sam" with the rule like SAM/],
  ['neither a rule nor a method', [{ rho: 1 }], {}, /one has neither/],
  ['a rule without perturb', [{ rule: { name: 'empty' } as unknown as PerturbationRule }], {}, /the rule empty has no function `perturb`/],
  ['a setting out of range', [{ method: 'sam', rho: -1 }], {}, /rho: Too small/],
  ['a name that is no file name', [{ rule: LIKE_SAM, storeAs: '../mine' }], {}, /expected a name of letters, digits and hyphens to store under, got "..\/mine"/],
  ['no seed', [{ method: 'sam' }], { seeds: [] }, /expected one seed or more/],
  ['a seed given twice', [{ method: 'sam' }], { seeds: [1, 1] }, /each once, got \[1, 1\]/],
];

for (const [name, methods, changes, message] of refused) {
  void test(`${name} is refused before anything is trained`, async (context) => {
    const onRun = context.mock.fn();
    await assert.rejects(compare(methods, settingIn(context, { ...changes, onRun })), { name: 'RangeError', message });
    assert.equal(onRun.mock.callCount(), 0);
  });
}

void test('a rule that returns NaN is named', async (context) => {
  const setting = settingIn(context, { seeds: [0] });
  await assert.rejects(compare([{ rule: { name: 'broken', perturb: ({ gradient }) => gradient.times(NaN) } }], setting), /the rule broken returned a perturbation of norm NaN/);
});

void test('an unreadable stored result is named, and the other runs are made and returned', async (context) => {
  const setting = settingIn(context, { seeds: [0, 1], config: { ...CONFIG, epochs: 1, warmupEpochs: 0 } });
  const complaints = context.mock.method(console, 'error', () => undefined);
  await compare([{ method: 'sgd' }], { ...setting, budgets: ['epochs'] });
  const damaged = readdirSync(setting.folders.results).find((name) => name.includes('seed-0'))!;
  writeFileSync(join(setting.folders.results, damaged), '');
  const { runs, rows, problems } = await compare([{ method: 'sam' }], setting);
  assert.equal(problems[0]?.includes(`${damaged} is not a stored result (it is empty)`), true);
  assert.equal(complaints.mock.calls.length > 0, true);
  assert.deepEqual(runs.map(({ label, budget, result }) => `${label} ${budget} ${result.config.seed}`), [
    'SAM epochs 0', 'SGD (no SAM) epochs 1', 'SAM epochs 1', 'SGD (no SAM) gradients 1', 'SAM gradients 0', 'SAM gradients 1',
  ].sort((a, b) => order(a) - order(b)));
  assert.deepEqual(new Map(rows.filter(({ budget }) => budget === 'epochs').map(({ method, n }) => [method, n])), new Map([['SAM', 2], ['SGD (no SAM)', 1]]));
});

/** Budget, then seed, then SGD before SAM. */
function order(run: string): number {
  return (run.includes('gradients') ? 4 : 0) + (run.endsWith('1') ? 2 : 0) + (run.startsWith('SAM') ? 1 : 0);
}
