/*
 * A process of its own that prints the median seconds of a float32 SGD step with the ImageNet stem:
 *   node dist/bench/stepTime.js MODEL BATCH REPEATS KERNEL_TABLE
 */
import { measureKernels } from '../engine/kernelChoice';
import { createModel } from '../models/create';
import type { ModelName } from '../models/names';
import { median } from './statistics';
import { Subject } from './subject';
import { noiseBatch } from './workload';

const [model, batch, repeats, kernels] = process.argv.slice(2) as [ModelName, string, string, string];
measureKernels(kernels);
const subject = new Subject(createModel(model, 'imagenet', 10), noiseBatch(Number(batch)), 'float32');
subject.perform('sgd');
console.log(median(Array.from({ length: Number(repeats) }, () => subject.time('sgd'))));
