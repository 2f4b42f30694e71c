import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { experimentFolders } from '../experiment/folders';
import { readResults, runId } from '../experiment/store';
import { attemptRun } from './attempt';
import { planSingle, type PlannedRun } from './gridPlan';
import { runFiles } from './runFiles';
import { testFolder } from './testing/programs';

void test('a run that another process has taken over is abandoned, and nothing more is written', async (t) => {
  const store = testFolder(t);
  const small = { model: 'resnet20', imagesPerClass: 4, testImagesPerClass: 2, normalization: 'half', warmupEpochs: 0, batchSize: 10, epochs: 200 } as const;
  const plan = planSingle(small, 'quick');
  const [run] = plan.runs as [PlannedRun];
  const folders = experimentFolders('quick', store);
  const files = runFiles(folders, runId(run.config));
  let taken = '';
  const attempt = await attemptRun(run, {
    ...{ plan, store, again: false, signal: new AbortController().signal },
    onStep: () => {
      if (taken === '') {
        // A later claim, as another node writes it when Slurm reports this one dead; from then on the progress file belongs to that node.
        writeFileSync(join(files.claims, '2.json'), readFileSync(join(files.claims, '1.json')));
        taken = readFileSync(files.progress, 'utf8');
      }
    },
  });
  assert.equal(attempt.kind, 'held');
  assert.notEqual(taken, '');
  assert.equal(readFileSync(files.progress, 'utf8'), taken);
  assert.ok(!existsSync(files.error));
  assert.ok(!existsSync(join(folders.checkpoints, `${runId(run.config)}.safetensors`)));
  assert.ok(existsSync(join(files.claims, '2.json')));
  assert.deepEqual(await readResults(folders.results), []);
});
