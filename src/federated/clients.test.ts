import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { imageCount, select } from '../data/dataset';
import { numberedDataset } from '../data/testing/numberedDataset';
import { checkClients, clientSeed, divideAmongClients, localBatchSize, localSteps } from './clients';

/** The index in the numbered set, from its blue bytes. */
function imageNumbers(images: Uint8Array): number[] {
  return Array.from({ length: images.length / 3072 }, (_, image) => images[image * 3072 + 2]! - 1);
}

test('the clients together have every image exactly once, with its label, however they are divided', () => {
  const training = numberedDataset(80, 4);
  fc.assert(
    fc.property(fc.constantFrom('iid' as const, 'dirichlet' as const), fc.integer({ min: 1, max: 4 }), fc.integer(), (partition, clients, subsetSeed) => {
      const sets = divideAmongClients(training, { clients, partition, concentration: 100, subsetSeed });
      assert.equal(sets.length, clients);
      const numbers = sets.flatMap(({ images }) => imageNumbers(Uint8Array.from(images)));
      assert.deepEqual([...numbers].sort((a, b) => a - b), Array.from({ length: 80 }, (_, index) => index));
      assert.deepEqual(sets.flatMap(({ labels }) => [...labels]), numbers.map((number) => number % 4));
    }),
    { numRuns: 30 },
  );
});

test('a small concentration gives clients classes of their own, an even partition does not', () => {
  /** Largest share of one class, averaged over clients. */
  const purity = (partition: 'iid' | 'dirichlet', concentration: number): number => {
    const sets = divideAmongClients(numberedDataset(250, 5), { clients: 5, partition, concentration, subsetSeed: 1 });
    const shares = sets.map(({ labels }) => Math.max(...[0, 1, 2, 3, 4].map((label) => labels.filter((other) => other === label).length)) / labels.length);
    return shares.reduce((sum, share) => sum + share, 0) / shares.length;
  };
  assert.ok(purity('dirichlet', 0.3) > purity('iid', 0.3) + 0.15);
});

test('a client without data is refused by number, with a remedy', () => {
  const training = numberedDataset(20, 2);
  assert.throws(() => divideAmongClients(training, { clients: 19, partition: 'dirichlet', concentration: 0.01, subsetSeed: 0 }), {
    name: 'RangeError',
    message: /divideAmongClients: expected at least 2 images for each of the 19 clients, got (no data|a single image) for client \d+; take more images per class, fewer clients, a larger concentration/,
  });
  const [none, one] = [select(training, Int32Array.of()), select(training, Int32Array.of(3))];
  assert.throws(() => checkClients('federate', [training, training, none], 'mend it'), { message: /each of the 3 clients, got no data for client 2; mend it/ });
  assert.throws(() => checkClients('federate', [training, one], 'mend it'), { message: /got a single image for client 1; mend it/ });
});

test('a client makes as many steps as it has batches; one with few images takes all of them at once', () => {
  const client = (images: number): ReturnType<typeof numberedDataset> => numberedDataset(images, 2);
  const settings = { batchSize: 8, localEpochs: 3 };
  // 20 = 8 + 8 + 4; of 17 the last single image is not a batch.
  assert.deepEqual([20, 17, 5, 2].map((images) => localSteps(client(images), settings)), [9, 6, 3, 3]);
  assert.deepEqual([20, 5].map((images) => localBatchSize(client(images), 8)), [8, 5]);
  assert.equal(imageCount(client(5)), 5);
});

test("the first client has the run's seed, and no two clients of runs with small seeds share one", () => {
  const seeds = [0, 1, 2].flatMap((seed) => Array.from({ length: 100 }, (_, client) => clientSeed(seed, client)));
  assert.equal(clientSeed(7, 0), 7);
  assert.equal(new Set(seeds).size, 300);
});
