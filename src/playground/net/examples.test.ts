import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainModule } from '../../browser/plainModule';
import { EXAMPLE_OUTCOMES } from './exampleOutcomes';
import { EXAMPLE_SETTINGS, type ExampleId } from './exampleSettings';
import { EXAMPLES } from './examples';
import type * as inNode from './inNode';
import { SEEDS, seedOutcome } from './measureExamples';
import { median, valuesOf, type ExampleOutcome } from './outcomes';

/** How often the numbers of one list are below those of another, seed by seed. */
function below(first: readonly number[], second: readonly number[]): number {
  return first.filter((value, index) => value < second[index]!).length;
}

/** The claims of each example's sentences, apart from their numbers. */
const CLAIMS: Readonly<Record<ExampleId, (outcome: ExampleOutcome) => void>> = {
  'wrong-labels': ({ asIs, counter }) => {
    const [sgd, sam] = (['sgd', 'sam'] as const).map((method) => valuesOf(asIs, method, ({ learned }) => learned)) as [readonly number[], readonly number[]];
    assert.ok(Math.min(...sgd) >= 0.5, 'SGD learns most');
    assert.equal(below(sam, sgd), asIs.length);
    assert.ok(median(sam) < 0.2, 'SAM leaves most alone');
    assert.ok(Math.abs(Math.max(...sam) - 0.5) < 1e-9, 'half in the worst seed');
    assert.ok(Math.max(...valuesOf(counter, 'sgd', ({ learned }) => learned)) < 0.5, 'noise does the same');
    assert.ok(below(valuesOf(counter, 'sam', ({ testError }) => testError), valuesOf(counter, 'sgd', ({ testError }) => testError)) < counter.length / 2);
  },
  'rho-too-large': ({ asIs, counter }) => {
    const errors = valuesOf(asIs, 'sam', ({ testError }) => testError);
    assert.equal(errors.filter((error) => error < 0.45).length, 1, 'one seed got away');
    assert.ok(valuesOf(asIs, 'sgd', ({ testError }) => testError).every((error) => error === 0), 'SGD learns both spirals');
    assert.ok(valuesOf(counter, 'sam', ({ testError }) => testError).every((error) => error < 0.02));
  },
  fgsm: ({ asIs, counter }) => {
    const [sgd, sam, fgsm] = (['sgd', 'sam', 'fgsm'] as const).map((method) => valuesOf(asIs, method, ({ learned }) => learned)) as [readonly number[], readonly number[], readonly number[]];
    assert.ok(median(sam) < median(fgsm) && median(fgsm) < median(sgd), 'fewer than SGD, more than SAM');
    assert.ok(below(fgsm, sgd) > asIs.length / 2 && below(sam, fgsm) > asIs.length / 2);
    const near = (['sgd', 'sam', 'fgsm'] as const).map((method) => median(valuesOf(counter, method, ({ learned }) => learned)));
    assert.ok(Math.max(...near) - Math.min(...near) <= 0.1, 'near each other at a small radius');
  },
  msam: ({ asIs, counter }) => {
    const gradients = (['sgd', 'msam'] as const).map((method) => valuesOf(asIs, method, (end) => end.gradients));
    assert.deepEqual(gradients[1], gradients[0], 'the price of SGD');
    assert.equal(below(valuesOf(asIs, 'msam', ({ learned }) => learned), valuesOf(asIs, 'sgd', ({ learned }) => learned)), asIs.length);
    const ends = (['sgd', 'msam'] as const).map((method) => median(valuesOf(counter, method, ({ learned }) => learned)));
    assert.ok(ends[1]! >= ends[0]! && Math.max(...valuesOf(counter, 'sgd', ({ learned }) => learned)) <= 0.25, 'without momentum MSAM holds back no more than SGD');
  },
  'sam-is-worse': ({ asIs, counter }) => {
    assert.equal(below(valuesOf(asIs, 'sgd', ({ testError }) => testError), valuesOf(asIs, 'sam', ({ testError }) => testError)), asIs.length);
    assert.ok(valuesOf(asIs, 'sam', ({ learned }) => learned).every(Number.isNaN), 'no label is wrong');
    assert.deepEqual(valuesOf(asIs, 'sam', ({ gradients }) => gradients), asIs.map(() => 1000), 'twice the gradients');
    const after = counter.map(({ ends }) => ends.sam!);
    // At its start a network gives each class one half: ln 2.
    assert.deepEqual(after.filter(({ testError }) => testError >= 0.01).map(({ trainingLoss }) => Math.abs(trainingLoss - Math.LN2) < 1e-3), [true]);
  },
};

test('the text of each example is true of the measurements, over all seeds', () => {
  for (const { id, settings } of EXAMPLE_SETTINGS) {
    const outcome = EXAMPLE_OUTCOMES[id];
    assert.deepEqual([outcome.asIs, outcome.counter].map((seeds) => seeds.map(({ seed }) => seed)), [SEEDS.asIs, SEEDS.counter].map((count) => Array.from({ length: count }, (_, seed) => seed)));
    outcome.asIs.forEach(({ ends }) => assert.deepEqual(Object.keys(ends), settings.methods));
    CLAIMS[id](outcome);
  }
});

test('the numbers in the sentences are those of the outcomes', () => {
  const [first, , , , last] = EXAMPLES;
  assert.match(first!.watch, /Over 10 seeds SGD learned 50 to 95 % of the wrong labels \(median 80 %\) and SAM 0 to 50 % \(15 %\); SAM had the lower test error in all 10 seeds\.$/);
  assert.match(first!.unless, /in 2 of 5 seeds only/);
  assert.match(last!.unless, /below 1 % in 4 of 5 seeds/);
  assert.deepEqual([median([3, 1, 2]), median([4, 1, 3, 2])], [2, 2.5]);
});

test('the outcomes are what the code gives: three examples trained again, to the last bit', async () => {
  const engine = await plainModule<typeof inNode>('playground/net/inNode');
  for (const [id, seed] of [['wrong-labels', 0], ['rho-too-large', 7], ['sam-is-worse', 5]] as const) {
    const { settings } = EXAMPLE_SETTINGS.find((example) => example.id === id)!;
    const [stored, found] = [EXAMPLE_OUTCOMES[id].asIs[seed]!, seedOutcome(engine, { ...settings, seed })].map(({ ends }) => ends.sam!);
    // The displayed loss uses Math.exp, whose last bit depends on the JavaScript engine.
    assert.deepEqual({ ...found!, trainingLoss: 0 }, { ...stored!, trainingLoss: 0 }, id);
    assert.ok(Math.abs(found!.trainingLoss - stored!.trainingLoss) < 1e-6, id);
  }
});
