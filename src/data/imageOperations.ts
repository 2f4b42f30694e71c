/**
 * Operations on whole images of bytes, [side, side, 3], as Pillow computes them, to the bit: with its integers where it rounds by
 * integers, and its float32 where it blends. Each gives a new image. Pixels from outside the image are black.
 */
import { CHANNELS, IMAGE_SIDE } from './dataset';

const PIXELS = IMAGE_SIDE * IMAGE_SIDE;

/** Pillow's weights of red, green and blue in a grey value, in units of 2^-16. */
const GREY = [19595, 38470, 7471] as const;

/** An image moved by whole pixels: to the right and downwards where they are positive. */
export function translate(image: Uint8Array, right: number, down: number): Uint8Array {
  return placed(image, (row, column) => [row - down, column - right]);
}

/**
 * An image whose columns are moved up, each by `share` pixels more than the one to its left: row y takes from y + share x.
 * Nearest neighbours, in fixed point of 16 binary digits.
 */
export function shearVertically(image: Uint8Array, share: number): Uint8Array {
  return affine(image, [1, 0, 0, share, 1, 0]);
}

/** An image turned about its centre, counter-clockwise, by nearest neighbours. */
export function rotate(image: Uint8Array, degrees: number): Uint8Array {
  if (degrees % 360 === 0) {
    return Uint8Array.from(image);
  }
  const angle = (-((degrees % 360) + 360) * Math.PI) / 180;
  // Pillow rounds both to 15 decimals.
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)].map((value) => Number(value.toFixed(15))) as [number, number];
  const centre = IMAGE_SIDE / 2;
  return affine(image, [cosine, sine, centre - centre * (cosine + sine), -sine, cosine, centre - centre * (cosine - sine)]);
}

/** Lightens, or darkens below a factor of 1: a blend with black. */
export function brightness(image: Uint8Array, factor: number): Uint8Array {
  return blend(new Uint8Array(image.length), image, factor);
}

/** Strengthens colours, or fades them below a factor of 1: a blend with the grey image. */
export function colour(image: Uint8Array, factor: number): Uint8Array {
  return blend(greyImage(image), image, factor);
}

/** Spreads brightness, or flattens it below a factor of 1: a blend with the mean grey. */
export function contrast(image: Uint8Array, factor: number): Uint8Array {
  const grey = greyImage(image);
  let sum = 0;
  for (let position = 0; position < grey.length; position += CHANNELS) {
    sum += grey[position]!;
  }
  return blend(new Uint8Array(image.length).fill(Math.floor(sum / PIXELS + 0.5)), image, factor);
}

/** Sharpens, or smooths below a factor of 1: a blend with a smoothed image. */
export function sharpness(image: Uint8Array, factor: number): Uint8Array {
  return blend(smoothed(image), image, factor);
}

/** Keeps the first bits of each byte. */
export function posterize(image: Uint8Array, bits: number): Uint8Array {
  return image.map((value) => value & (0xff << (8 - bits)));
}

/** Inverts each byte that is not below the threshold. */
export function solarize(image: Uint8Array, threshold: number): Uint8Array {
  return image.map((value) => (value < threshold ? value : 255 - value));
}

/** Inverts each byte. */
export function invert(image: Uint8Array): Uint8Array {
  return image.map((value) => 255 - value);
}

/** Stretches each channel from its darkest to its lightest byte over 0 to 255; a channel of one value stays. */
export function autoContrast(image: Uint8Array): Uint8Array {
  return byTables(image, (histogram) => {
    const lowest = histogram.findIndex((count) => count > 0);
    const highest = 255 - [...histogram].reverse().findIndex((count) => count > 0);
    const scale = 255 / (highest - lowest);
    return (value) => (highest <= lowest ? value : Math.max(0, Math.min(255, Math.trunc(value * scale - lowest * scale))));
  });
}

