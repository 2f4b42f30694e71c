/** Inputs of any shape and kind, as networks get them. */
import { cropFlipNormalize, cutOut, normalizeImage, type Augmentation, type Placement } from './augmentation';
import { IMAGE_SHAPE, inputShape, kindOf, type Dataset } from './dataset';
import { normalizedValues, pixelStatistics, type Normalization } from './normalization';

type Source = Dataset['images'];

/** How a data set's inputs become what a network gets. */
export interface InputReader {
  readonly plain: (source: Source, target: Float32Array) => void;
  readonly placed: (source: Source, placement: Placement, border: Augmentation['cropBorder'], target: Float32Array) => void;
  readonly cutOut: (target: Float32Array, placement: Placement, side: number) => void;
}

/** Returns the reader of a data set. CIFAR's images, on which the project's speed depends, have a faster one of their own. */
export function inputReader(dataset: Dataset, normalization: Normalization): InputReader {
  const shape = inputShape(dataset);
  const values = kindOf(dataset.images) === 'Uint8Array' ? normalizedValues(pixelStatistics(normalization, dataset)) : undefined;
  if (values !== undefined && shape.join() === IMAGE_SHAPE.join()) {
    return {
      plain: (source, target) => normalizeImage(source as Uint8Array, values, target),
      placed: (source, placement, border, target) => cropFlipNormalize(source as Uint8Array, placement, values, target, border),
      cutOut,
    };
  }
  const form = { shape, values };
  return {
    plain: (source, target) => plainInput(source, form, target),
    placed: (source, placement, border = 'zero', target) => (shape.length === 3 ? placedInput(source, form, placement, border, target) : plainInput(source, form, target)),
    cutOut: (target, placement, side) => cutOutOf(target, shape, placement, side),
  };
}

interface InputForm {
  /** [height, width, channels], or [features]. */
  readonly shape: readonly number[];
  /** [channels, 256]: the value of each byte in each channel; undefined for numbers, which are taken as they are. */
  readonly values: Float32Array | undefined;
}

/** The input as it is, bytes normalised. */
function plainInput(source: Source, { shape, values }: InputForm, target: Float32Array): void {
  const channels = shape.at(-1)!;
  source.forEach((value, index) => (target[index] = values === undefined ? value : values[256 * (index % channels) + value]!));
}

/** An index beyond an edge, reflected back inside; the edge itself is not repeated. */
function reflected(index: number, length: number): number {
  const inside = Math.abs(index);
  return inside < length ? inside : 2 * (length - 1) - inside;
}

/** Crops and mirrors an image [height, width, channels] as `cropFlipNormalize` does; what lies outside is 0 before normalisation. */
function placedInput(source: Source, { shape, values }: InputForm, { top, left, mirrored }: Placement, border: 'zero' | 'reflect', target: Float32Array): void {
  const [height, width, channels] = shape as [number, number, number];
  for (let row = 0, write = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [y, x] = [row + top, (mirrored ? width - 1 - column : column) + left];
      const inside = border === 'reflect' || (y >= 0 && y < height && x >= 0 && x < width);
      const read = (reflected(y, height) * width + reflected(x, width)) * channels;
      for (let channel = 0; channel < channels; channel++, write++) {
        const value = inside ? source[read + channel]! : 0;
        target[write] = values === undefined ? value : values[256 * channel + value]!;
      }
    }
  }
}

/** Sets the square of `cutOut` to zero, clipped at the edges. */
function cutOutOf(image: Float32Array, shape: readonly number[], { cutoutRow, cutoutColumn }: Placement, side: number): void {
  const [height, width, channels] = shape as [number, number, number];
  const [top, left] = [cutoutRow, cutoutColumn].map((centre) => centre - Math.floor(side / 2)) as [number, number];
  for (let row = Math.max(0, top); row < Math.min(height, top + side); row++) {
    image.fill(0, (row * width + Math.max(0, left)) * channels, (row * width + Math.min(width, left + side)) * channels);
  }
}
