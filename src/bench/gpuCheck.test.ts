import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { gpuCheck, NO_CARD, runNode, type Check } from './gpuCheck';

const CARD = ['GPU 0: a card'];

function check(title: string, problem?: string): Check & { readonly ran: () => number } {
  let runs = 0;
  return { title, minutes: 1, ran: () => runs, run: () => (runs++, Promise.resolve(problem)) };
}

test('without a card nothing is run, and it is said so', async (context) => {
  const said = context.mock.method(console, 'log', () => undefined);
  const one = check('one');
  assert.equal(await gpuCheck([], [one]), NO_CARD);
  assert.equal(one.ran(), 0);
  assert.match(String(said.mock.calls[0]?.arguments[0]), /finds no NVIDIA card here, so nothing was checked \(exit code 77\)/);
});

test('the command itself ends with that code where the driver finds no card', () => {
  const { status, stdout } = spawnSync(process.execPath, [join(__dirname, 'main.js'), 'gpu-check'], { encoding: 'utf8', env: { ...process.env, PATH: '' } });
  assert.equal(status, NO_CARD);
  assert.match(stdout, /nothing was checked/);
});

test('every check runs even if others fail, failures are printed, and the exit code shows them', async (context) => {
  const said: string[] = [];
  context.mock.method(console, 'log', (line: string) => said.push(line));
  const [bad, good] = [check('bad', 'first line\nsecond line'), check('good')];
  const throwing: Check = { title: 'throwing', minutes: 1, run: () => Promise.reject(new Error('broken off')) };
  assert.equal(await gpuCheck(CARD, [bad, throwing, good]), 1);
  assert.equal(good.ran(), 1);
  const text = said.join('\n');
  assert.match(text, /FAILED: bad \(\d+ s\)\n {2}first line\n {2}second line\nFAILED: throwing .*\n {2}broken off\npassed: good .*\ngpu-check: 2 of 3 checks failed/);
  assert.equal(await gpuCheck(CARD, [good]), 0);
});

test('a program that fails or does not end is reported with its output', async () => {
  assert.equal(await runNode(['-e', 'console.log("fine")'], 1), undefined);
  assert.match((await runNode(['-e', 'console.log("so far"); console.error("bad"); process.exit(3)'], 1))!, /so far\nbad\n\(exit code 3\)|bad\nso far\n\(exit code 3\)/);
  assert.match((await runNode(['-e', 'console.log("begun"); setInterval(() => {}, 1000)'], 0.02))!, /begun\n\(no end within 0\.02 minutes\)/);
});
