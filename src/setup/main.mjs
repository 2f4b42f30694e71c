// @ts-check
/*
 * Sets the project up, then runs a command:
 *   node src/setup/main.mjs [start | test | reproduce | experiment | landscape | federated | bench | figures | film | report | notebooks | package] [arguments of the command]
 */
import { join } from 'node:path';
import { check } from './check.mjs';
import { environmentOf } from './environment.mjs';
import { layoutOf, PROJECT } from './layout.mjs';
import { SetupProblem } from './problem.mjs';
import { runInForeground } from './programs.mjs';
import { setUp } from './setUp.mjs';
import { start } from './start.mjs';

const layout = layoutOf(PROJECT);

/** @typedef {(args: readonly string[], env: NodeJS.ProcessEnv) => Promise<number>} Command */

/**
 * @param {string} file a program below `dist`
 * @param {...string} words that go before the user's
 * @returns {Command}
 */
function compiled(file, ...words) {
  return (args, env) => {
    const program = { command: process.execPath, args: [join(layout.compiled, file), ...words, ...args] };
    return runInForeground([program], { cwd: layout.root, env });
  };
}

/** @type {Readonly<Record<string, Command>>} */
const COMMANDS = {
  start: (args, env) => start(layout, args, env),
  test: (args, env) => check(layout, args, env),
  reproduce: compiled('report/reproduce.js'),
  experiment: compiled('cluster/main.js'),
  landscape: compiled('landscape/main.js'),
  federated: compiled('federated/main.js'),
  bench: compiled('bench/main.js'),
  figures: compiled('report/main.js', 'figures'),
  film: compiled('playground/net/film.js'),
  report: compiled('report/main.js', 'report'),
  notebooks: compiled('report/main.js', 'notebooks'),
  package: compiled('tfjs/package/main.js'),
};

/**
 * @param {readonly string[]} argv
 * @returns {Promise<number>} exit code
 */
async function main([name, ...args]) {
  const command = name === undefined ? undefined : COMMANDS[name];
  if (name !== undefined && command === undefined) {
    throw new SetupProblem(`There is no command "${name}".`, `Use one of ${Object.keys(COMMANDS).join(', ')}.`);
  }
  await setUp(layout);
  return command === undefined ? 0 : command(args, environmentOf(layout, process.env));
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SetupProblem)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
