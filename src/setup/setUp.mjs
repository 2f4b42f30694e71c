// @ts-check
import { existsSync } from 'node:fs';
import { addon } from './addon.mjs';
import { compilation } from './compilation.mjs';
import { cudaLibraries } from './cuda.mjs';
import { findDevice } from './device.mjs';
import { kernelspec } from './kernelspec.mjs';
import { withLock } from './lock.mjs';
import { nodePackages } from './nodePackages.mjs';
import { operations } from './operations.mjs';
import { checkNode, checkPlatform, checkRoom } from './prerequisites.mjs';
import { SetupProblem } from './problem.mjs';
import { pythonEnvironment } from './pythonEnvironment.mjs';
import { tensorflow } from './tensorflow.mjs';

/**
 * Makes everything that the commands need and that is missing.
 *
 * @param {import('./layout.mjs').Layout} layout
 * @throws {SetupProblem} with the cause and the remedy; what was finished stays
 */
export async function setUp(layout) {
  checkPlatform(process.platform, process.arch);
  checkNode(process.versions.node);
  await performSteps(stepsFor(layout, findDevice(process.env, existsSync(layout.nvidia))), layout.root, (text) => process.stderr.write(text));
}

/**
 * @param {import('./layout.mjs').Layout} layout
 * @param {import('./device.mjs').Device} device
 * @returns {import('./step.mjs').Step[]} in the order in which they build on each other
 */
function stepsFor(layout, device) {
  return [
    nodePackages(layout),
    pythonEnvironment(layout),
    tensorflow(layout, device),
    ...(device === 'cuda' ? [cudaLibraries(layout)] : []),
    addon(layout),
    operations(layout),
    kernelspec(layout),
    compilation(layout),
  ];
}

/**
 * Performs the steps that are not done, one process at a time.
 *
 * @param {readonly import('./step.mjs').Step[]} steps
 * @param {string} folder that the steps write below
 * @param {(text: string) => void} print
 * @throws {SetupProblem} when a step fails or leaves less than it should
 */
export async function performSteps(steps, folder, print) {
  if (steps.every((step) => step.isDone())) return;
  await withLock(
    folder,
    async () => {
      const missing = steps.filter((step) => !step.isDone());
      checkRoom(missing.reduce((sum, step) => sum + step.megabytes, 0), folder);
      // A step may undo a later one (a new venv has no kernel in it), so each is asked again when its turn comes.
      for (const step of steps) if (!step.isDone()) await perform(step, print);
    },
    (holder) => print(`set-up: waiting for process ${holder}, which is setting up this folder\n`),
  );
}

/**
 * @param {import('./step.mjs').Step} step
 * @param {(text: string) => void} print
 */
async function perform(step, print) {
  print(`set-up: ${step.title} ...`);
  const start = performance.now();
  try {
    await step.perform();
    if (!step.isDone()) {
      throw new SetupProblem(`After making the ${step.title}, a part of it is missing.`, 'Run the same command again; if that does not help, remove .venv and node_modules first.');
    }
  } catch (error) {
    print(' failed\n');
    throw error;
  }
  print(` ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
}
