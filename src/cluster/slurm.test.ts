import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { experimentFolders } from '../experiment/folders';
import type { RunResult } from '../experiment/result';
import { readResults, runId } from '../experiment/store';
import { planGrid } from './gridPlan';
import type { Owner } from './owner';
import { readError, runFiles } from './runFiles';
import { TestSlurm, whyNoSlurm } from './testSlurm';

/** Two runs of ResNet-20 on 40 images, and one that fails: no batch of 100 can be had from 40 images. */
const GRID = {
  changes: { model: 'resnet20', imagesPerClass: 4, testImagesPerClass: 2, normalization: 'half', method: 'sam', epochs: 8, warmupEpochs: 0 },
  grid: { batchSize: [10, 20, 100] },
};

interface Ended {
  readonly code: number | string;
  readonly output: string;
}

function experiment(words: readonly string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(__dirname, 'main.js'), ...words, '--allow-synthetic', '--no-estimate'], { env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : (error.code ?? 'killed'), output: stdout + stderr }),
    );
  });
}

/** What results say beside clocks and machines, by run. */
function numbersOf(results: readonly RunResult[]): unknown {
  return results.map(({ config, data, status, history, final, gradientEvaluations }) => ({
    ...{ config, data, status, final, gradientEvaluations },
    history: history.map((record) => ({ ...record, seconds: 0 })),
  }));
}

/** The process that trains a run: the child of the one that has claimed it. */
function trainingProcess(claims: string): number | undefined {
  const newest = existsSync(claims) ? readdirSync(claims).filter((name) => name.endsWith('.json')).sort().at(-1) : undefined;
  if (newest === undefined) {
    return undefined;
  }
  try {
    const { pid } = JSON.parse(readFileSync(join(claims, newest), 'utf8')) as Owner;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return children === '' ? undefined : Number(children.split(' ')[0]);
  } catch {
    return undefined;
  }
}

const reason = whyNoSlurm();
void test('a real Slurm makes a grid with the numbers of a local one, though a task is killed and another meets its time limit', { ...(reason === undefined ? {} : { skip: reason }), timeout: 300_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'samlab-grid-'));
  const slurm = await TestSlurm.start();
  t.after(async () => {
    await slurm.stop();
    rmSync(folder, { recursive: true });
  });
  const file = join(folder, 'small.json');
  writeFileSync(file, JSON.stringify(GRID));
  const plan = planGrid(file, { kind: 'quick' });
  const store = join(folder, 'cluster');
  const folders = experimentFolders('quick', store);
  const files = plan.runs.map(({ config }) => runFiles(folders, runId(config)));
  const [killed, limited] = [files[0]!, files[1]!];
  const submit = ['--grid', file, '--on', 'slurm', '--store', store, '--time', '1', '--warning', '60', '--partition', 'test'];

  const submitted = await experiment(submit, slurm.environment);
  assert.equal(submitted.code, 0, submitted.output);
  const job = /Submitted job (\d+): 3 runs\./.exec(submitted.output)?.[1];
  assert.ok(job !== undefined, submitted.output);
  const logs = join(store, 'grids', readdirSync(join(store, 'grids'))[0]!);
  const local = experiment(['--grid', file, '--store', join(folder, 'local')], process.env);

  // One run is held up in its course until its time is over. Another is killed.
  await slurm.until(() => existsSync(limited.progress));
  const held = trainingProcess(limited.claims)!;
  process.kill(held, 'SIGSTOP');
  await slurm.until(() => existsSync(killed.progress));
  process.kill(trainingProcess(killed.claims)!, 'SIGKILL');
  await slurm.until(() => readFileSync(join(logs, '0.log'), 'utf8').includes('ended by SIGKILL'));

  const second = await experiment(submit, slurm.environment);
  assert.match(second.output, /small: 3 runs, trials included; [01] have no result and are not in the queue/);
  await slurm.until(() => readFileSync(join(logs, '1.log'), 'utf8').includes('Slurm warns'), 90);
  process.kill(held, 'SIGCONT');
  await slurm.until(() => readFileSync(join(logs, '1.log'), 'utf8').includes('goes back into the queue'));
  const { output: status } = await experiment(['--status', '--store', store], slurm.environment);
  assert.match(status, /\n {2}cifar10-resnet20-sam-8-epochs-seed-0-\w+ +queued +goes on at epoch \d\/8, BeginTime \(Slurm task \d+_1\)/);
  assert.ok(existsSync(join(folders.checkpoints, `${runId(plan.runs[1]!.config)}.safetensors`)));
  await slurm.until(() => slurm.call('squeue', '--noheader').trim() === '', 120);
  for (const index of [0, 1]) {
    assert.match(slurm.call('scontrol', 'show', 'job', `${job}_${index}`), /Restarts=[1-9]/);
  }

  assert.equal((await local).code, 1);
  const made = await readResults(folders.results);
  assert.equal(made.length, 2, files.map((one) => readError(one)).join('\n'));
  assert.deepEqual(numbersOf(made), numbersOf(await readResults(experimentFolders('quick', join(folder, 'local')).results)));
  assert.match(readError(files[2]!) ?? '', /expected batches of at most 40 images/);
  const third = await experiment([...submit, '--dry-run'], slurm.environment);
  assert.match(third.output, /^# 1 run\n[^]*--array=0-0\n/);
});
