// @ts-check
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pip } from './pip.mjs';
import { explainFailure } from './problem.mjs';
import { replaceFolder } from './replaceFolder.mjs';
import { hashFiles, isStamped, writeStamp } from './stamp.mjs';

/**
 * CUDA and cuDNN come as wheels, so a user needs only NVIDIA's driver. They lie where TensorFlow's library looks for them:
 * beside its own folder.
 *
 * @param {import('./layout.mjs').Layout} layout
 * @returns {import('./step.mjs').Step}
 */
export function cudaLibraries(layout) {
  const stampFile = join(layout.nvidia, 'setup.json');
  const stamp = () => ({ requirements: hashFiles([layout.cudaRequirements]) });
  return {
    title: 'CUDA libraries',
    megabytes: 8000,
    isDone: () => isStamped(stampFile, stamp()) && existsSync(join(layout.nvidia, 'cudnn/lib')),
    perform: async () => {
      const draft = `${layout.nvidia}.tmp`;
      rmSync(draft, { recursive: true, force: true });
      const choice = ['--no-deps', '--no-cache-dir', '--no-compile', '--target', draft];
      const installed = await pip(layout.python, 'install', [...choice, '-r', layout.cudaRequirements]);
      if (!installed.ok) throw explainFailure('Installing the CUDA libraries', installed.output);
      writeStamp(join(draft, 'nvidia/setup.json'), stamp());
      replaceFolder(layout.nvidia, join(draft, 'nvidia'));
      rmSync(draft, { recursive: true });
    },
  };
}
