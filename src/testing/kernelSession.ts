import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { PROJECT_ROOT } from '../files/projectRoot';


/** A cell for a kernel of the project. */
export interface KernelSessionCell {
  readonly code: string;
  /** Another cell, sent while this one runs. */
  readonly queued?: string;
  /** Looks the code up, as Shift+Tab at its end does, instead of running it. */
  readonly inspect?: boolean;
}

/** The outcome of a cell. */
export interface KernelSessionReply {
  /** "ok", "error", or "abort" for a cell that was queued behind one that failed. */
  readonly status: string;
  readonly queuedStatus: string | null;
  /** stdout and stderr. */
  readonly text: string;
  /** The plain text of all displays and updates, in their order. */
  readonly displays: readonly string[];
  /** How long the kernel took to end, at the last cell of a session with `shutdown`. */
  readonly shutdownSeconds?: number;
}

/**
 * Runs cells one after another in one kernel as `npm run setup` registers it with Jupyter. The kernel is killed at the end, or asked
 * to end by itself with `shutdown`.
 *
 * @throws Error if that fails.
 */
export function kernelSession(cells: readonly KernelSessionCell[], { shutdown = false }: { readonly shutdown?: boolean } = {}): Promise<readonly KernelSessionReply[]> {
  return new Promise((done, fail) => {
    const child = spawn(resolve(PROJECT_ROOT, '.venv/bin/python'), [resolve(PROJECT_ROOT, 'src/testing/kernelSession.py'), PROJECT_ROOT, shutdown ? 'shutdown' : 'kill'], { env: { ...process.env, VIRTUAL_ENV: resolve(PROJECT_ROOT, '.venv') } });
    let said = '';
    let complaint = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
    child.on('error', fail);
    child.on('close', (code) => {
      if (code === 0) {
        done(JSON.parse(said) as readonly KernelSessionReply[]);
      } else {
        fail(new Error(`kernelSession: the kernel's session ended with exit code ${code ?? ''}: ${complaint}`));
      }
    });
    child.stdin.end(JSON.stringify(cells));
  });
}
