/*
 * A process of its own that prints the median seconds of a float32 SGD step with the ImageNet stem:
 *   node dist/bench/stepTime.js MODEL BATCH REPEATS
 */
import { measureKernels } from '../engine/kernelChoice';
import { kernelTableFile } from '../machine/kernels';
import { createModel } from '../models/create';
import type { ModelName } from '../models/names';
import { PLAIN_RECIPE } from './recipe';
import { median } from './statistics';
import { Subject } from './subject';
import { noiseBatch } from './workload';

const [model, batch, repeats] = process.argv.slice(2) as [ModelName, string, string];
// The table for the number of threads that this process may use.
measureKernels(kernelTableFile(), 'setAside');
const subject = new Subject({ model: createModel(model, 'imagenet', 10), recipe: PLAIN_RECIPE }, noiseBatch(Number(batch)), 'float32');
subject.warmUp('sgd');
console.log(median(Array.from({ length: Number(repeats) }, () => subject.time('sgd'))));