/** Spreads each channel's bytes so that they are about equally frequent; a channel of one value stays. */
export function equalize(image: Uint8Array): Uint8Array {
  return byTables(image, (histogram) => {
    const counts = histogram.filter((count) => count > 0);
    const step = Math.floor((PIXELS - counts.at(-1)!) / 255);
    if (counts.length <= 1 || step === 0) {
      return (value) => value;
    }
    let before = Math.floor(step / 2);
    const table = histogram.map((count) => {
      const value = Math.min(255, Math.floor(before / step));
      before += count;
      return value;
    });
    return (value) => table[value]!;
  });
}

/** first + factor (second - first), rounded to float32 after each operation, then down, within 0 to 255. */
function blend(first: Uint8Array, second: Uint8Array, factor: number): Uint8Array {
  const share = Math.fround(factor);
  return second.map((value, position) => {
    const from = first[position]!;
    return Math.max(0, Math.min(255, Math.trunc(Math.fround(from + Math.fround(share * (value - from))))));
  });
}

function greyImage(image: Uint8Array): Uint8Array {
  const grey = new Uint8Array(image.length);
  for (let position = 0; position < image.length; position += CHANNELS) {
    grey.fill((image[position]! * GREY[0] + image[position + 1]! * GREY[1] + image[position + 2]! * GREY[2] + 0x8000) >> 16, position, position + CHANNELS);
  }
  return grey;
}

/** Means of 3 x 3 pixels in which the middle one counts five times, rounded to the nearest; the outermost pixels stay. */
function smoothed(image: Uint8Array): Uint8Array {
  const result = Uint8Array.from(image);
  const line = IMAGE_SIDE * CHANNELS;
  for (let row = 1; row < IMAGE_SIDE - 1; row++) {
    for (let at = row * line + CHANNELS; at < (row + 1) * line - CHANNELS; at++) {
      let sum = 4 * image[at]!;
      for (const start of [at - line, at, at + line]) {
        sum += image[start - CHANNELS]! + image[start]! + image[start + CHANNELS]!;
      }
      // 13 is odd, so that no mean lies in the middle of two bytes.
      result[at] = Math.floor(sum / 13 + 0.5);
    }
  }
  return result;
}

/** Each channel through a table of its own, made from the channel's histogram. */
function byTables(image: Uint8Array, tableOf: (histogram: readonly number[]) => (value: number) => number): Uint8Array {
  const tables = Array.from({ length: CHANNELS }, (_, channel) => {
    const histogram = new Array<number>(256).fill(0);
    for (let position = channel; position < image.length; position += CHANNELS) {
      histogram[image[position]!]!++;
    }
    return tableOf(histogram);
  });
  return image.map((value, position) => tables[position % CHANNELS]!(value));
}

/** The image that takes each pixel from another place, or is black there. */
function placed(image: Uint8Array, from: (row: number, column: number) => readonly [row: number, column: number]): Uint8Array {
  const result = new Uint8Array(image.length);
  for (let row = 0, write = 0; row < IMAGE_SIDE; row++) {
    for (let column = 0; column < IMAGE_SIDE; column++, write += CHANNELS) {
      const [sourceRow, sourceColumn] = from(row, column);
      if (sourceRow >= 0 && sourceRow < IMAGE_SIDE && sourceColumn >= 0 && sourceColumn < IMAGE_SIDE) {
        const read = (sourceRow * IMAGE_SIDE + sourceColumn) * CHANNELS;
        result.set(image.subarray(read, read + CHANNELS), write);
      }
    }
  }
  return result;
}

/**
 * The pixel at (x, y) taken from (a x + b y + c, d x + e y + f), from centre to centre and by the nearest neighbour, in Pillow's
 * fixed point with 16 binary digits.
 */
function affine(image: Uint8Array, [a, b, c, d, e, f]: readonly [number, number, number, number, number, number]): Uint8Array {
  const fixed = (value: number): number => Math.floor(value * 65536 + 0.5);
  const [byX, byY] = [[fixed(a), fixed(d)], [fixed(b), fixed(e)]] as const;
  const start = [fixed(c + a / 2 + b / 2), fixed(f + d / 2 + e / 2)] as const;
  return placed(image, (row, column) => [(start[1] + column * byX[1] + row * byY[1]) >> 16, (start[0] + column * byX[0] + row * byY[0]) >> 16]);
}
