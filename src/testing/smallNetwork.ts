import { globalAveragePool } from '../engine/pooling';
import { ModelBuilder, sequence, type Model } from '../models/model';

/** `SmallNetwork` in reference.py: two convolutions of stride 2 with batch norm, and an affine layer on the channels' means. */
export function smallNetwork(): Model {
  const builder = new ModelBuilder();
  const apply = sequence(
    builder.convolution('conv1', { kernel: 3, channels: 3, filters: 6, stride: 2 }),
    builder.batchNormalization('bn1', 6, 'relu'),
    builder.convolution('conv2', { kernel: 3, channels: 6, filters: 8, stride: 2 }),
    builder.batchNormalization('bn2', 8, 'relu'),
    globalAveragePool,
    builder.linear('linear', 8, 10),
  );
  const { parameters, statistics } = builder;
  return { name: 'small network', classes: 10, parameters, statistics, residualScales: [], apply };
}
