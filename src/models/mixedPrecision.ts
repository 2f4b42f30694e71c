import { batchBucket, chooseKernel } from '../engine/kernelChoice';
import { cast } from '../engine/precision';
import { unrecorded } from '../engine/tape';
import { release, scope, type Tensor } from '../engine/tensor';
import type { Apply, Model, Pass } from './model';

/** Activations in bfloat16, or in float32 where a processor is slower with it; the first is the pinned choice. */
const ACTIVATIONS = ['bfloat16', 'float32'] as const;

type Activations = (typeof ACTIVATIONS)[number];

function applyIn(activations: Activations, network: Apply, images: Tensor, pass: Pass): Tensor {
  const rounded = cast(images, activations);
  const logits = network(rounded, pass);
  if (rounded !== images) {
    release(rounded);
  }
  return logits;
}

/** Milliseconds of a second forward pass, whose kernels have been chosen by then; all that it makes is freed. */
function forwardTime(activations: Activations, network: Apply, images: Tensor, pass: Pass): number {
  const run = (): void => unrecorded(() => scope(() => void applyIn(activations, network, images, { ...pass, training: false, updated: [] })));
  run();
  const started = performance.now();
  run();
  return performance.now() - started;
}

/**
 * The same network with activations and products in bfloat16; where kernels are measured and the whole network is
 * faster in float32 on this machine, in float32. Parameters, running statistics, logits and gradients are float32.
 *
 * @source Kalamkar et al. 2019 (arXiv 1905.12322): bfloat16 with float32 master weights needs no loss scaling.
 */
export function mixedPrecision(model: Model): Model {
  const apply: Apply = (images, pass) => {
    const computation = `activations of ${model.name}, ${model.classes} classes, ${batchBucket(images.shape[0]!)} images`;
    const time = (name: string): number => forwardTime(name as Activations, model.apply, images, pass);
    return applyIn(chooseKernel(computation, ACTIVATIONS, time) as Activations, model.apply, images, pass);
  };
  return { ...model, name: `${model.name}, mixed precision`, apply };
}
