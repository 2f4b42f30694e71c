import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { give, giveUp, isReady, newCounters, take, type Handover } from './batchHandover';
import type { Batch } from './batches';

function ends(): { readonly maker: Handover; readonly taker: Handover } {
  const { port1, port2 } = new MessageChannel();
  const counters = newCounters();
  return { maker: { port: port1, counters }, taker: { port: port2, counters } };
}

const batch = (): Batch => ({ images: Float32Array.of(1, 2), labels: Int32Array.of(3), size: 1 });

test('a batch is moved, not copied', () => {
  const { maker, taker } = ends();
  const given = batch();
  give(maker, given);
  assert.ok(isReady(taker));
  assert.equal(given.images.length + given.labels.length, 0);
  assert.deepEqual(take(taker, 0), batch());
  assert.ok(!isReady(taker));
  taker.port.close();
});

test('an error arrives after the batches before it', () => {
  const { maker, taker } = ends();
  give(maker, batch());
  giveUp(maker, new RangeError('nothing more'));
  assert.deepEqual(take(taker, 0), batch());
  assert.throws(() => take(taker, 0), { name: 'RangeError', message: 'nothing more' });
  taker.port.close();
});

test('waiting for a batch that never comes ends with an error', () => {
  const { taker } = ends();
  assert.throws(() => take(taker, 0), /^Error: trainingBatches: expected the next batch .* got none in 0 seconds; .* free some/);
  taker.port.close();
});
