import { boolAttribute, typeAttribute } from '../../engine/binding';
import { reshape } from '../../engine/convolution';
import { cast } from '../../engine/precision';
import { execute1, scope, tensor, type Tensor } from '../../engine/tensor';

/**
 * Inner products of the rows of X about their mean, K = X_c X_c^T with X_c = X - mean over rows: [n, n], row by row.
 *
 * @param activation [n, ...]; all axes but the first count as features.
 */
export function centredGram(activation: Tensor): Float32Array {
  return scope(() => {
    const images = activation.shape[0]!;
    const float = typeAttribute('T', 'float32');
    const features = reshape(cast(activation, 'float32'), [images, activation.size / images]);
    const means = execute1('Mean', [float, typeAttribute('Tidx', 'int32'), boolAttribute('keep_dims', true)], [features, tensor(Int32Array.of(0), [1])]);
    const centred = execute1('Sub', [float], [features, means]);
    return execute1('MatMul', [float, boolAttribute('transpose_a', false), boolAttribute('transpose_b', true)], [centred, centred]).values() as Float32Array;
  });
}
