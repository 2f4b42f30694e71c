import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** A new empty folder that the test removes at its end. */
export function testFolder(test: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'samlab-cluster-'));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Programs of a test that stand in for Slurm's. */
export interface TestPrograms {
  /** Environment in which only these are found, not those of a real Slurm on this machine. */
  readonly environment: NodeJS.ProcessEnv;
  /** Every call so far, "program arguments". */
  readonly calls: () => string[];
}

/**
 * Replaces Slurm's programs by shell scripts, for programs that the test starts and for the test itself.
 *
 * @param scripts what each does, in the shell's own words; its call is noted before that.
 */
export function testPrograms(test: TestContext, scripts: Readonly<Record<string, string>>): TestPrograms {
  const folder = testFolder(test);
  const log = join(folder, 'calls.log');
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(log, '');
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(bin, name), `#!/bin/sh\necho "${name} $*" >> '${log}'\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const before = process.env['PATH'];
  process.env['PATH'] = bin;
  test.after(() => {
    process.env['PATH'] = before;
  });
  return {
    environment: { ...process.env },
    calls: () => readFileSync(log, 'utf8').trimEnd().split('\n').filter((line) => line !== ''),
  };
}
