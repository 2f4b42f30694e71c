import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** The processor's name, as the operating system gives it. */
export function processorName(): string {
  return cpus()[0]?.model.trim() ?? 'unknown';
}

/** What distinguishes processors besides their name, which virtual machines often shorten. */
export function processorFeatures(): string {
  const lines = existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8').split('\n') : [];
  return ['cpu family', 'model\t', 'stepping', 'cache size', 'flags'].map((key) => lines.find((line) => line.startsWith(key)) ?? '').join('\n');
}

/** Eight characters that stand for the processor's name and features: the same for processors of one kind. */
export function processorDigest(): string {
  return createHash('sha256').update(processorName()).update(processorFeatures()).digest('hex').slice(0, 8);
}
