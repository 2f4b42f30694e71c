import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { tensorflowPlatform } from '../engine/binding';
import { PROJECT_ROOT } from '../files/projectRoot';
import { processorDigest, processorFeatures, processorName } from './processor';

/** The widest vector instructions that matrix products can use; processor names in virtual machines do not reveal them. */
export function vectorInstructions(): string[] {
  const flags = new Set(/^flags\s*:(.*)$/m.exec(processorFeatures())?.[1]?.trim().split(' '));
  const widest = (['avx512f', 'avx2'] as const).filter((flag) => flags.has(flag)).slice(0, 1);
  const bfloat16 = (['amx_bf16', 'avx512_bf16'] as const).filter((flag) => flags.has(flag));
  return [...widest, ...bfloat16].map((flag) => flag.toUpperCase());
}

/** Where the choices of kernels for this processor, version of TensorFlow and number of threads are kept. */
export function kernelTableFile(): string {
  const name = `${processorName()} ${processorDigest()} tensorflow ${tensorflowPlatform().version} ${availableParallelism()} threads`;
  return join(PROJECT_ROOT, 'data', 'kernels', `${name.toLowerCase().replace(/[^a-z0-9.]+/g, '-')}.json`);
}
