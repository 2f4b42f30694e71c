import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { tensorflowPlatform } from '../engine/binding';
import { PROJECT_ROOT } from '../train/environment';

/** What sets processors apart beyond their name, which virtual machines often cut short. */
function processorFeatures(): string {
  const lines = existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8').split('\n') : [];
  return ['cpu family', 'model\t', 'stepping', 'cache size', 'flags'].map((key) => lines.find((line) => line.startsWith(key)) ?? '').join('\n');
}

/** The widest kinds of vector instructions, of those that products of matrices use: names of processors in virtual machines do not tell them. */
export function vectorInstructions(): string[] {
  const flags = new Set(/^flags\s*:(.*)$/m.exec(processorFeatures())?.[1]?.trim().split(' '));
  const widest = (['avx512f', 'avx2'] as const).filter((flag) => flags.has(flag)).slice(0, 1);
  const bfloat16 = (['amx_bf16', 'avx512_bf16'] as const).filter((flag) => flags.has(flag));
  return [...widest, ...bfloat16].map((flag) => flag.toUpperCase());
}

/** Where the choices of kernels for this processor, version of TensorFlow and number of threads are kept. */
export function kernelTableFile(): string {
  const processor = cpus()[0]?.model.trim() ?? 'unknown';
  const hash = createHash('sha256').update(processor).update(processorFeatures()).digest('hex').slice(0, 8);
  const name = `${processor} ${hash} tensorflow ${tensorflowPlatform().version} ${availableParallelism()} threads`;
  return join(PROJECT_ROOT, 'data', 'kernels', `${name.toLowerCase().replace(/[^a-z0-9.]+/g, '-')}.json`);
}
