import type { ParameterSpec } from '../engine/vector';

const IMAGE_SIDE = 32;
/** Sides of the maps at the entrance of the four stages. */
const STAGE_ENTRANCES = { imagenet: [8, 8, 4, 2], cifar: [32, 32, 16, 8] } as const;

interface Placed {
  readonly side: number;
  readonly stride: number;
}

/** Where a convolution of torchvision's ResNet-50, 101 or 152 stands: side of its input map, and stride. */
function placeOf(name: string, stem: 'imagenet' | 'cifar'): Placed {
  const [, stageText, blockText, layer] = /^layer(\d)\.(\d+)\.(.+)\.weight$/.exec(name) ?? [];
  if (layer === undefined) {
    return { side: IMAGE_SIDE, stride: stem === 'imagenet' ? 2 : 1 };
  }
  const stage = Number(stageText) - 1;
  const first = Number(blockText) === 0;
  const stride = stage > 0 && first ? 2 : 1;
  const entrance = STAGE_ENTRANCES[stem][stage]!;
  const inside = first ? entrance : stage > 0 ? entrance / 2 : entrance;
  // The stride is on the 3x3 convolution and on the shortcut.
  return layer === 'conv3' ? { side: inside / stride, stride: 1 } : { side: inside, stride: layer === 'conv1' ? 1 : stride };
}

/** How many (output, tap) pairs of one axis meet the map and not its padding. */
function validTaps(side: number, kernel: number, stride: number, withPadding: boolean): number {
  const padding = (kernel - 1) / 2;
  const outputs = Math.floor((side + 2 * padding - kernel) / stride) + 1;
  let pairs = 0;
  for (let output = 0; output < outputs; output++) {
    for (let tap = 0; tap < kernel; tap++) {
      const position = output * stride + tap - padding;
      pairs += withPadding || (position >= 0 && position < side) ? 1 : 0;
    }
  }
  return pairs;
}

function forwardFlops({ name, kind, shape }: ParameterSpec, stem: 'imagenet' | 'cifar', withPadding: boolean): number {
  if (kind !== 'weight') {
    return 0;
  }
  if (shape.length === 2) {
    return 2 * shape[0]! * shape[1]!;
  }
  const [kernel, , channels, filters] = shape as [number, number, number, number];
  const { side, stride } = placeOf(name, stem);
  return 2 * validTaps(side, kernel, stride, withPadding) ** 2 * channels * filters;
}

/**
 * Floating-point operations of products in one gradient of ResNet-50, 101 or 152 per 32x32 image: two for a
 * multiplication and addition, three products a layer (output, gradient of the weights, gradient of the
 * input), two in the first layer, whose input needs no gradient.
 *
 * @param withPadding counts products with zeros of the padding too.
 */
export function gradientFlops(model: { readonly parameters: readonly ParameterSpec[] }, stem: 'imagenet' | 'cifar', withPadding = false): number {
  return model.parameters.reduce((sum, spec) => sum + (spec.name === 'conv1.weight' ? 2 : 3) * forwardFlops(spec, stem, withPadding), 0);
}
