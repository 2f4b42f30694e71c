// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findDevice } from './device.mjs';
import { testFolder } from './testFolder.mjs';

test('a graphics card counts when its driver answers and nobody forbids it', (t) => {
  const withCard = testFolder(t, { 'nvidia-smi': '#!/bin/sh\necho "GPU 0: NVIDIA H100 (UUID: GPU-1)"\n' });
  const withoutDriver = testFolder(t, { 'nvidia-smi': '#!/bin/sh\necho "GPU 0: could not talk to the driver"\nexit 9\n' });
  assert.equal(findDevice({ PATH: withCard }, false), 'cuda');
  assert.equal(findDevice({ PATH: withCard, SAMLAB_DEVICE: 'cpu' }, false), 'cpu');
  assert.equal(findDevice({ PATH: withoutDriver }, false), 'cpu');
  assert.equal(findDevice({ PATH: testFolder(t) }, false), 'cpu');
  assert.throws(() => findDevice({ PATH: withCard, SAMLAB_DEVICE: 'gpu' }, false), /SAMLAB_DEVICE is "gpu"\.\n {2}Remedy: Set it to "cpu"/);
});

test('a node without a card keeps the set-up for those that have one, and can make it', (t) => {
  const withoutCard = testFolder(t);
  assert.equal(findDevice({ PATH: withoutCard }, true), 'cuda');
  assert.equal(findDevice({ PATH: withoutCard, SAMLAB_DEVICE: 'cpu' }, true), 'cpu');
  assert.equal(findDevice({ PATH: withoutCard, SAMLAB_DEVICE: 'cuda' }, false), 'cuda');
});
