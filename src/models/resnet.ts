import { globalAveragePool, maxPool3x3Stride2 } from '../engine/pooling';
import { ModelBuilder, observed, residual, sequence, type Layer, type Model } from './model';

/** Bottleneck blocks per stage, by depth (He et al. 2015, table 1). */
const BLOCKS = { resnet50: [3, 4, 6, 3], resnet101: [3, 4, 23, 3], resnet152: [3, 8, 36, 3] } as const;

/** Depths of the ImageNet family. */
export type BottleneckDepth = keyof typeof BLOCKS;

/** A bottleneck's output has this many times the channels of its 3x3 convolution. */
const EXPANSION = 4;

/**
 * relu(x + bn3(conv1x1(relu(bn2(conv3x3(relu(bn1(conv1x1(x))))))))), with the stride on the 3x3
 * convolution as torchvision has it, and a 1x1 projection on the shortcut where the shape changes.
 */
function bottleneck(builder: ModelBuilder, name: string, channels: number, width: number, stride: number): Layer {
  const filters = width * EXPANSION;
  const branch = sequence(
    builder.convolution(`${name}.conv1`, { kernel: 1, channels, filters: width }),
    builder.batchNormalization(`${name}.bn1`, width, 'relu'),
    builder.convolution(`${name}.conv2`, { kernel: 3, channels: width, filters: width, stride }),
    builder.batchNormalization(`${name}.bn2`, width, 'relu'),
    builder.convolution(`${name}.conv3`, { kernel: 1, channels: width, filters }),
    builder.batchNormalization(`${name}.bn3`, filters),
  );
  const projected = stride !== 1 || channels !== filters;
  const shortcut = projected
    ? sequence(
        builder.convolution(`${name}.downsample.0`, { kernel: 1, channels, filters, stride }),
        builder.batchNormalization(`${name}.downsample.1`, filters),
      )
    : undefined;
  return residual(branch, shortcut);
}

/**
 * ResNet-50, 101 or 152 (He et al. 2015, arXiv 1512.03385), with torchvision's names and strides.
 *
 * @param stem `imagenet`: 7x7 convolution of stride 2 and 3x3 max-pool of stride 2, so that a 32x32
 * image reaches the four stages at 8x8, 4x4, 2x2 and 1x1. `cifar`: 3x3 convolution of stride 1 and
 * no pool, so that it reaches them at 32x32, 16x16, 8x8 and 4x4.
 */
export function bottleneckResNet(depth: BottleneckDepth, stem: 'imagenet' | 'cifar', classes: number): Model {
  const builder = new ModelBuilder();
  const residualScales: string[] = [];
  const firstLayers = sequence(
    builder.convolution('conv1', stem === 'imagenet' ? { kernel: 7, channels: 3, filters: 64, stride: 2 } : { kernel: 3, channels: 3, filters: 64 }),
    builder.batchNormalization('bn1', 64, 'relu'),
    ...(stem === 'imagenet' ? [maxPool3x3Stride2] : []),
  );
  const layers: Layer[] = [observed('stem', firstLayers)];
  let channels = 64;
  BLOCKS[depth].forEach((blocks, stage) => {
    const width = 64 * 2 ** stage;
    for (let block = 0; block < blocks; block++) {
      const name = `layer${stage + 1}.${block}`;
      const stride = stage > 0 && block === 0 ? 2 : 1;
      layers.push(observed(name, bottleneck(builder, name, channels, width, stride)));
      residualScales.push(`${name}.bn3.weight`);
      channels = width * EXPANSION;
    }
  });
  const apply = sequence(...layers, globalAveragePool, observed('fc', builder.linear('fc', channels, classes)));
  const { parameters, statistics } = builder;
  return { name: `${depth}, ${stem} stem`, classes, parameters, statistics, residualScales, apply };
}
