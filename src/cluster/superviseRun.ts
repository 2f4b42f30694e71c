import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { STOPPED, type RunOrder, type RunReport, type RunStep } from './runMessage';

/** Characters of a run's output that are kept in case it fails. */
const LOG_LENGTH = 8000;

/** How a run's process ended. */
export type RunEnd =
  | { readonly kind: 'done' | 'stopped' }
  | { readonly kind: 'failed'; readonly message: string; readonly log: string }
  | { readonly kind: 'killed'; readonly signal: NodeJS.Signals; readonly log: string };

/** What is called during a run, and what stops it. */
export interface Supervision {
  readonly onStep: (step: RunStep) => void;
  /** Aborted, it asks the run to store a checkpoint and end. */
  readonly signal: AbortSignal;
  /** Aborted, it ends the run's process at once, before it writes anything more. */
  readonly abandon: AbortSignal;
}

function send(child: ChildProcess, order: RunOrder): void {
  // A child that has ended meanwhile shows that by its exit code.
  child.send(order, () => undefined);
}

/**
 * Makes a run in a process of its own and waits for its end. Whatever happens to that process, even a crash of native code
 * or a kill for lack of memory, is returned as a value.
 */
export function superviseRun(order: Omit<Extract<RunOrder, { kind: 'make' }>, 'kind'>, { onStep, signal: stop, abandon }: Supervision): Promise<RunEnd> {
  const child = fork(join(__dirname, 'runProcess.js'), { stdio: ['ignore', 'inherit', 'pipe', 'ipc'] });
  let log = '';
  let message: string | undefined;
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    process.stderr.write(text);
    log = (log + text).slice(-LOG_LENGTH);
  });
  child.on('message', (report: RunReport) => {
    if (report.kind === 'step') {
      onStep(report.step);
    } else {
      message = report.message;
      log = (log + report.stack).slice(-LOG_LENGTH);
    }
  });
  const askToStop = (): void => send(child, { kind: 'stop' });
  stop.addEventListener('abort', askToStop);
  abandon.addEventListener('abort', () => child.kill('SIGKILL'));
  send(child, { kind: 'make', ...order });
  if (stop.aborted) {
    askToStop();
  }
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ kind: 'failed', message: `no process could be started for it: ${error.message}`, log }));
    child.on('close', (code, signal) => {
      stop.removeEventListener('abort', askToStop);
      if (signal !== null) {
        resolve({ kind: 'killed', signal, log });
      } else if (code === 0 || code === STOPPED) {
        resolve({ kind: code === 0 ? 'done' : 'stopped' });
      } else {
        resolve({ kind: 'failed', message: message ?? `its process ended with code ${code ?? 'unknown'}`, log });
      }
    });
  });
}
