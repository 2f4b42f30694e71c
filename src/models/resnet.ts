import { maxPool3x3Stride2 } from '../engine/pooling';
import { observed, residual, sequential } from './combine';
import { network, type Layer } from './layer';
import { batchNorm, conv, globalAveragePool, linear } from './layers';
import type { Model } from './model';

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
function bottleneck(width: number, stride: number, projected: boolean): Layer {
  const filters = width * EXPANSION;
  const branch = {
    conv1: conv({ kernel: 1, filters: width }),
    bn1: batchNorm({ activation: 'relu' }),
    conv2: conv({ filters: width, stride }),
    bn2: batchNorm({ activation: 'relu' }),
    conv3: conv({ kernel: 1, filters }),
    bn3: batchNorm(),
  };
  return residual(branch, projected ? { shortcut: { downsample: sequential(conv({ kernel: 1, filters, stride }), batchNorm()) } } : {});
}

function stage(blocks: number, width: number, stride: number): Layer {
  return sequential(Array.from({ length: blocks }, (_, block) => observed(bottleneck(width, block === 0 ? stride : 1, block === 0))));
}

/** Maximum over 3x3 windows at stride 2 with one row and column of padding, which follows a ReLU. */
export const STEM_POOL: Layer = {
  type: 'maxPool',
  place: ([height, width, channels]) => ({ output: [Math.floor((height! - 1) / 2) + 1, Math.floor((width! - 1) / 2) + 1, channels!], apply: maxPool3x3Stride2 }),
};

/**
 * ResNet-50, 101 or 152 (He et al. 2015, arXiv 1512.03385), with torchvision's names and strides.
 *
 * @param stem `imagenet`: 7x7 convolution of stride 2 and 3x3 max-pool of stride 2, so that a 32x32
 * image reaches the four stages at 8x8, 4x4, 2x2 and 1x1. `cifar`: 3x3 convolution of stride 1 and
 * no pool, so that it reaches them at 32x32, 16x16, 8x8 and 4x4.
 */
export function bottleneckResNet(depth: BottleneckDepth, stem: 'imagenet' | 'cifar', classes: number): Model {
  const bn1 = batchNorm({ activation: 'relu' });
  const firstLayers =
    stem === 'imagenet'
      ? { conv1: conv({ kernel: 7, filters: 64, stride: 2 }), bn1, maxpool: observed(STEM_POOL, 'stem') }
      : { conv1: conv({ filters: 64 }), bn1: observed(bn1, 'stem') };
  const stages = Object.fromEntries(BLOCKS[depth].map((blocks, index) => [`layer${index + 1}`, stage(blocks, 64 * 2 ** index, index === 0 ? 1 : 2)]));
  const layers = sequential({ ...firstLayers, ...stages, avgpool: globalAveragePool(), fc: observed(linear({ outputs: classes })) });
  return network({ name: `${depth}, ${stem} stem`, inputShape: [32, 32, 3], layers });
}
