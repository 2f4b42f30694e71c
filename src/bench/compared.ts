import { createModel } from '../models/create';
import { initialParameters } from '../models/initialise';
import type { TensorVector } from '../engine/tensorVector';
import type { Model } from '../models/model';
import type { ModelName } from '../models/names';
import { fastRecipe, PLAIN_RECIPE, type StepRecipe } from './recipe';
import { noiseImages } from './workload';

/** Names by which a comparison is asked for. */
export const COMPARED_NAMES = ['imagenet', 'cifar', 'fast'] as const;

/** Name of one of the networks that are compared. */
export type ComparedName = (typeof COMPARED_NAMES)[number];

/** A network that both sides compute, with its batch and its steps. */
export interface Compared {
  readonly name: ComparedName;
  readonly modelName: ModelName;
  readonly stem: 'imagenet' | 'cifar';
  /** Images of a step. */
  readonly batch: number;
  readonly model: Model;
  readonly recipe: StepRecipe;
}

const CLASSES = 10;

/** ResNet-50 with one of its stems, or the fast network with its recipe. @param batch default: the size that the goals are for. */
export function compared(name: ComparedName, batch?: number): Compared {
  if (name === 'fast') {
    const model = createModel('fast', 'cifar', CLASSES);
    return { name, modelName: 'fast', stem: 'cifar', batch: batch ?? 1024, model, recipe: fastRecipe(model.parameters) };
  }
  return { name, modelName: 'resnet50', stem: name, batch: batch ?? { imagenet: 128, cifar: 64 }[name], model: createModel('resnet50', name, CLASSES), recipe: PLAIN_RECIPE };
}

/** Initial weights, the same for both sides. A whitening layer is computed from noise. */
export function startOf({ model }: Pick<Compared, 'model'>): TensorVector {
  return initialParameters(model, { seed: 0, zeroInitResidual: true, examples: noiseImages });
}
