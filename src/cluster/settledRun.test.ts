import assert from 'node:assert/strict';
import { test } from 'node:test';
import { experimentFolders } from '../experiment/folders';
import { writeResult } from '../experiment/store';
import { planGrid, type PlannedRun } from './gridPlan';
import { runHere } from './runHere';
import { missingTrials, settledConfig, settledRun } from './settledRun';
import { testFolder } from './testing/programs';
import { testResult } from './testing/result';

void test('a run waits for its trials and takes the settings of the best one of its method', async (t) => {
  const store = testFolder(t);
  const { results } = experimentFolders('real', store);
  const plan = planGrid('laptop', { wanted: { dataset: 'cifar10', epochs: 100, seed: 0 } });
  const run = plan.runs.find(({ config }) => config.method === 'sam')!;
  await assert.rejects(settledConfig(run, plan, store), /54 of the trials that decide the settings of cifar10-resnet50-sam-100-epochs-seed-0-\w+ have no result/);
  assert.equal(await settledRun(run, plan, store), run);

  for (const [index, { config }] of plan.trials.entries()) {
    // SGD's trials have the lower errors; of SAM's, the one of learning rate 0.2 and rho 0.1 is best.
    const best = config.learningRate === 0.2 && config.rho === 0.1;
    await writeResult(results, testResult(config, config.method === 'sgd' ? 5 : best ? 10 : 20));
    assert.equal((await missingTrials(run, plan, store)).length, plan.trials.length - 1 - index);
  }
  const { config } = await settledRun(run, plan, store);
  assert.deepEqual(config, { ...run.config, learningRate: 0.2, rho: 0.1 });

  // What is printed at the start of a run has the settings that its trials decided.
  const begun: PlannedRun[] = [];
  const enough = new AbortController();
  const onStart = (started: PlannedRun): void => {
    begun.push(started);
    if (started.config.evaluateOn === 'test') {
      throw new Error('enough');
    }
  };
  await assert.rejects(runHere({ plan: { ...plan, runs: [run] }, store, again: false, signal: enough.signal, jobs: 1, onStart, onStep: () => undefined, onEnd: () => undefined }), /^Error: enough$/);
  assert.deepEqual(begun.map((one) => one.config), [...plan.trials.map((trial) => trial.config), config]);
});

void test('a run without trials keeps its settings', async (t) => {
  const plan = planGrid('smoke');
  assert.deepEqual(await settledConfig(plan.runs[0]!, plan, testFolder(t)), plan.runs[0]!.config);
});
