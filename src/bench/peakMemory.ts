/*
 * A process of its own that takes a few SAM steps, or probes a plane and the Hessian, or multiplies with the Hessian, and prints its peak memory in bytes:
 *   node dist/bench/peakMemory.js NETWORK BATCH KERNEL_TABLE (steps | probes | products)
 * Probes and products are of ResNet-50 with the ImageNet stem, whatever NETWORK and BATCH are.
 */
import { readFileSync } from 'node:fs';
import { measureKernels } from '../engine/kernelChoice';
import { compared, type ComparedName } from './compared';
import { hessianProduct, planeRow, probedNetwork } from './probed';
import { Subject } from './subject';
import { noiseBatch } from './workload';

const TIMES = 3;

function takeSteps(name: ComparedName, batch: number): void {
  const subject = new Subject(compared(name, batch), noiseBatch(batch), 'float32');
  for (let step = 0; step < TIMES; step++) {
    subject.perform('sam');
  }
}

async function probe(withPlane: boolean): Promise<void> {
  const all = probedNetwork();
  for (let time = 0; time < TIMES; time++) {
    if (withPlane) {
      await planeRow(all, all.loss);
    }
    await hessianProduct(all);
  }
}

async function main([name, batch, kernels, what]: string[]): Promise<void> {
  measureKernels(kernels!);
  if (what === 'steps') {
    takeSteps(name as ComparedName, Number(batch));
  } else {
    await probe(what === 'probes');
  }
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  console.log(Number(kilobytes) * 1024);
}

void main(process.argv.slice(2));
