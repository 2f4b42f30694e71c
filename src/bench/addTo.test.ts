import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addTo, checkReplaces, checkSameMachine } from './addTo';
import { BENCH_FORMAT, type BenchResult, type Comparison, type ProbeCost } from './result';

const six = (seconds: number): number[] => Array(6).fill(seconds) as number[];

function comparison(stem: Comparison['stem'], ratio: number): Comparison {
  const timing = (side: 'samlab' | 'PyTorch', seconds: number): Comparison['timings'][number] => ({ side, configuration: 'float32', precision: 'float32', work: 'sgd', seconds: six(seconds) });
  return { model: 'resnet50', stem, batch: stem === 'imagenet' ? 128 : 64, agreement: { loss: 0, gradientNorm: 0 }, timings: [timing('samlab', ratio), timing('PyTorch', 1)] };
}

const PROBES: ProbeCost = { images: 512, productImages: 128, forward: six(1), point: six(1), gradient: six(1), product: six(3), exactProduct: true, pytorchProduct: six(4) };

const WITHOUT_PARTS: BenchResult = {
  format: BENCH_FORMAT, processor: 'A', processorDigest: 'a1', gpu: null, threads: 2, versions: { samlab: '0', node: '20', tensorflow: '2', pytorch: '3' },
  commit: 'old', finishedAt: '2026-01-01', repeats: 6, comparisons: [], scaling: [], goals: [],
};
const EARLIER: BenchResult = { ...WITHOUT_PARTS, ceiling: { samlab: 100, pytorch: 90 }, comparisons: [comparison('imagenet', 0.5), comparison('cifar', 0.9)] };
const RUN: BenchResult = { ...WITHOUT_PARTS, commit: 'new', finishedAt: '2026-02-02', comparisons: [comparison('cifar', 0.7)], probes: PROBES };

test('parts that a run did not measure are kept with their day and commit, and all have goals', () => {
  const whole = addTo(EARLIER, RUN, 1);
  assert.deepEqual(whole.comparisons.map(({ stem, measured }) => [stem, measured]), [['cifar', undefined], ['imagenet', { commit: 'old', finishedAt: '2026-01-01' }]]);
  assert.equal(whole.comparisons[0]!.timings[0]!.seconds[0], 0.7);
  assert.deepEqual([whole.commit, whole.ceiling, whole.probes], ['new', EARLIER.ceiling, PROBES]);
  const valueOf = (name: RegExp): number | null | undefined => whole.goals.find((goal) => name.test(goal.name))?.value;
  assert.deepEqual([/float32 SGD.*CIFAR stem/, /float32 SGD step .*ImageNet stem/, /double backward/].map(valueOf), [0.7, 0.5, 0.75]);
  // Kept once more, a part keeps its own day.
  const again = addTo(whole, { ...RUN, commit: 'newest', comparisons: [], finishedAt: '2026-03-03' }, 1);
  assert.deepEqual(again.comparisons.map(({ measured }) => measured?.commit), ['new', 'old']);
  assert.deepEqual(addTo(again, WITHOUT_PARTS, 1).probes?.measured, { commit: 'newest', finishedAt: '2026-03-03' });
});

test('results of another machine, other threads or other versions are refused', () => {
  for (const other of [{ processorDigest: 'b2' }, { threads: 1 }, { versions: { ...RUN.versions, pytorch: '4' } }]) {
    assert.throws(() => checkSameMachine(EARLIER, { ...RUN, ...other }), { name: 'RangeError', message: /^checkSameMachine: expected a stored benchmark of .*; leave --add out/ });
  }
  assert.throws(() => addTo(EARLIER, { ...RUN, threads: 1 }, 1), /^RangeError: checkSameMachine/);
  assert.doesNotThrow(() => checkSameMachine(EARLIER, { ...RUN, versions: { ...RUN.versions, node: '22' } }));
});

test('the speed of a large product stays with the network that is compared with it', () => {
  const ceiling = { samlab: 50, pytorch: 40 };
  assert.equal(addTo(EARLIER, { ...RUN, ceiling }, 1).ceiling, EARLIER.ceiling);
  const withNetwork = { ...RUN, comparisons: [comparison('imagenet', 0.4)] };
  assert.equal(addTo(EARLIER, { ...withNetwork, ceiling }, 1).ceiling, ceiling);
  assert.equal('ceiling' in addTo(EARLIER, withNetwork, 1), false);
});

test('a run that would lose measures of a stored network is refused before it begins', () => {
  const memory = { ...comparison('imagenet', 0.5), peakMemory: { samlab: 1, pytorch: 1 } };
  const stored = { comparisons: [memory, comparison('cifar', 0.9)] };
  const choice = { networks: ['imagenet'], works: ['sgd'], onlyRatios: false } as const;
  assert.doesNotThrow(() => checkReplaces(stored, choice));
  assert.doesNotThrow(() => checkReplaces(stored, { ...choice, networks: ['fast'], works: [] }));
  assert.throws(() => checkReplaces(stored, { ...choice, works: ['sam'] }), /^RangeError: checkReplaces: expected --works with sgd, which the stored benchmark has of the network imagenet; measure all of it, or leave --add out\.$/);
  assert.throws(() => checkReplaces(stored, { ...choice, onlyRatios: true }), /expected no --only-ratios/);
  assert.throws(() => checkReplaces(stored, { ...choice, batch: 32 }), /expected batches of 128/);
  assert.doesNotThrow(() => checkReplaces(stored, { ...choice, networks: ['cifar'], onlyRatios: true, batch: 64 }));
});
