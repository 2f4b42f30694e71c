import assert from 'node:assert/strict';
import { test } from 'node:test';
import { launchChromium } from './browser';

test('a running browser leaves interrupts to those who listened before', async () => {
  const before = process.listeners('SIGINT');
  const browser = await launchChromium();
  try {
    assert.deepEqual(process.listeners('SIGINT'), before);
  } finally {
    await browser.close();
  }
});
