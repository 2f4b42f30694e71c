import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binding } from '../engine/binding';

/** Exit code where there is no card to check: test programs read 77 as skipped. */
export const NO_CARD = 77;

/** Something that is checked on a machine with a graphics card. */
export interface Check {
  readonly title: string;
  /** Minutes after which it counts as failed. */
  readonly minutes: number;
  /** @returns undefined if all is well; else what failed, in words. */
  readonly run: (minutes: number) => Promise<string | undefined>;
}

/** The names of the cards that NVIDIA's driver finds; none where there is no driver. */
export function nvidiaCards(): string[] {
  const { status, stdout } = spawnSync('nvidia-smi', ['-L'], { encoding: 'utf8' });
  return status === 0 ? stdout.split('\n').filter((line) => line.startsWith('GPU ')) : [];
}

/** Lines of a failed program that are shown. */
const LINES = 60;

/** Runs a program of this project to its end. @returns its last output, if it failed. */
export function runNode(args: readonly string[], minutes: number): Promise<string | undefined> {
  return new Promise((done) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (said += text));
    }
    let late = false;
    const limit = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, 60_000 * minutes);
    child.on('close', (code, signal) => {
      clearTimeout(limit);
      const last = said.trim().split('\n').slice(-LINES).join('\n');
      done(code === 0 ? undefined : `${last}\n(${late ? `no end within ${minutes} minutes` : signal ? `ended by ${signal}` : `exit code ${code ?? ''}`})`);
    });
  });
}

function testsOfEngine(): string[] {
  const engine = join(__dirname, '..', 'engine');
  return readdirSync(engine, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.test.js')).map((name) => join(engine, name));
}

/** Whether TensorFlow computes on the card, the engine's tests, and a short comparison, which begins by comparing loss, gradient and steps with PyTorch's. */
const CHECKS: readonly Check[] = [
  {
    title: 'TensorFlow computes on the card',
    minutes: 1,
    run: () => Promise.resolve(binding.isUsingGpuDevice() ? undefined : 'It computes on the processor. If SAMLAB_DEVICE is "cpu", unset it; else compare the driver\'s CUDA version, which nvidia-smi prints, with src/setup/requirements-cuda.txt.'),
  },
  {
    title: "the engine's tests",
    minutes: 4,
    run: (minutes) => runNode(['--test', '--test-reporter=dot', '--test-concurrency=2', ...testsOfEngine()], minutes),
  },
  {
    title: 'a short comparison with PyTorch',
    minutes: 4,
    run: async (minutes) => {
      const store = mkdtempSync(join(tmpdir(), 'samlab-gpu-check-'));
      try {
        const flags = ['--networks', 'imagenet', '--works', 'sgd,evaluation', '--repeats', '6', '--most-repeats', '6', '--only-ratios', '--no-compile', '--no-probes', '--store', store];
        return await runNode([join(__dirname, 'main.js'), 'compare', ...flags], minutes);
      } finally {
        rmSync(store, { recursive: true });
      }
    },
  },
];

/**
 * Makes all checks one after another, even if some fail, and prints what failed.
 *
 * @param cards names of the cards that there are.
 * @returns an exit code: 0 if all is well, 1 if something failed, `NO_CARD` where there is no card; then nothing is run.
 */
export async function gpuCheck(cards: readonly string[] = nvidiaCards(), checks: readonly Check[] = CHECKS): Promise<number> {
  if (cards.length === 0) {
    console.log(`gpu-check: nvidia-smi finds no NVIDIA card here, so nothing was checked (exit code ${NO_CARD}). Run it on a machine with a card and its driver.`);
    return NO_CARD;
  }
  console.log(cards.join('\n'));
  let failed = 0;
  for (const { title, minutes, run } of checks) {
    const started = performance.now();
    const problem = await run(minutes).catch((error: unknown) => (error as Error).message);
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    console.log(problem === undefined ? `passed: ${title} (${seconds} s)` : `FAILED: ${title} (${seconds} s)\n${problem.replace(/^/gm, '  ')}`);
    failed += problem === undefined ? 0 : 1;
  }
  console.log(failed === 0 ? 'gpu-check: everything works on this card.' : `gpu-check: ${failed} of ${checks.length} checks failed; their output is above.`);
  return failed === 0 ? 0 : 1;
}
