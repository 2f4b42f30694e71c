import { typeAttribute } from './binding';
import { record } from './tape';
import { execute1, tensor, type Tensor } from './tensor';

/**
 * Adds channels of zeros before and after those of x.
 *
 * @param x [batch, height, width, channels]
 * @returns [batch, height, width, before + channels + after]
 */
export function padChannels(x: Tensor, before: number, after: number): Tensor {
  const margins = tensor(Int32Array.of(0, 0, 0, 0, 0, 0, before, after), [4, 2]);
  const y = execute1('Pad', [typeAttribute('T', x.dtype), typeAttribute('Tpaddings', 'int32')], [x, margins]);
  margins.dispose();
  return record([x], y, () => ({
    saved: [],
    backward: (dy) => {
      const begin = tensor(Int32Array.of(0, 0, 0, before), [4]);
      const size = tensor(Int32Array.from(x.shape), [4]);
      const dx = execute1('Slice', [typeAttribute('T', dy.dtype), typeAttribute('Index', 'int32')], [dy, begin, size]);
      begin.dispose();
      size.dispose();
      return [dx];
    },
  }));
}
