import type { Random } from '../engine/random';
import { CHANNELS, IMAGE_BYTES, IMAGE_SIDE } from './dataset';
import type { Augmentation, Placement } from './augmentation';
import { autoContrast, brightness, colour, contrast, equalize, invert, posterize, rotate, sharpness, shearVertically, solarize, translate } from './imageOperations';

/** Operations of the policy, by the names of the paper. */
type OperationName =
  | 'ShearY' | 'TranslateX' | 'TranslateY' | 'Rotate' | 'Brightness' | 'Color' | 'Contrast' | 'Sharpness' | 'Posterize' | 'Solarize'
  | 'AutoContrast' | 'Equalize' | 'Invert';

/** An operation, the probability of doing it, and its magnitude from 0 to 9 where it has one. */
export type PolicyStep = readonly [operation: OperationName, probability: number, magnitude?: number];

/**
 * AutoAugment's policy of CIFAR-10: 25 sub-policies of two operations each, of which every image draws one.
 *
 * @source Cubuk et al. 2019, "AutoAugment: Learning Augmentation Strategies from Data" (arXiv 1805.09501), table 7; torchvision's
 * `AutoAugmentPolicy.CIFAR10` is the same.
 */
export const CIFAR10_POLICY: readonly (readonly [PolicyStep, PolicyStep])[] = [
  [['Invert', 0.1], ['Contrast', 0.2, 6]],
  [['Rotate', 0.7, 2], ['TranslateX', 0.3, 9]],
  [['Sharpness', 0.8, 1], ['Sharpness', 0.9, 3]],
  [['ShearY', 0.5, 8], ['TranslateY', 0.7, 9]],
  [['AutoContrast', 0.5], ['Equalize', 0.9]],
  [['ShearY', 0.2, 7], ['Posterize', 0.3, 7]],
  [['Color', 0.4, 3], ['Brightness', 0.6, 7]],
  [['Sharpness', 0.3, 9], ['Brightness', 0.7, 9]],
  [['Equalize', 0.6], ['Equalize', 0.5]],
  [['Contrast', 0.6, 7], ['Sharpness', 0.6, 5]],
  [['Color', 0.7, 7], ['TranslateX', 0.5, 8]],
  [['Equalize', 0.3], ['AutoContrast', 0.4]],
  [['TranslateY', 0.4, 3], ['Sharpness', 0.2, 6]],
  [['Brightness', 0.9, 6], ['Color', 0.2, 8]],
  [['Solarize', 0.5, 2], ['Invert', 0]],
  [['Equalize', 0.2], ['AutoContrast', 0.6]],
  [['Equalize', 0.2], ['Equalize', 0.6]],
  [['Color', 0.9, 9], ['Equalize', 0.6]],
  [['AutoContrast', 0.8], ['Solarize', 0.2, 8]],
  [['Brightness', 0.1, 3], ['Color', 0.7, 0]],
  [['Solarize', 0.4, 5], ['AutoContrast', 0.9]],
  [['TranslateY', 0.9, 9], ['TranslateY', 0.7, 9]],
  [['AutoContrast', 0.9], ['Solarize', 0.8, 3]],
  [['Equalize', 0.8], ['Invert', 0.1]],
  [['TranslateY', 0.7, 9], ['AutoContrast', 0.9]],
];

/** Largest magnitude's translation, as a share of the side: 150 of the 331 pixels that the paper's ImageNet images have. */
const FARTHEST = 150 / 331;

/** Applies an operation with a magnitude from 0 to 9; `sign`, 1 or -1, is the direction of operations that have one. */
type Operation = (image: Uint8Array, magnitude: number, sign: 1 | -1) => Uint8Array;

