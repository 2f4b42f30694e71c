import { execFileSync, type ExecFileSyncOptions } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../files/projectRoot';

const REQUIREMENTS = join(PROJECT_ROOT, 'src', 'bench', 'pytorch', 'requirements.txt');

/**
 * Python interpreter of an environment with PyTorch, which is made at the first call (some minutes and up to 6 GB:
 * PyPI's wheel brings CUDA's libraries along).
 *
 * @throws Error if Python or PyPI cannot be reached; the benchmark has no other side then.
 */
export function pytorchEnvironment(): string {
  const folder = join(PROJECT_ROOT, '.venv', 'bench');
  const python = join(folder, 'bin', 'python');
  const stamp = join(folder, 'requirements.sha256');
  const wanted = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) {
    return python;
  }
  console.log('Making an environment with PyTorch below .venv/bench, once.');
  rmSync(folder, { recursive: true, force: true });
  try {
    const options: ExecFileSyncOptions = { stdio: ['ignore', 'ignore', 'inherit'] };
    execFileSync('python3', ['-m', 'venv', folder], options);
    execFileSync(python, ['-m', 'pip', '--disable-pip-version-check', 'install', '--quiet', '--only-binary=:all:', '-r', REQUIREMENTS], options);
  } catch (error) {
    throw new Error('pytorchEnvironment: PyTorch could not be installed; the reason is above. Mend it and run the same command again.', { cause: error });
  }
  writeFileSync(stamp, wanted);
  return python;
}
