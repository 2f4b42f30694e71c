// @ts-check
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

const PROGRAMS = JSON.stringify(new URL('./programs.mjs', import.meta.url).href);

/**
 * @param {readonly string[]} scripts one program each
 * @param {object} [options]
 * @returns {string[]} arguments of a Node that runs them in its foreground and returns their code
 */
function foreground(scripts, options = {}) {
  const programs = scripts.map((script) => ({ command: process.execPath, args: ['-e', script] }));
  const harness = `
    import { runInForeground } from ${PROGRAMS};
    const options = { cwd: process.cwd(), env: process.env, ...${JSON.stringify(options)} };
    process.exitCode = await runInForeground(${JSON.stringify(programs)}, options);
  `;
  return ['--input-type=module', '-e', harness];
}

const FOREVER = 'setInterval(() => undefined, 1000);';

test('the exit code of a program is passed on, and so is the signal that ended it', () => {
  assert.equal(spawnSync(process.execPath, foreground(['process.exit(7)'])).status, 7);
  assert.equal(spawnSync(process.execPath, foreground(["process.kill(process.pid, 'SIGKILL')"])).status, 137);
});

test('when one of two programs ends, the other is ended', () => {
  assert.equal(spawnSync(process.execPath, foreground([FOREVER, 'process.exit(3)'])).status, 3);
});

for (const [signal, interrupt, expected] of /** @type {const} */ ([
  ['SIGINT', 'SIGINT', 'SIGINT'],
  ['SIGINT', 'SIGTERM', 'SIGTERM'],
  ['SIGTERM', 'SIGINT', 'SIGTERM'],
])) {
  test(`${signal} reaches the program once, as ${expected}`, async () => {
    const script = `
      for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => { console.log(name); setTimeout(() => process.exit(5), 100); });
      console.log('ready'); ${FOREVER}`;
    const harness = spawn(process.execPath, foreground([script], { interrupt }), { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    let output = '';
    harness.stdout.setEncoding('utf8').on('data', (text) => (output += text));
    await once(harness.stdout, 'data');
    // As a terminal does: to the whole foreground group.
    process.kill(-Number(harness.pid), signal);
    const [code] = await once(harness, 'close');
    assert.equal(code, 5);
    assert.equal(output, `ready\n${expected}\n`);
  });
}

test('a program knows who started it, and is ended when npm is killed', async () => {
  const script = `console.log(process.pid, process.ppid === Number(process.env.SAMLAB_PARENT)); ${FOREVER}`;
  const args = foreground([script]);
  const npm = `
    const { spawn } = require('node:child_process');
    spawn(process.execPath, ${JSON.stringify(args)}, { stdio: 'inherit', env: { ...process.env, npm_lifecycle_event: 'experiment' } });`;
  const parent = spawn(process.execPath, ['-e', npm], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(parent.stdout.setEncoding('utf8'), 'data');
  const [pid, told] = String(line).trim().split(' ');
  assert.equal(told, 'true');
  parent.kill('SIGKILL');
  // The pipe stays open as long as a process holds it.
  await once(parent.stdout, 'close');
  while (existsSync(`/proc/${pid}`)) await sleep(20);
});
