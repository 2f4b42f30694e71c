import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { DATA, OWN_STORE } from '../files/stores';
import { parseExperimentArguments } from './commandLine';
import { testFolder } from './testing/programs';
import { experiment } from './testing/grid';

const refused: readonly (readonly [readonly string[], RegExp])[] = [
  [['--partition', 'gpu', '--sbatch=--mem=8G'], /^error: only Slurm takes --partition, --sbatch; add --on slurm\./],
  [['--on', 'slurm', '--jobs', '2'], /^error: --jobs limits the runs that this machine makes at once; with --on slurm use --array-limit\./],
  [['--jobs', '0'], /expected a whole number from 1 on, got "0"/],
  [['--on', 'slurm', '--sbatch', 'mem=8G'], /expected an option of sbatch such as "--mem=8G", got "mem=8G"/],
  [['--batchsize', '4'], /unknown option '--batchsize'\n\(Did you mean --batch-size\?\)/],
  [['--lr', '0.1'], /unknown option '--lr'\n\(Did you mean --learning-rate\?\)/],
  [['--ascent-steps', '4'], /picks no runs of smoke, for it changes nothing/],
  [['--preset', 'quick'], /^error: --grid and --preset are two words for the same; give one of them\./],
];

for (const [words, message] of refused) {
  void test(`${words.join(' ')} is refused before anything is started`, async (t) => {
    const { code, output } = await experiment(['--grid', 'smoke', '--store', join(testFolder(t), 'store'), ...words]);
    assert.equal(code, 1);
    assert.match(output, message);
  });
}

void test('Slurm options may be given with --status', async (t) => {
  const { code, output } = await experiment(['--grid', 'smoke', '--store', testFolder(t), '--status', '--partition', 'gpu']);
  assert.equal(code, 0, output);
  assert.match(output, /^smoke: 4 not started\n/);
});

void test('mistakes of a single run are reported by flag, once and without a stack trace; a run on embedded images is found', async (t) => {
  const store = testFolder(t);
  const small = ['--model', 'resnet20', '--images-per-class', '4', '--test-images-per-class', '2', '--epochs', '2', '--store', store];
  const wrong = await experiment([...small, '--batch-size', '1']);
  assert.match(wrong.output, /^the configuration cannot be run:\n {2}--batch-size: Too small: expected number to be >=2, got 1; the default is 128\n$/);
  const late = await experiment([...small, '--batch-size', '100']);
  assert.equal(late.code, 1);
  assert.equal(late.output.match(/expected batches of at most 40 images/g)?.length, 1, late.output);
  assert.doesNotMatch(late.output, /\n {4}at /);
  const made = await experiment([...small, '--batch-size', '20', '--no-flip']);
  assert.match(made.output, /; stored in \S*quick\/results\/cifar10-resnet20-sgd-2-epochs-seed-0-\w+\.json\n/);
  assert.match((await experiment([...small, '--batch-size', '20', '--flip', 'false'])).output, /stored already; --again repeats it/);
  assert.match(await statusWithout(['--status', ...small, '--batch-size', '20', '--no-flip']), /^single: 1 done\n.*with --allow-synthetic, in .*quick\/results\)/);
  assert.match(await statusWithout(['--status', '--store', join(store, 'none')]), /--store: .*none is not there; expected the folder/);
});

/** Runs the command without `--allow-synthetic`. */
function statusWithout(words: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(__dirname, 'main.js'), ...words], (_, stdout, stderr) => resolve(stdout + stderr));
  });
}

void test("runs of presets go to the project's store; single runs and custom grids only on request", () => {
  const storeOf = (...words: readonly string[]): string => parseExperimentArguments(words).store;
  assert.deepEqual([['--preset', 'laptop'], ['--grid', 'paper', '--epochs', '100'], ['--allow-synthetic']].map((words) => storeOf(...words)), [DATA, DATA, DATA]);
  assert.deepEqual([[], ['--method', 'sam', '--epochs', '2'], ['--grid', 'mine.json'], ['--grid', './laptop.json']].map((words) => storeOf(...words)), Array(4).fill(OWN_STORE));
  assert.equal(storeOf('--epochs', '2', '--store', DATA), DATA);
});
