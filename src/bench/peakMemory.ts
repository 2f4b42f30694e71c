/*
 * A process of its own that takes a few SAM steps and says how much memory it has held at most, in bytes:
 *   node dist/bench/peakMemory.js MODEL STEM BATCH KERNEL_TABLE
 */
import { readFileSync } from 'node:fs';
import { measureKernels } from '../engine/kernelChoice';
import { createModel } from '../models/create';
import type { ModelName } from '../models/names';
import { Subject } from './subject';
import { noiseBatch } from './workload';

const STEPS = 3;
const [model, stem, batch, kernels] = process.argv.slice(2) as [ModelName, 'imagenet' | 'cifar', string, string];
measureKernels(kernels);
const subject = new Subject(createModel(model, stem, 10), noiseBatch(Number(batch)), 'float32');
for (let step = 0; step < STEPS; step++) {
  subject.perform('sam');
}
const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
console.log(Number(kilobytes) * 1024);
