import { cast } from '../engine/precision';
import { release } from '../engine/tensor';
import type { Model } from './model';

/**
 * The same network with activations and products in bfloat16. Parameters, running statistics, logits and
 * gradients stay float32.
 *
 * @source Kalamkar et al. 2019 (arXiv 1905.12322): bfloat16 with float32 master weights needs no loss scaling.
 */
export function mixedPrecision(model: Model): Model {
  return {
    ...model,
    name: `${model.name}, mixed precision`,
    apply: (images, pass) => {
      const rounded = cast(images, 'bfloat16');
      const logits = model.apply(rounded, pass);
      release(rounded);
      return logits;
    },
  };
}
