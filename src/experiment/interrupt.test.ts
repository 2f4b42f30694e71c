import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

/**
 * Runs a cell as tslab does: compiled and called within `vm` with `breakOnSigint`, in a process with the kernel's
 * listener. The cell interrupts its own process. Gives what was printed, or how the process died.
 */
function runCell(cell: string, listener = "process.on('SIGINT', () => console.log('kernel'));"): string {
  const script = `
    globalThis.withStopFlag = require(${JSON.stringify(join(__dirname, 'interrupt.js'))}).withStopFlag;
    globalThis.pause = () => new Promise((resolve) => setTimeout(resolve, 20));
    globalThis.interrupt = () => { process.kill(process.pid, 'SIGINT'); return pause(); };
    ${listener}
    require('node:vm').runInThisContext(${JSON.stringify(`(async () => { ${cell} })()`)}, { breakOnSigint: true });`;
  const { stdout, status, signal } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  return `${stdout.replaceAll('\n', ' ')}${signal ?? (status === 0 ? 'end' : `exit ${status}`)}`;
}

test('an interrupt sets the flag, and the kernel does not report the cell as ended', () => {
  const cell = 'await withStopFlag(async (stop) => { console.log(stop()); await interrupt(); console.log(stop()); });';
  assert.equal(runCell(cell), 'false true end');
});

test("the kernel's listener is back afterwards, also after an error", () => {
  const cell = "await withStopFlag(async () => { throw new Error(); }).catch(() => console.log('caught')); await interrupt();";
  assert.equal(runCell(cell), 'caught kernel end');
});

test('a second interrupt is handed to the kernel', () => {
  assert.equal(runCell('await withStopFlag(async () => { await interrupt(); await interrupt(); });'), 'kernel end');
});

test('in a terminal, where nobody else listens, a second interrupt ends the process', () => {
  assert.equal(runCell('await withStopFlag(async () => { await interrupt(); await interrupt(); });', ''), 'exit 130');
});
