// @ts-check
/*
 * A program: starts a task of a job array with the same environment as the commands, whatever the submitting shell passed on.
 * It does not run the set-up, which many nodes would do at once.
 *   node src/setup/task.mjs <folder of the submission>
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import './nodeUtilities.cjs';
import { environmentOf } from './environment.mjs';
import { layoutOf, PROJECT } from './layout.mjs';

const layout = layoutOf(PROJECT);
// Too late for this process's own C library, but in time for the training process that it starts.
Object.assign(process.env, environmentOf(layout, process.env));
await import(pathToFileURL(join(layout.compiled, 'cluster/task.js')).href);
