import { sequential } from '../models/combine';
import { network } from '../models/layer';
import { batchNorm, conv, globalAveragePool, linear } from '../models/layers';
import type { Model } from '../models/model';

/** `SmallNetwork` in reference.py: two convolutions of stride 2 with batch norm, and an affine layer on the channels' means. */
export function smallNetwork(): Model {
  const layers = sequential({
    conv1: conv({ filters: 6, stride: 2 }),
    bn1: batchNorm({ activation: 'relu' }),
    conv2: conv({ filters: 8, stride: 2 }),
    bn2: batchNorm({ activation: 'relu' }),
    pool: globalAveragePool(),
    linear: linear({ outputs: 10 }),
  });
  return network({ name: 'small network', inputShape: [32, 32, 3], layers });
}
