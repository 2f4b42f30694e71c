import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { cleanNotebook } from './notebookCleaning';

/** Names of the project's notebooks, in their order. */
export async function notebookNames(root: string): Promise<readonly string[]> {
  return (await readdir(join(root, 'notebooks'))).filter((name) => name.endsWith('.ipynb')).sort();
}

/**
 * Runs a notebook from its first cell to its last without a browser window, and stores it with its outputs.
 *
 * @param root the project's folder; the notebook is in its `notebooks`.
 * @param preset what SAMLAB_PRESET says to the notebook; empty lets it read stored results.
 * @param into folder of the executed notebook.
 * @param signal ends the notebook; the stored one then stays as it was.
 * @throws Error with what the failing cell said; the stored notebook then stays as it was.
 */
export async function executeNotebook(root: string, name: string, preset: string, into: string, signal?: AbortSignal): Promise<void> {
  await mkdir(join(root, 'data', 'quick'), { recursive: true });
  const draft = await mkdtemp(join(root, 'data', 'quick', 'draft-'));
  try {
    const args = ['nbconvert', '--to', 'notebook', '--execute', '--ExecutePreprocessor.timeout=-1', '--output-dir', draft, '--output', name, join(root, 'notebooks', name)];
    await run(join(root, '.venv', 'bin', 'jupyter'), args, { ...process.env, SAMLAB_PRESET: preset, TF_CPP_MIN_LOG_LEVEL: '3' }, signal);
    await mkdir(into, { recursive: true });
    await writeFileAtomic(join(into, name), cleanNotebook(await readFile(join(draft, name), 'utf8'), [[root, '.'], [homedir(), '~']]));
  } catch (error) {
    throw new Error(`executeNotebook: notebooks/${name} did not run to its end.\n${error instanceof Error ? error.message : String(error)}`, { cause: error });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Runs a program and keeps what it says for the error. nbconvert repeats the failing cell and its output on stderr. */
function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv, stop?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: ['ignore', 'ignore', 'pipe'], ...(stop ? { signal: stop } : {}) });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) {
        resolve();
      } else {
        const cell = said.indexOf('An error occurred while executing the following cell');
        reject(new Error(cell < 0 ? `jupyter ended with ${signal ?? `exit code ${code ?? ''}`}: ${said}` : said.slice(cell)));
      }
    });
  });
}