const OPERATIONS: Readonly<Record<OperationName, Operation>> = {
  ShearY: (image, magnitude, sign) => shearVertically(image, sign * scaled(0, 0.3, magnitude)),
  TranslateX: (image, magnitude, sign) => translate(image, sign * pixels(magnitude), 0),
  TranslateY: (image, magnitude, sign) => translate(image, 0, sign * pixels(magnitude)),
  Rotate: (image, magnitude, sign) => rotate(image, sign * scaled(0, 30, magnitude)),
  Brightness: (image, magnitude, sign) => brightness(image, factor(magnitude, sign)),
  Color: (image, magnitude, sign) => colour(image, factor(magnitude, sign)),
  Contrast: (image, magnitude, sign) => contrast(image, factor(magnitude, sign)),
  Sharpness: (image, magnitude, sign) => sharpness(image, factor(magnitude, sign)),
  Posterize: (image, magnitude) => posterize(image, 8 - Math.round(magnitude / (9 / 4))),
  Solarize: (image, magnitude) => solarize(image, scaled(255, 0, magnitude)),
  AutoContrast: autoContrast,
  Equalize: equalize,
  Invert: invert,
};

/** The value at a magnitude of ten from `start` to `end`, in float32, as torchvision's tables have it. */
function scaled(start: number, end: number, magnitude: number): number {
  const [first, last] = [Math.fround(start), Math.fround(end)];
  const step = Math.fround((last - first) / 9);
  return magnitude < 5 ? Math.fround(first + Math.fround(step * magnitude)) : Math.fround(last - Math.fround(step * (9 - magnitude)));
}

function pixels(magnitude: number): number {
  return Math.trunc(scaled(0, FARTHEST * IMAGE_SIDE, magnitude));
}

function factor(magnitude: number, sign: 1 | -1): number {
  return 1 + sign * scaled(0, 0.9, magnitude);
}

/** One operation of the policy by its name; `magnitude` from 0 to 9, read by those that have one. */
export function policyOperation(image: Uint8Array, name: OperationName, magnitude: number, sign: 1 | -1): Uint8Array {
  return OPERATIONS[name](image, magnitude, sign);
}

/** The random choices for one image. */
export interface PolicyDraw {
  /** Which sub-policy of `CIFAR10_POLICY`. */
  readonly subPolicy: number;
  /** For each of its two operations, a number in [0, 1): the operation is applied unless this is above its probability. */
  readonly chances: readonly [number, number];
  readonly signs: readonly [1 | -1, 1 | -1];
}

/** Draws one image's sub-policy: five draws, whatever they are. */
export function drawSubPolicy(rng: Random): PolicyDraw {
  const sign = (): 1 | -1 => (rng.integer(2) === 0 ? -1 : 1);
  return { subPolicy: rng.integer(CIFAR10_POLICY.length), chances: [rng.uniform(), rng.uniform()], signs: [sign(), sign()] };
}

/**
 * One image after its sub-policy; the image itself where neither operation is done.
 *
 * @param image [32, 32, 3] bytes, unchanged.
 */
export function applySubPolicy(image: Uint8Array, { subPolicy, chances, signs }: PolicyDraw): Uint8Array {
  return CIFAR10_POLICY[subPolicy]!.reduce((current, [name, probability, magnitude = 0], index) => (chances[index]! <= probability ? policyOperation(current, name, magnitude, signs[index]!) : current), image);
}

/**
 * The bytes of a crop, which AutoAugment works on; what lies outside is black, or the image's mirror image.
 *
 * @param source [32, 32, 3] bytes.
 */
export function croppedBytes(source: Uint8Array, { top, left }: Pick<Placement, 'top' | 'left'>, border: Augmentation['cropBorder'] = 'zero'): Uint8Array {
  const cropped = new Uint8Array(IMAGE_BYTES);
  for (let row = 0, write = 0; row < IMAGE_SIDE; row++) {
    for (let column = 0; column < IMAGE_SIDE; column++, write += CHANNELS) {
      const [y, x] = [row + top, column + left];
      const inside = y >= 0 && y < IMAGE_SIDE && x >= 0 && x < IMAGE_SIDE;
      if (inside || border === 'reflect') {
        const read = (reflected(y) * IMAGE_SIDE + reflected(x)) * CHANNELS;
        cropped.set(source.subarray(read, read + CHANNELS), write);
      }
    }
  }
  return cropped;
}

/** An index beyond an edge, reflected back inside; the edge itself is not repeated. */
function reflected(index: number): number {
  const inside = Math.abs(index);
  return inside < IMAGE_SIDE ? inside : 2 * (IMAGE_SIDE - 1) - inside;
}
