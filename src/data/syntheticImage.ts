import type { Random } from '../engine/random';
import { CHANNELS, IMAGE_SIDE } from './dataset';
import { SHAPES, TEXTURES } from './syntheticShapes';

/** Red, green and blue in [0, 1]. */
type Color = readonly [number, number, number];

interface Figure {
  readonly shape: string;
  readonly texture: string;
  /** Centre and radius in pixels. */
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** Clockwise turn in radians. */
  readonly turn: number;
  readonly color: Color;
  readonly secondColor: Color;
}

const SHAPE_NAMES = Object.keys(SHAPES);
const TEXTURE_NAMES = Object.keys(TEXTURES);

/**
 * Draws one synthetic picture: a background that fades between two colours, two to four small
 * figures that do not depend on the class, the large figure that does, and noise.
 *
 * Place, size, turn and colours vary. A shape prefers a hue, loosely, and the figure may be lighter
 * or darker than its ground, so that sums over pixels separate only some of the classes.
 *
 * @param shape index of the large figure's outline.
 * @param texture index of its pattern.
 * @param noise standard normal numbers that the noise is read from.
 * @param image [32, 32, 3], filled here.
 */
export function drawSyntheticImage(
  shape: number,
  texture: number,
  rng: Random,
  noise: Float32Array,
  image: Uint8ClampedArray,
): void {
  const canvas = new Float32Array(image.length);
  const ground = between(rng, 0.12, 0.65);
  drawGround(canvas, ground, rng);
  for (let count = 2 + rng.integer(3); count > 0; count--) drawFigure(canvas, distractor(ground, rng));
  drawFigure(canvas, mainFigure(shape, texture, ground, rng));

  const start = rng.integer(noise.length);
  const strength = between(rng, 6, 18);
  for (let position = 0; position < canvas.length; position++) {
    image[position] = 255 * canvas[position]! + strength * noise[(start + position) % noise.length]!;
  }
}

function mainFigure(shape: number, texture: number, ground: number, rng: Random): Figure {
  const hue = shape / SHAPE_NAMES.length + 0.08 * rng.normal();
  const value = (ground + between(rng, 0.35, 0.65)) % 1;
  return {
    shape: SHAPE_NAMES[shape]!,
    texture: TEXTURE_NAMES[texture]!,
    x: 15.5 + between(rng, -4, 4),
    y: 15.5 + between(rng, -4, 4),
    radius: between(rng, 9, 13),
    turn: between(rng, -0.3, 0.3),
    color: fromHsv(hue, between(rng, 0.4, 0.9), value),
    secondColor: fromHsv(hue + between(rng, 0.25, 0.75), between(rng, 0.3, 0.8), value > 0.5 ? value - 0.4 : value + 0.4),
  };
}

function distractor(ground: number, rng: Random): Figure {
  const color = fromHsv(rng.uniform(), between(rng, 0.3, 0.9), (ground + between(rng, 0.2, 0.8)) % 1);
  return {
    shape: SHAPE_NAMES[rng.integer(SHAPE_NAMES.length)]!,
    texture: TEXTURE_NAMES[0]!,
    x: between(rng, 0, IMAGE_SIDE),
    y: between(rng, 0, IMAGE_SIDE),
    radius: between(rng, 2, 5),
    turn: between(rng, 0, 2 * Math.PI),
    color,
    secondColor: color,
  };
}

/** Fades from one corner or side to the opposite one, around the brightness `ground`. */
function drawGround(canvas: Float32Array, ground: number, rng: Random): void {
  const from = fromHsv(rng.uniform(), between(rng, 0, 0.7), ground - 0.1);
  const to = fromHsv(rng.uniform(), between(rng, 0, 0.7), ground + 0.1);
  const angle = between(rng, 0, 2 * Math.PI);
  const across = Math.cos(angle) / IMAGE_SIDE;
  const down = Math.sin(angle) / IMAGE_SIDE;
  for (let row = 0, write = 0; row < IMAGE_SIDE; row++) {
    for (let column = 0; column < IMAGE_SIDE; column++, write += CHANNELS) {
      const share = 0.5 + (column - 15.5) * across + (row - 15.5) * down;
      mixInto(canvas, write, from, 1);
      mixInto(canvas, write, to, Math.min(1, Math.max(0, share)));
    }
  }
}

function drawFigure(canvas: Float32Array, { shape, texture, x, y, radius, turn, color, secondColor }: Figure): void {
  const outline = SHAPES[shape]!;
  const pattern = TEXTURES[texture]!;
  const cosine = Math.cos(turn) / radius;
  const sine = Math.sin(turn) / radius;
  const reach = 1.5 * radius;
  const lastRow = Math.min(IMAGE_SIDE - 1, Math.floor(y + reach));
  const lastColumn = Math.min(IMAGE_SIDE - 1, Math.floor(x + reach));
  for (let row = Math.max(0, Math.ceil(y - reach)); row <= lastRow; row++) {
    for (let column = Math.max(0, Math.ceil(x - reach)); column <= lastColumn; column++) {
      const u = (column - x) * cosine + (row - y) * sine;
      const v = (row - y) * cosine - (column - x) * sine;
      // The outline's edge is one pixel soft.
      const cover = Math.min(1, 0.5 - outline(u, v) * radius);
      if (cover <= 0) continue;
      const write = (row * IMAGE_SIDE + column) * CHANNELS;
      mixInto(canvas, write, blend(color, secondColor, pattern(u, v)), cover);
    }
  }
}

function mixInto(canvas: Float32Array, position: number, color: Color, share: number): void {
  for (let channel = 0; channel < CHANNELS; channel++) {
    canvas[position + channel]! += share * (color[channel]! - canvas[position + channel]!);
  }
}

function blend([r, g, b]: Color, [r2, g2, b2]: Color, share: number): Color {
  return [r + share * (r2 - r), g + share * (g2 - g), b + share * (b2 - b)];
}

function between(rng: Random, low: number, high: number): number {
  return low + (high - low) * rng.uniform();
}

/** Hue (any number; its whole part does not matter), saturation and value to red, green and blue. */
function fromHsv(hue: number, saturation: number, value: number): Color {
  const channel = (offset: number): number => {
    const sector = (((hue * 6 + offset) % 6) + 6) % 6;
    return value - value * saturation * Math.max(0, Math.min(1, sector, 4 - sector));
  };
  return [channel(5), channel(3), channel(1)];
}
