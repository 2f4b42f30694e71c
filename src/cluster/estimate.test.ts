import assert from 'node:assert/strict';
import { test } from 'node:test';
import { processorDigest } from '../machine/processor';
import { readCosts } from './cost';
import { estimateSeconds, thisMachine } from './estimate';
import { planGrid } from './gridPlan';
import { testFolder } from './testing/programs';

void test('a configuration of unknown cost is measured once, and the measurement is used for all similar runs', async (t) => {
  t.mock.method(console, 'log', () => undefined);
  const store = testFolder(t);
  const { runs } = planGrid('smoke', { wanted: { dataset: 'cifar10', method: 'sgd' } });
  const options = { store, kind: thisMachine(), signal: new AbortController().signal };
  assert.deepEqual(await estimateSeconds(runs, { ...options, measure: false }), [null]);
  const seeds = [0, 1].map((seed) => ({ ...runs[0]!, config: { ...runs[0]!.config, seed } }));
  const measured = await estimateSeconds(seeds, { ...options, measure: true });
  assert.ok(measured[0]! > 0);
  assert.equal(measured[1], measured[0]);
  const costs = readCosts(store);
  assert.equal(costs.length, 1);
  assert.equal(costs[0]!.machine.processorDigest, processorDigest());
  const longer = { ...runs[0]!, config: { ...runs[0]!.config, epochs: 11 } };
  const [seconds] = await estimateSeconds([longer], { ...options, measure: false });
  // Ten epochs more than the one above.
  assert.ok(Math.abs(seconds! - measured[0]! - 10 * costs[0]!.secondsPerEpoch) < 1e-9 * seconds!);
});

void test('a configuration that cannot be trained cannot be measured', async (t) => {
  t.mock.method(console, 'log', () => undefined);
  const [run] = planGrid('smoke', { wanted: { dataset: 'cifar10', method: 'sgd' } }).runs;
  const impossible = { ...run!, config: { ...run!.config, batchSize: 1000 } };
  await assert.rejects(estimateSeconds([impossible], { store: testFolder(t), kind: thisMachine(), measure: true, signal: new AbortController().signal }), /measureCosts: .*--no-estimate/);
});
