import { existsSync, readFileSync } from 'node:fs';

/** Whether the processor has the instructions with which oneDNN computes in bfloat16. */
export const hasAvx512: boolean = existsSync('/proc/cpuinfo') && /^flags\b.*\bavx512bw\b/m.test(readFileSync('/proc/cpuinfo', 'utf8'));
