import { from, op } from 'arquero';
import type { ExperimentConfig } from '../experiment/config';
import type { RunResult } from '../experiment/result';
import { METHOD_NAMES } from './recipe';

/** What the runs of one data set, method, length and machine cost, as the mean over them. */
interface CostRow {
  readonly data: string;
  readonly method: ExperimentConfig['method'];
  readonly epochs: number;
  readonly machine: string;
  readonly runs: number;
  readonly seconds: number;
  readonly gradients: number;
}

/** Cost of runs in GitHub's Markdown: wall time and gradients of a batch, by data set, method, number of epochs, and machine with its threads. */
export function costsMarkdown(runs: readonly RunResult[]): string {
  if (runs.length === 0) {
    return 'Not run.';
  }
  const records = runs.map(({ data, config, seconds, gradientEvaluations, environment }) => ({ data: data.name, method: config.method, epochs: config.epochs, machine: machineOf(environment), seconds, gradientEvaluations }));
  const rows = from(records)
    .groupby('data', 'method', 'epochs', 'machine')
    .rollup({ runs: op.count(), seconds: op.mean('seconds'), gradients: op.mean('gradientEvaluations') })
    .orderby('data', 'epochs', 'gradients', 'machine')
    .objects() as CostRow[];
  return [
    '| Data set | Method | Epochs | Machine | Runs | Minutes a run | Gradients a run |',
    '|---|---|---:|---|---:|---:|---:|',
    ...rows.map((row) => `| ${row.data} | ${METHOD_NAMES[row.method]} | ${row.epochs} | ${row.machine} | ${row.runs} | ${(row.seconds / 60).toFixed(1)} | ${Math.round(row.gradients).toLocaleString('en-US')} |`),
  ].join('\n');
}

/** The machine that a run was made on, with the threads that it used. */
export function machineOf({ processor, gpu, threads }: RunResult['environment']): string {
  return gpu ?? `${processor}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
}

/** Where runs were made, one sentence for each machine and set of versions. */
export function describeMachines(runs: readonly RunResult[]): string {
  const sentences = runs.map(({ environment }) =>
    `samlab ${environment.samlab}, Node ${environment.node.replace(/^v/, '')}, TensorFlow ${environment.tensorflow}, ${machineOf(environment)}.`,
  );
  return [...new Set(sentences)].join(' ') || 'Nothing was run.';
}
