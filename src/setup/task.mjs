// @ts-check
/*
 * A program: starts a task of a job array as the commands start their programs, whatever environment the shell that
 * submitted it handed on. It sets nothing up: many nodes would do it at once.
 *   node src/setup/task.mjs <folder of the submission>
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import './nodeUtilities.cjs';
import { environmentOf } from './environment.mjs';
import { layoutOf, PROJECT } from './layout.mjs';

const layout = layoutOf(PROJECT);
// Too late for this process's own C library; in time for the one that trains, which it starts.
Object.assign(process.env, environmentOf(layout, process.env));
await import(pathToFileURL(join(layout.compiled, 'cluster/task.js')).href);
