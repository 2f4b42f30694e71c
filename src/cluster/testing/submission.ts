import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { experimentFolders } from '../../experiment/folders';
import { readResults, runId } from '../../experiment/store';
import type { GridPlan } from '../gridPlan';
import { runFiles } from '../runFiles';
import { experiment, numbersOf, trainingProcess, writeGrid, type Ended, type TrainingProcess } from './grid';
import { TestSlurm } from './slurm';
import type { TestSlurmOptions } from './slurmConfiguration';

/** A job that the command has submitted. */
export interface TestJob {
  readonly job: string;
  /** Folder of its script and its logs. */
  readonly folder: string;
  readonly output: string;
}

/** A grid on a Slurm of the test, removed when the test ends. */
export class TestSubmission {
  private constructor(
    readonly slurm: TestSlurm,
    readonly folder: string,
    readonly file: string,
    readonly plan: GridPlan,
  ) {}

  /** Starts the Slurm and writes the grid's file. */
  static async start(t: TestContext, grid: unknown, options: TestSlurmOptions = {}): Promise<TestSubmission> {
    const folder = mkdtempSync(join(tmpdir(), 'samlab-grid-'));
    const slurm = await TestSlurm.start(options);
    t.after(async () => {
      await slurm.stop();
      rmSync(folder, { recursive: true });
    });
    const { file, plan } = writeGrid(folder, grid);
    return new TestSubmission(slurm, folder, file, plan);
  }

  /** The store of Slurm's runs. */
  get store(): string {
    return join(this.folder, 'cluster');
  }

  /** Runs the command on the grid with Slurm. */
  command(...words: readonly string[]): Promise<Ended> {
    return experiment(['--grid', this.file, '--store', this.store, ...words], this.slurm.environment);
  }

  /** Submits the grid, or the part of it that the words select. @throws AssertionError if that fails. */
  async submit(...words: readonly string[]): Promise<TestJob> {
    const { code, output } = await this.command('--on', 'slurm', ...words);
    assert.equal(code, 0, output);
    const [, job, folder] = /Submitted job (\d+): .*Logs: (.*)\n/.exec(output) ?? [];
    assert.ok(job !== undefined && folder !== undefined, output);
    return { job, folder, output };
  }

  /** Waits until a run has begun to train and holds it there. @returns its process. */
  async hold({ job }: TestJob, task: number, run = task): Promise<TrainingProcess> {
    const { progress } = runFiles(experimentFolders('quick', this.store), runId(this.plan.runs[run]!.config));
    await this.slurm.until(() => existsSync(progress), 60, `the first step of run ${run}`);
    // Other tests have their own Slurm, with the same job numbers.
    const training = trainingProcess({ SLURM_CONF: this.slurm.environment['SLURM_CONF'], SLURM_ARRAY_JOB_ID: job, SLURM_ARRAY_TASK_ID: String(task) });
    assert.ok(training, `task ${job}_${task} has no process that trains`);
    process.kill(training.pid, 'SIGSTOP');
    return training;
  }

  /** Waits until the log of a task says something. */
  async untilLogged({ folder }: TestJob, task: number, text: string, seconds?: number): Promise<void> {
    const log = join(folder, `${task}.log`);
    await this.slurm.until(() => existsSync(log) && readFileSync(log, 'utf8').includes(text), seconds, `"${text}" in the log of task ${task}`);
  }

  /** Waits until Slurm's queue is empty. */
  async untilDone(): Promise<void> {
    await this.slurm.until(() => this.slurm.call('squeue', '--noheader').trim() === '', 120, 'an empty queue');
  }

  /** Compares Slurm's results with the same grid run here. @throws AssertionError if a number differs or is missing. */
  async compareWithLocal(): Promise<void> {
    const local = join(this.folder, 'local');
    const { code, output } = await experiment(['--grid', this.file, '--store', local]);
    assert.equal(code, 0, output);
    const made = await readResults(experimentFolders('quick', this.store).results);
    assert.equal(made.length, this.plan.runs.length);
    assert.deepEqual(numbersOf(made), numbersOf(await readResults(experimentFolders('quick', local).results)));
  }
}
