import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs, { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { claimRun } from './claim';
import { thisOwner, type Owner } from './owner';
import { testFolder, testPrograms } from './testing/programs';

/** A process that claims a run on request, reports whether it has it, and lives until told to end. */
async function claimant(t: TestContext, folder: string): Promise<{ readonly child: ChildProcess; readonly claim: () => Promise<boolean> }> {
  const script = `
    const { claimRun } = require(${JSON.stringify(join(__dirname, 'claim.js'))});
    const { thisOwner } = require(${JSON.stringify(join(__dirname, 'owner.js'))});
    process.on('message', async () => process.send('release' in (await claimRun(${JSON.stringify(folder)}, thisOwner()))));
    process.send('ready');`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  t.after(() => child.kill('SIGKILL'));
  await once(child, 'message');
  return {
    child,
    claim: async () => {
      child.send('claim');
      return ((await once(child, 'message')) as [boolean])[0];
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

void test('a run belongs to one process until that releases it or ends, and no file is left', async (t) => {
  const folder = join(testFolder(t), 'run.claims');
  const other = await claimant(t, folder);
  const mine = await claimRun(folder, thisOwner());
  assert.ok('release' in mine);
  assert.equal(await other.claim(), false);
  mine.release();
  assert.ok(!existsSync(folder));
  assert.equal(await other.claim(), true);
  const holder = await claimRun(folder, thisOwner());
  assert.ok('host' in holder);
  assert.equal(holder.pid, other.child.pid);
  await end(other.child);
  const taken = await claimRun(folder, thisOwner());
  assert.ok('release' in taken);
  taken.release();
  assert.ok(!existsSync(folder));
});

void test('of many processes that find the claim of a dead one at once, only one gets the run', async (t) => {
  const folder = join(testFolder(t), 'run.claims');
  mkdirSync(folder);
  writeFileSync(join(folder, '1.json'), JSON.stringify({ ...thisOwner(), started: '1' } satisfies Owner));
  const claimants = await Promise.all(Array.from({ length: 5 }, () => claimant(t, folder)));
  for (let round = 0; round < 10; round++) {
    const got = await Promise.all(claimants.map(({ claim }) => claim()));
    // The winner of the first round stays alive, and cannot claim its own run a second time.
    assert.equal(got.filter(Boolean).length, round === 0 ? 1 : 0, `round ${round}`);
  }
});

void test('a process learns that its run was taken over, whether the other is still making it or has finished', async (t) => {
  const folder = join(testFolder(t), 'run.claims');
  const claim = await claimRun(folder, thisOwner());
  assert.ok('release' in claim);
  assert.ok(claim.holds());
  writeFileSync(join(folder, '2.json'), JSON.stringify(ELSEWHERE));
  assert.ok(!claim.holds());
  rmSync(folder, { recursive: true });
  assert.ok(!claim.holds());
});

const ELSEWHERE: Owner = { host: 'node7', pid: 1, started: '1', task: '412_3' };

const cases: readonly (readonly [string, Owner, string | undefined, boolean])[] = [
  ['a task that runs on another node', ELSEWHERE, 'echo RUNNING', false],
  ['a task that is being ended there', ELSEWHERE, 'echo COMPLETING', false],
  ['a task that waits to be run again', ELSEWHERE, 'echo PENDING', true],
  ['a task that has ended', ELSEWHERE, 'exit 0', true],
  ['a task that Slurm has forgotten', ELSEWHERE, 'echo "slurm_load_jobs error: Invalid job id specified" >&2; exit 1', true],
  ['a task of a Slurm that does not answer', ELSEWHERE, 'echo "Unable to contact slurm controller" >&2; exit 1', false],
  ['a task where there is no Slurm to ask', ELSEWHERE, undefined, false],
  ['an earlier life of the same task', { ...ELSEWHERE, task: '412_4' }, 'echo RUNNING', true],
  ['a process of another machine', { host: 'laptop', pid: 1, started: '1' }, 'exit 0', false],
  ['a process number that was given out again', { ...thisOwner(), started: '1' }, undefined, true],
];

for (const [name, owner, squeue, taken] of cases) {
  void test(`the run of ${name} is ${taken ? 'taken over' : 'left to it'}`, async (t) => {
    const folder = join(testFolder(t), 'run.claims');
    const { calls } = testPrograms(t, squeue === undefined ? {} : { squeue });
    mkdirSync(folder);
    writeFileSync(join(folder, '1.json'), JSON.stringify(owner));
    const claim = await claimRun(folder, { ...thisOwner(), task: '412_4' });
    assert.equal('release' in claim, taken);
    assert.deepEqual(readdirSync(folder), taken ? ['1.json', '2.json'] : ['1.json']);
    assert.ok(calls().every((call) => call.includes('--jobs=412_3')));
  });
}

const unreadable: readonly (readonly [string, string | undefined])[] = [
  ['that a power cut left empty', ''],
  ['of zero bytes', '\0'.repeat(64)],
  ['that is cut off', '{"host":"node7","pi'],
  ['of another shape', '{"host":"node7"}'],
  ['of no object', 'null'],
  ['that is a folder', undefined],
];

for (const [what, content] of unreadable) {
  void test(`a claim ${what} counts as abandoned, is named once, and goes with the run's end`, async (t) => {
    const folder = join(testFolder(t), 'run.claims');
    const file = join(folder, '1.json');
    mkdirSync(content === undefined ? file : folder, { recursive: true });
    if (content !== undefined) {
      writeFileSync(file, content);
    }
    const said = t.mock.method(console, 'error', () => undefined);
    const claim = await claimRun(folder, thisOwner());
    assert.ok('release' in claim);
    assert.equal(said.mock.callCount(), 1);
    assert.ok(String(said.mock.calls[0]!.arguments[0]).startsWith(`claimRun: ${file} is not a claim (`));
    claim.release();
    assert.ok(!existsSync(folder));
  });
}

void test('a claim is flushed to disk before it is renamed, then the folder is', async (t) => {
  const folder = join(testFolder(t), 'run.claims');
  const synced: string[] = [];
  const sync = fs.fsyncSync;
  t.mock.method(fs, 'fsyncSync', (descriptor: number) => {
    synced.push(fs.readlinkSync(`/proc/self/fd/${descriptor}`).split('/').at(-1)!);
    sync(descriptor);
  });
  assert.ok('release' in (await claimRun(folder, thisOwner())));
  assert.deepEqual(synced.map((name) => name.replace(/^.*\.tmp$/, 'draft')), ['draft', 'run.claims']);
});
