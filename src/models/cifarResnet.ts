import { padChannels } from '../engine/channels';
import { subsample } from '../engine/convolution';
import { globalAveragePool } from '../engine/pooling';
import { release } from '../engine/tensor';
import { ModelBuilder, observed, residual, sequence, type Layer, type Model } from './model';

/** Basic blocks per stage: depth = 6 n + 2. */
const BLOCKS = { resnet20: 3, resnet32: 5, resnet56: 9 } as const;

/** Depths of the small CIFAR family. */
export type BasicDepth = keyof typeof BLOCKS;

/** The shortcut without parameters: every second pixel, and zeros for the new channels (He et al. 2015, option A). */
function paddedShortcut(channels: number, stride: number): Layer {
  return (x) => {
    const sampled = subsample(x, stride);
    const y = padChannels(sampled, channels / 2, channels / 2);
    release(sampled);
    return y;
  };
}

/** relu(x + bn2(conv3x3(relu(bn1(conv3x3(x)))))) */
function basicBlock(builder: ModelBuilder, name: string, channels: number, filters: number, stride: number): Layer {
  const branch = sequence(
    builder.convolution(`${name}.conv1`, { kernel: 3, channels, filters, stride }),
    builder.batchNormalization(`${name}.bn1`, filters, 'relu'),
    builder.convolution(`${name}.conv2`, { kernel: 3, channels: filters, filters }),
    builder.batchNormalization(`${name}.bn2`, filters),
  );
  const shortcut = stride === 1 ? undefined : paddedShortcut(channels, stride);
  return residual(branch, shortcut);
}

/**
 * The small ResNets for 32x32 images (He et al. 2015, section 4.2): a 3x3 convolution, three stages
 * of n basic blocks with 16, 32 and 64 channels at 32x32, 16x16 and 8x8, and shortcuts without parameters.
 */
export function cifarResNet(depth: BasicDepth, classes: number): Model {
  const builder = new ModelBuilder();
  const residualScales: string[] = [];
  const firstLayers = sequence(
    builder.convolution('conv1', { kernel: 3, channels: 3, filters: 16 }),
    builder.batchNormalization('bn1', 16, 'relu'),
  );
  const layers: Layer[] = [observed('stem', firstLayers)];
  let channels = 16;
  for (const [stage, filters] of [16, 32, 64].entries()) {
    for (let block = 0; block < BLOCKS[depth]; block++) {
      const name = `layer${stage + 1}.${block}`;
      layers.push(observed(name, basicBlock(builder, name, channels, filters, filters === channels ? 1 : 2)));
      // Not where channels are new: zeros of the shortcut plus zeros of the branch would meet ReLU at 0, whose gradient
      // is 0, and those channels would never learn.
      if (filters === channels) {
        residualScales.push(`${name}.bn2.weight`);
      }
      channels = filters;
    }
  }
  const apply = sequence(...layers, globalAveragePool, observed('linear', builder.linear('linear', channels, classes)));
  const { parameters, statistics } = builder;
  return { name: depth, classes, parameters, statistics, residualScales, apply };
}
