import { boolAttribute, typeAttribute } from './binding';
import { record } from './tape';
import { execute, execute1, tensor, type Tensor } from './tensor';

/**
 * Target distributions: 1 - smoothing + smoothing / classes on the label, smoothing / classes elsewhere.
 *
 * @param labels class of each image, in [0, classes).
 * @returns [labels.length, classes]
 * @throws RangeError for any other label.
 * @source Szegedy et al. 2016 (arXiv 1512.00567), section 7.
 */
export function smoothedTargets(labels: ArrayLike<number>, classes: number, smoothing: number): Tensor {
  const targets = new Float32Array(labels.length * classes).fill(smoothing / classes);
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row]!;
    if (!(Number.isInteger(label) && label >= 0 && label < classes)) {
      throw new RangeError(`smoothedTargets: label ${label} of image ${row} is not one of the classes 0 to ${classes - 1}.`);
    }
    targets[row * classes + label] = 1 - smoothing + smoothing / classes;
  }
  return tensor(targets, [labels.length, classes]);
}

/**
 * Mean cross-entropy between target distributions and softmax(logits), in nats:
 * -(1/N) sum over n, c of targets[n, c] log softmax(logits)[n, c].
 *
 * @param logits [batch, classes]
 * @param targets [batch, classes], rows that sum to 1.
 * @returns a scalar
 * @throws RangeError if the shapes differ: TensorFlow would repeat a single row for all images.
 */
export function softmaxCrossEntropy(logits: Tensor, targets: Tensor): Tensor {
  if (logits.shape.join() !== targets.shape.join()) {
    throw new RangeError(
      `softmaxCrossEntropy: logits have shape [${logits.shape.join(', ')}], targets [${targets.shape.join(', ')}]; expected the same.`,
    );
  }
  const type = typeAttribute('T', 'float32');
  const [losses, difference] = execute('SoftmaxCrossEntropyWithLogits', [type], [logits, targets], 2) as [Tensor, Tensor];
  const axis = tensor(Int32Array.of(0), [1]);
  const mean = execute1('Mean', [type, typeAttribute('Tidx', 'int32'), boolAttribute('keep_dims', false)], [losses, axis]);
  axis.dispose();
  losses.dispose();
  difference.released = true;
  record([logits], mean, () => ({
    saved: [difference],
    // d loss / d logits = (softmax - targets) / N; `difference` is softmax - targets.
    backward: (dy) => {
      const share = tensor([1 / logits.shape[0]!], []);
      const scaled = execute1('Mul', [type], [dy, share]);
      const dx = execute1('Mul', [type], [difference, scaled]);
      share.dispose();
      scaled.dispose();
      return [dx];
    },
  }));
  if (difference.saves === 0) {
    difference.dispose();
  }
  return mean;
}
