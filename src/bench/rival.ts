import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Batch } from '../data/batches';
import { tensorflowPlatform } from '../engine/binding';
import { PROJECT_ROOT } from '../files/projectRoot';
import { disposeStatistics, initialStatistics } from '../models/initialise';
import { saveWeights } from '../models/torchvision';
import { startOf, type Compared } from './compared';

const PROGRAM = join(PROJECT_ROOT, 'src', 'bench', 'pytorch', 'rival.py');

/** PyTorch in a process of its own, which answers one request after another (see rival.py). */
export class Rival {
  private readonly child: ChildProcessByStdio<Writable, Readable, null>;
  private readonly lines: AsyncIterator<string>;

  /**
   * @param python interpreter of the environment that has PyTorch.
   * @param keepsMemory whether the C library has the settings that samlab's commands set, or its own.
   */
  constructor(python: string, keepsMemory = true) {
    const { GLIBC_TUNABLES, ...others } = process.env;
    const memory = keepsMemory && GLIBC_TUNABLES !== undefined ? { GLIBC_TUNABLES } : {};
    // Waiting threads sleep: spinning ones would slow the other side down.
    this.child = spawn(python, [PROGRAM], { stdio: ['pipe', 'pipe', 'inherit'], env: { ...others, ...memory, OMP_WAIT_POLICY: 'passive', KMP_BLOCKTIME: '0' } });
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  /** @throws Error with PyTorch's own message, or if its process ended. */
  async ask<Answer>(command: string, request: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
    this.child.stdin.write(`${JSON.stringify({ command, ...request })}\n`);
    const { value, done } = (await this.lines.next()) as { value: string; done?: boolean };
    if (done === true) {
      throw new Error(`Rival.ask: PyTorch's process ended during "${command}"; its own message is above.`);
    }
    const answer = JSON.parse(value) as Answer & { readonly error?: string };
    if (answer.error !== undefined) {
      throw new Error(`PyTorch, ${command}: ${answer.error}`);
    }
    return answer;
  }

  /** Ends the process. */
  close(): void {
    this.child.stdin.end();
  }
}

/** Gives PyTorch a network with its initial weights, a batch, and what a step does. @returns PyTorch's version. */
export async function prepare(rival: Rival, compared: Compared, batch: Batch, threads: number): Promise<{ readonly torch: string }> {
  const { model, modelName, stem, recipe } = compared;
  const folder = mkdtempSync(join(tmpdir(), 'samlab-bench-'));
  const [weights, images, labels] = ['weights.safetensors', 'images', 'labels'].map((name) => join(folder, name)) as [string, string, string];
  const parameters = startOf(compared);
  const statistics = initialStatistics(model);
  try {
    saveWeights(weights, model, parameters, statistics);
    writeFileSync(images, batch.images);
    writeFileSync(labels, Uint8Array.from(batch.labels));
    return await rival.ask('prepare', { model: modelName, stem, batch: batch.size, recipe, weights, images, labels, threads, card: tensorflowPlatform().gpu });
  } finally {
    parameters.dispose();
    disposeStatistics(statistics);
    rmSync(folder, { recursive: true });
  }
}
