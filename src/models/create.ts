import { cifarResNet } from './cifarResnet';
import { fastNetwork, plainFastNetwork } from './fast';
import type { Model } from './model';
import type { ModelName } from './names';
import { bottleneckResNet } from './resnet';

/** Makes a network by name. `stem` matters only to ResNet-50 and deeper. */
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
    case 'fast':
      return fastNetwork(classes);
    case 'fastPlain':
      return plainFastNetwork(classes);
  }
}
