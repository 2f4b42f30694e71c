// @ts-check
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PROJECT } from './layout.mjs';

/** @param {string} path */
function textOf(path) {
  return readFileSync(join(PROJECT, path), 'utf8');
}

const container = JSON.parse(textOf('.devcontainer/devcontainer.json').replaceAll(/^\s*\/\/.*$/gm, ''));

test('the container has a Node that the project runs on, and its commands are scripts of the project', () => {
  const { engines, scripts } = JSON.parse(textOf('package.json'));
  const { version } = container.features['ghcr.io/devcontainers/features/node:1'];
  assert.match(engines.node, new RegExp(`\\^${version}\\.`));
  for (const command of [container.postCreateCommand, container.postAttachCommand]) {
    const [, script] = /^npm (?:run )?(\w+)/.exec(command) ?? [];
    assert.ok(script !== undefined && script in scripts, `${command} is no script`);
  }
});

test('JupyterLab listens where the container forwards', () => {
  const [, port] = /--port=(\d+)/.exec(container.postAttachCommand) ?? [];
  assert.deepEqual([container.forwardPorts, Object.keys(container.portsAttributes)], [[Number(port)], [port]]);
});
