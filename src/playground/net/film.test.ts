import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filmNetworks } from './film';

test('the film has a picture of each step, and later ones differ from the first', async () => {
  const film = await filmNetworks([0, 20, 40]);
  const frames: Buffer[] = [];
  for (let at = 12; at < film.length; at += 8 + film.readUInt32LE(at + 4) + (film.readUInt32LE(at + 4) % 2)) {
    if (film.toString('latin1', at, at + 4) === 'ANMF') {
      frames.push(film.subarray(at + 24, at + 8 + film.readUInt32LE(at + 4)));
    }
  }
  assert.equal(frames.length, 3);
  assert.ok(!frames[0]!.equals(frames[1]!) && !frames[1]!.equals(frames[2]!));
});
