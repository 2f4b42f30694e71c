import { cifarResNet } from './cifarResnet';
import type { Model } from './model';
import { bottleneckResNet } from './resnet';

/** Names of the networks. */
export const MODEL_NAMES = ['resnet20', 'resnet32', 'resnet56', 'resnet50', 'resnet101', 'resnet152'] as const;

/** Name of a network. */
export type ModelName = (typeof MODEL_NAMES)[number];

/** Makes a network by name. `stem` matters to ResNet-50 and deeper alone. */
export function createModel(name: ModelName, stem: 'imagenet' | 'cifar', classes: number): Model {
  switch (name) {
    case 'resnet20':
    case 'resnet32':
    case 'resnet56':
      return cifarResNet(name, classes);
    case 'resnet50':
    case 'resnet101':
    case 'resnet152':
      return bottleneckResNet(name, stem, classes);
  }
}
