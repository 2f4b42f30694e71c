import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { writeSafetensors } from '../../models/safetensors';
import { trainingMetadata } from '../../models/trainingRecord';
import { withTemporaryFolder } from '../../testing/temporaryFolder';
import { findNetwork, weightsName, type TrainedNetwork } from '../trainedNetworks';
import { atEqualLoss } from './equalLoss';

/** Losses of the runs' last networks and of their snapshots after epochs 1, 2, 3. */
const LOSSES: Readonly<Record<string, number>> = { one: 0.1, other: 0.5, 'one-epoch-1': 2, 'one-epoch-2': 0.6, 'one-epoch-3': 0.2, 'other-epoch-1': 0.4 };

const lossOf = ({ file }: TrainedNetwork): Promise<number> => Promise.resolve(LOSSES[weightsName(file)]!);

/** Weights files of two runs, and snapshots of those that are named. */
function runs(folder: string, withSnapshots: readonly string[]): { readonly stores: readonly string[]; readonly one: TrainedNetwork; readonly other: TrainedNetwork } {
  for (const name of Object.keys(LOSSES)) {
    const [run, epoch] = name.split(/-(?=epoch)/) as [string, string | undefined];
    mkdirSync(join(folder, 'weights', ...(withSnapshots.includes(run) ? [run] : [])), { recursive: true });
    if (epoch === undefined || withSnapshots.includes(run)) {
      writeSafetensors(join(folder, 'weights', ...(epoch === undefined ? [`${run}.safetensors`] : [run, `${epoch}.safetensors`])), new Map(), trainingMetadata({ run, config: {}, images: 'CIFAR-10' }));
    }
  }
  return { stores: [folder], one: findNetwork('one', [folder]), other: findNetwork('other', [folder]) };
}

void test('at equal loss: the snapshot of the run with the lower loss that is nearest to the other, on either side', () =>
  withTemporaryFolder(async (folder) => {
    const { stores, one, other } = runs(folder, ['one', 'other']);
    const chosen = await atEqualLoss([one, other], { stores, lossOf });
    assert.deepEqual(chosen.map(({ file }) => weightsName(file)), ['one-epoch-2', 'other']);
    assert.equal(basename(chosen[0].file), 'epoch-2.safetensors');
    const turned = await atEqualLoss([other, one], { stores, lossOf });
    assert.deepEqual(turned.map(({ file }) => weightsName(file)), ['other', 'one-epoch-2']);
  }));

void test('at equal loss: without snapshots, of losses that are not finite: refused with a remedy', () =>
  withTemporaryFolder(async (folder) => {
    const { stores, one, other } = runs(folder, ['other']);
    await assert.rejects(atEqualLoss([one, other], { stores, lossOf }), /^RangeError: atEqualLoss: one has the lower loss \(0\.1 against 0\.5\) and no snapshots .* --snapshot-every 1\.$/);
    await assert.rejects(atEqualLoss([one, other], { stores, lossOf: () => Promise.resolve(NaN) }), /^RangeError: atEqualLoss: expected networks with finite losses, got NaN and NaN/);
  }));
