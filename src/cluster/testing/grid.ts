import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunResult } from '../../experiment/result';
import { planGrid, type GridPlan } from '../gridPlan';

/** Runs of ResNet-20 on 40 images, of seconds each. */
export const SMALL_RUNS = { model: 'resnet20', imagesPerClass: 4, testImagesPerClass: 2, normalization: 'half', method: 'sam', epochs: 8, warmupEpochs: 0, batchSize: 20 } as const;

/** Writes a grid's file. @returns it, and the plan that the command makes of it. */
export function writeGrid(folder: string, content: unknown): { readonly file: string; readonly plan: GridPlan } {
  const file = join(folder, 'small.json');
  writeFileSync(file, JSON.stringify(content));
  return { file, plan: planGrid(file, { kind: 'quick' }) };
}

/** The command's exit code and output. */
export interface Ended {
  readonly code: number | string;
  readonly output: string;
}

/** Runs `npm run experiment` with these words, without set-up and without measuring costs. */
export function experiment(words: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(__dirname, '..', 'main.js'), ...words, '--allow-synthetic', '--no-estimate'], { env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : (error.code ?? 'killed'), output: stdout + stderr }),
    );
  });
}

/** The fields of results without times and machines, by run. */
export function numbersOf(results: readonly RunResult[]): unknown {
  return results.map(({ config, data, status, history, final, gradientEvaluations }) => ({
    ...{ config, data, status, final, gradientEvaluations },
    history: history.map((record) => ({ ...record, seconds: 0 })),
  }));
}

/** A process and the environment that it was started with. */
export interface TrainingProcess {
  readonly pid: number;
  readonly environment: Readonly<Record<string, string>>;
}

function startEnvironment(pid: string): Record<string, string> {
  const entries = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter((entry) => entry.includes('='));
  return Object.fromEntries(entries.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]));
}

/** A training process that was started with these words in its environment, on any node of the test. */
export function trainingProcess(wanted: Readonly<Record<string, string | undefined>>): TrainingProcess | undefined {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('runProcess.js')) {
        const environment = startEnvironment(pid);
        if (Object.entries(wanted).every(([name, value]) => environment[name] === value)) {
          return { pid: Number(pid), environment };
        }
      }
    } catch {
      // It has ended meanwhile.
    }
  }
  return undefined;
}
