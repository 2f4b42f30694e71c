import type { Vector } from '../engine/vector';
import type { Optimizer } from './optimizer';
import { disposeReplaced, type BatchPart, type SharpnessAwareInput, type SharpnessAwareStep } from './step';
import { withTemporaries } from './temporaries';

/**
 * Splits a batch in groups of m images, each of which gets a perturbation of its own (m-sharpness).
 *
 * @param images in the batch
 * @param groupSize m; undefined makes the whole batch one group
 * @throws RangeError unless m is a positive integer that divides the number of images.
 * @source Foret et al. 2021 (arXiv 2010.01412), section 4.1 and figure 3.
 */
export function splitBatch(images: number, groupSize: number | undefined): readonly (BatchPart | undefined)[] {
  if (groupSize === undefined || groupSize === images) {
    return [undefined];
  }
  if (!(Number.isSafeInteger(groupSize) && groupSize >= 1 && images % groupSize === 0)) {
    throw new RangeError(`splitBatch: expected groups of m images that divide a batch of ${images}, got m = ${groupSize}; choose ${divisors(images).join(', ')}.`);
  }
  return Array.from({ length: images / groupSize }, (_, group) => ({ start: group * groupSize, end: (group + 1) * groupSize }));
}

function divisors(images: number): number[] {
  return Array.from({ length: images }, (_, index) => index + 1).filter((candidate) => images % candidate === 0);
}

/**
 * A step in groups of m images: each group's ascent is its own, and the base optimizer steps once, along the mean of the
 * gradients that the groups found. Batch norm uses each group's own moments; the rule's state is made from the first group.
 *
 * @throws RangeError in the step, if m does not divide the batch, before any gradient is computed.
 */
export function inGroups(step: SharpnessAwareStep, groupSize: number | undefined): SharpnessAwareStep {
  return (input) => {
    const parts = splitBatch(input.images ?? 1, groupSize);
    return parts.length === 1 ? step(input) : groupedStep(step, input, parts as readonly BatchPart[]);
  };
}

function groupedStep<V extends Vector, State>(step: SharpnessAwareStep, input: SharpnessAwareInput<V, State>, parts: readonly BatchPart[]): ReturnType<typeof step<V, State>> {
  const { parameters, state, optimizer, learningRate } = input;
  const share = 1 / parts.length;
  const mean = new MeanVector<V>();
  let method = input.method;
  let loss = 0;
  let gradientEvaluations = 0;
  return withTemporaries((own) => {
    own(mean);
    try {
      parts.forEach((part, index) => {
        const collecting: Optimizer<V, State> = { ...optimizer, update: (_, gradient) => (mean.add(gradient, share), { parameters, state }) };
        const found = step({ ...ofPart(input, part), optimizer: collecting, method: { ...method, step: input.method.step }, prepared: index > 0 });
        method = found.method;
        loss += found.loss * share;
        gradientEvaluations += found.gradientEvaluations * share;
      });
      const updated = optimizer.update(parameters, mean.value, state, learningRate);
      return { ...updated, loss, gradientEvaluations, method };
    } catch (error) {
      disposeReplaced(method, input.method);
      throw error;
    }
  });
}

/** A sum of vectors, which are left as they are. */
class MeanVector<V extends Vector> {
  private sum: V | undefined;

  add(vector: V, share: number): void {
    if (this.sum === undefined) {
      this.sum = vector.times(share);
    } else {
      this.sum.addScaledInPlace(vector, share);
    }
  }

  get value(): V {
    return this.sum!;
  }

  dispose(): void {
    this.sum?.dispose();
  }
}

/** The same step on only some images of the batch. */
function ofPart<V extends Vector, State>(input: SharpnessAwareInput<V, State>, part: BatchPart): SharpnessAwareInput<V, State> {
  const { objective, sampleGradient } = input;
  return {
    ...input,
    images: part.end - part.start,
    objective: (parameters, phase) => objective(parameters, phase, part),
    ...(sampleGradient ? { sampleGradient: (parameters, index) => sampleGradient(parameters, part.start + index) } : {}),
  };
}
