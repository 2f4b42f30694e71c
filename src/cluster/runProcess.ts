/**
 * A program: makes one run in a process of its own, which the process that started it names. When that process ends,
 * however it ends, this one stores a checkpoint and ends too.
 */
import { runExperiment } from '../experiment/run';
import { STOPPED, type RunOrder, type RunReport, type RunStep } from './runMessage';

/** Milliseconds between two reports within an epoch. */
const REPORT_INTERVAL = 500;

const stopping = new AbortController();
let reportedAt = -Infinity;

function tell(report: RunReport): void {
  if (process.connected) {
    process.send?.(report);
  }
}

function tellStep(step: RunStep): void {
  if (step.step === step.stepsPerEpoch || performance.now() - reportedAt >= REPORT_INTERVAL) {
    reportedAt = performance.now();
    tell({ kind: 'step', step });
  }
}

async function make({ config, ...options }: Extract<RunOrder, { kind: 'make' }>): Promise<void> {
  try {
    const result = await runExperiment(config, {
      ...options,
      signal: stopping.signal,
      onProgress: (progress) => tellStep({ ...progress, history: [] }),
    });
    process.exitCode = result === undefined ? STOPPED : 0;
  } catch (error) {
    tell({ kind: 'failure', message: error instanceof Error ? error.message : String(error), stack: (error instanceof Error && error.stack) || '' });
    process.exitCode = 1;
  }
  if (process.connected) {
    process.disconnect();
  }
}

function stop(): void {
  stopping.abort();
}

process.on('message', (order: RunOrder) => {
  if (order.kind === 'stop') {
    stop();
  } else {
    void make(order);
  }
});
process.on('disconnect', stop);
process.on('SIGTERM', stop);
// Ctrl-C in a terminal reaches every process in it. The process that started this one decides what to do.
process.on('SIGINT', () => undefined);
