// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findDevice } from './device.mjs';
import { testFolder } from './testFolder.mjs';

test('a graphics card counts when its driver answers and nobody forbids it', (t) => {
  const withCard = testFolder(t, { 'nvidia-smi': '#!/bin/sh\necho "GPU 0: NVIDIA H100 (UUID: GPU-1)"\n' });
  const withoutDriver = testFolder(t, { 'nvidia-smi': '#!/bin/sh\necho "GPU 0: could not talk to the driver"\nexit 9\n' });
  assert.equal(findDevice({ PATH: withCard }), 'cuda');
  assert.equal(findDevice({ PATH: withCard, SAMLAB_DEVICE: 'cpu' }), 'cpu');
  assert.equal(findDevice({ PATH: withoutDriver }), 'cpu');
  assert.equal(findDevice({ PATH: testFolder(t) }), 'cpu');
  assert.throws(() => findDevice({ PATH: withCard, SAMLAB_DEVICE: 'gpu' }), /SAMLAB_DEVICE is "gpu"\.\n {2}Remedy: Set it to "cpu"/);
});
