import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { DATA, OWN_STORE } from '../train/stores';
import { parseExperimentArguments } from './commandLine';
import { testFolder } from './testPrograms';
import { experiment } from './testGrid';

const refused: readonly (readonly [readonly string[], RegExp])[] = [
  [['--partition', 'gpu', '--sbatch=--mem=8G'], /^error: --partition, --sbatch can only be asked of Slurm; say --on slurm too\./],
  [['--on', 'slurm', '--jobs', '2'], /^error: --jobs says how many runs this machine makes at once; with --on slurm it is --array-limit\./],
  [['--jobs', '0'], /expected a whole number from 1 on, got "0"/],
  [['--on', 'slurm', '--sbatch', 'mem=8G'], /expected an option of sbatch such as "--mem=8G", got "mem=8G"/],
  [['--preset', 'quick'], /^error: --grid and --preset are two words for the same; give one of them\./],
];

for (const [words, message] of refused) {
  void test(`${words.join(' ')} is refused before anything is started`, async (t) => {
    const { code, output } = await experiment(['--grid', 'smoke', '--store', join(testFolder(t), 'store'), ...words]);
    assert.equal(code, 1);
    assert.match(output, message);
  });
}

void test('what is asked of Slurm may stand beside --status', async (t) => {
  const { code, output } = await experiment(['--grid', 'smoke', '--store', testFolder(t), '--status', '--partition', 'gpu']);
  assert.equal(code, 0, output);
  assert.match(output, /^smoke: 4 not started\n/);
});

void test("runs of presets fill the project's store; single runs and one's own grids never do, unless that is asked for", () => {
  const storeOf = (...words: readonly string[]): string => parseExperimentArguments(words).store;
  assert.deepEqual([['--preset', 'laptop'], ['--grid', 'paper', '--epochs', '100'], ['--allow-synthetic']].map((words) => storeOf(...words)), [DATA, DATA, DATA]);
  assert.deepEqual([[], ['--method', 'sam', '--epochs', '2'], ['--grid', 'mine.json'], ['--grid', './laptop.json']].map((words) => storeOf(...words)), Array(4).fill(OWN_STORE));
  assert.equal(storeOf('--epochs', '2', '--store', DATA), DATA);
});
