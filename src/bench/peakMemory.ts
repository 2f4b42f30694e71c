/*
 * A process of its own that takes a few SAM steps, or probes a plane and the Hessian, and says how much memory it has held at most, in bytes:
 *   node dist/bench/peakMemory.js MODEL STEM BATCH KERNEL_TABLE [probes]
 */
import { readFileSync } from 'node:fs';
import { measureKernels } from '../engine/kernelChoice';
import { createModel } from '../models/create';
import type { ModelName } from '../models/names';
import { hessianProduct, planeRow, probedNetwork } from './probed';
import { Subject } from './subject';
import { noiseBatch } from './workload';

const STEPS = 3;

function takeSteps(model: ModelName, stem: 'imagenet' | 'cifar', batch: number): void {
  const subject = new Subject(createModel(model, stem, 10), noiseBatch(batch), 'float32');
  for (let step = 0; step < STEPS; step++) {
    subject.perform('sam');
  }
}

async function probe(): Promise<void> {
  const all = probedNetwork();
  for (let step = 0; step < STEPS; step++) {
    await planeRow(all, all.loss);
    await hessianProduct(all);
  }
}

async function main([model, stem, batch, kernels, what]: string[]): Promise<void> {
  measureKernels(kernels!);
  if (what === 'probes') {
    await probe();
  } else {
    takeSteps(model as ModelName, stem as 'imagenet' | 'cifar', Number(batch));
  }
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  console.log(Number(kilobytes) * 1024);
}

void main(process.argv.slice(2));
