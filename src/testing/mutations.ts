/**
 * Breaks, one by one, what refusesWrong.ts cannot test with wrong values, in a copy of the compiled code,
 * and shows that a test fails.
 *
 *     node dist/testing/mutations.js            all of them, a few minutes
 *     node dist/testing/mutations.js asam       those whose file or name contains the word
 *
 * Prints a table; ends with exit code 1 if a broken formula passes its tests, or if a test fails without one.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../files/projectRoot';
import { MUTATIONS, type Mutation } from './mutationList';

/** Bytes. */
const LONGEST_OUTPUT = 2 ** 29;

/** A copy of the compiled code beside links to all that tests read. */
function copyOfProject(): string {
  const folder = mkdtempSync(join(tmpdir(), 'samlab-mutations-'));
  for (const name of ['node_modules', '.venv', 'src', 'data', 'package.json']) {
    symlinkSync(join(PROJECT_ROOT, name), join(folder, name));
  }
  cpSync(join(PROJECT_ROOT, 'dist'), join(folder, 'dist'), { recursive: true });
  return folder;
}

/** Names of the tests that failed; none if all passed. */
function failures(folder: string, tests: readonly string[]): string[] {
  return tests.flatMap((test) => {
    // Not under `node --test`, which takes minutes for the message of a failed comparison of all weights.
    const file = join(folder, 'dist', `${test}.test.js`);
    const { stdout, status } = spawnSync(process.execPath, ['--test-reporter=tap', file], { cwd: folder, encoding: 'utf8', maxBuffer: LONGEST_OUTPUT });
    const failed = [...stdout.matchAll(/^\s*not ok \d+ - (.*)$/gm)].map((match) => match[1]!);
    return status !== 0 && failed.length === 0 ? ['(the test file did not run)'] : failed;
  });
}

/** Runs the tests of one mutation with the broken file in place, then restores the right one. */
function tryMutation(folder: string, { file, find, replace, tests }: Mutation): string[] {
  const path = join(folder, 'dist', `${file}.js`);
  const right = readFileSync(path, 'utf8');
  if (right.split(find).length !== 2) {
    throw new Error(`mutations: expected "${find}" once in ${file}.js, found it ${right.split(find).length - 1} times; bring the list up to date.`);
  }
  writeFileSync(path, right.replace(find, () => replace));
  try {
    return failures(folder, tests);
  } finally {
    writeFileSync(path, right);
  }
}

function main(word: string | undefined): void {
  const chosen = MUTATIONS.filter(({ name, file }) => word === undefined || name.includes(word) || file.includes(word));
  const folder = copyOfProject();
  let wrong = 0;
  try {
    for (const test of new Set(chosen.flatMap(({ tests }) => tests))) {
      const failed = failures(folder, [test]);
      wrong += failed.length;
      failed.forEach((name) => console.log(`without a mutation, ${test} fails: ${name}`));
    }
    console.log('| broken formula | file | tests that fail | the first of them |\n|---|---|---|---|');
    for (const mutation of chosen) {
      const failed = tryMutation(folder, mutation);
      wrong += failed.length === 0 ? 1 : 0;
      console.log(`| ${mutation.name} | ${mutation.file} | ${failed.length === 0 ? 'NONE' : failed.length} | ${failed[0] ?? ''} |`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  console.log(`${chosen.length} mutations, ${wrong === 0 ? 'each caught' : `${wrong} wrong`}.`);
  process.exitCode = wrong === 0 ? 0 : 1;
}

main(process.argv[2]);
