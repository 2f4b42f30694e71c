import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { ModelName } from '../models/names';
import type { ScalingPoint } from './result';

const BATCHES = [16, 32, 64, 128, 256, 512];
const MODELS: readonly ModelName[] = ['resnet20', 'resnet32', 'resnet56', 'resnet50', 'resnet101', 'resnet152'];
const MODEL_BATCH = 64;

/** One thread count in a process of its own: TensorFlow makes its threads when it is loaded. */
function measurePoint(model: ModelName, batch: number, threads: number, repeats: number): ScalingPoint {
  const program = join(__dirname, 'stepTime.js');
  const cores = Array.from({ length: threads }, (_, core) => core).join(',');
  const output = execFileSync('taskset', ['--cpu-list', cores, process.execPath, program, model, String(batch), String(repeats)], { encoding: 'utf8' });
  const point = { model, batch, threads, seconds: Number(output) };
  console.log(`  ${model}, batch ${batch}, ${threads} threads: ${point.seconds.toFixed(3)} s a step`);
  return point;
}

/** Median seconds of a float32 SGD step with the ImageNet stem: by batch, by network, by threads. */
export function scaling(threads: number, repeats: number): ScalingPoint[] {
  const counts = Array.from({ length: Math.ceil(Math.log2(threads)) + 1 }, (_, power) => Math.min(threads, 2 ** power));
  return [
    ...BATCHES.map((batch) => measurePoint('resnet50', batch, threads, repeats)),
    ...MODELS.filter((model) => model !== 'resnet50').map((model) => measurePoint(model, MODEL_BATCH, threads, repeats)),
    ...counts.filter((count) => count < threads).map((count) => measurePoint('resnet50', 128, count, repeats)),
  ];
}
