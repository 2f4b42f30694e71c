import { binding } from '../engine/binding';
import { foldBatchNorm, type FoldedConvolution } from '../engine/foldedConvolution';
import { batchBucket, chooseKernel } from '../engine/kernelChoice';
import { isRecording } from '../engine/tape';
import { keptWith, scope, tensor, type Tensor } from '../engine/tensor';
import type { Fold, Model, Pass } from '../models/model';

/** Batch norm as a layer of its own, or folded into the convolution before it; the first is the pinned choice. */
const FORMS = ['apart', 'folded'] as const;

function fold({ filter, scale, shift, statistics, epsilon }: Fold, { parameters, statistics: moments }: Pass): FoldedConvolution {
  const weight = parameters[filter]!;
  const [filters] = weight.shape.slice(-1) as [number];
  return scope(
    () => {
      const ones = scale === undefined ? tensor(new Float32Array(filters).fill(1), [filters]) : parameters[scale]!;
      return foldBatchNorm(weight, { scale: ones, shift: parameters[shift]!, epsilon }, moments[statistics]!);
    },
    (folded) => [folded.filter, folded.bias],
  );
}

/** Convolutions from a list of filters and biases in turn. */
export function foldedOf(tensors: readonly Tensor[]): FoldedConvolution[] {
  return Array.from({ length: tensors.length / 2 }, (_, place) => ({ filter: tensors[2 * place]!, bias: tensors[2 * place + 1]! }));
}

/**
 * Filter and bias, in turn, of each convolution of `Model.folds` with its batch norm folded in. They are made once for each
 * value of weights and statistics, and kept with the weights.
 */
export function foldedConvolutions({ folds = [] }: Model, pass: Pass): Tensor[] {
  return folds.flatMap((one) => {
    const { mean, variance } = pass.statistics[one.statistics]!;
    const others = [...(one.scale === undefined ? [] : [pass.parameters[one.scale]!]), pass.parameters[one.shift]!, mean, variance];
    return keptWith(pass.parameters[one.filter]!, others, () => {
      const { filter, bias } = fold(one, pass);
      return [filter, bias];
    });
  });
}

/** Milliseconds of a second pass, whose kernels have been chosen by then, with the folding that each new point needs; all that it makes is freed. */
function passTime(form: string, model: Model, images: Tensor, pass: Pass): number {
  const run = (): void =>
    scope(() => {
      const folded = form === 'folded' ? { folded: (model.folds ?? []).map((one) => fold(one, pass)) } : {};
      model.apply(images, { ...pass, ...folded });
    });
  run();
  const started = performance.now();
  run();
  return performance.now() - started;
}

/**
 * Whether a pass in evaluation computes with batch norm folded: where kernels are measured and it is faster on this machine. The
 * logits are the same but for rounding. Never on a graphics card, or while gradients are recorded.
 */
export function foldsBatchNorm(model: Model, images: Tensor, pass: Pass): boolean {
  const { folds = [] } = model;
  if (folds.length === 0 || isRecording() || binding.isUsingGpuDevice()) {
    return false;
  }
  const computation = `batch norm in evaluation of ${model.name}, ${model.classes} classes, ${batchBucket(images.shape[0]!)} images`;
  return chooseKernel(computation, FORMS, (form) => passTime(form, model, images, pass)) === 'folded';
}
