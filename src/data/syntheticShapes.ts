/**
 * Outlines and patterns of the synthetic images, as functions of a point (x, y) in the object's own
 * frame, in units of its radius: x to the right, y downwards.
 */

/** Negative inside the outline, positive outside, and close to it about the distance in radii. */
type Outline = (x: number, y: number) => number;

/** Share of the object's second colour at a point, in [0, 1]. */
type Texture = (x: number, y: number) => number;

const disc = (x: number, y: number, radius: number): number => Math.hypot(x, y) - radius;
const box = (x: number, y: number, halfWidth: number, halfHeight: number): number =>
  Math.max(Math.abs(x) - halfWidth, Math.abs(y) - halfHeight);

/** The ten outlines; each differs from the others in more than size and turn. */
export const SHAPES: Readonly<Record<string, Outline>> = {
  disc: (x, y) => disc(x, y, 0.9),
  ring: (x, y) => Math.abs(disc(x, y, 0.75)) - 0.22,
  square: (x, y) => box(x, y, 0.8, 0.8),
  triangle: (x, y) => Math.max(y - 0.6, 0.87 * Math.abs(x) - 0.5 * y - 0.5),
  plus: (x, y) => Math.min(box(x, y, 0.28, 1), box(x, y, 1, 0.28)),
  star: (x, y) => Math.hypot(x, y) - 0.68 - 0.32 * Math.cos(5 * Math.atan2(x, -y)),
  crescent: (x, y) => Math.max(disc(x, y, 1), -disc(x - 0.45, y, 0.8)),
  bars: (x, y) => Math.max(Math.abs(x) - 1, Math.abs(Math.abs(y) - 0.6) - 0.27),
  hourglass: (x, y) => Math.max(Math.abs(y) - 0.9, 0.8 * (Math.abs(x) - Math.abs(y)) - 0.08),
  frame: (x, y) => Math.abs(box(x, y, 0.7, 0.7)) - 0.2,
};

/** 0 or 1, each for half a period of 1. */
const alternate = (t: number): number => (t - Math.floor(t) < 0.5 ? 0 : 1);

/** The ten patterns that fill an outline. */
export const TEXTURES: Readonly<Record<string, Texture>> = {
  plain: () => 0,
  striped: (_, y) => alternate(1.7 * y),
  pleated: (x) => alternate(1.7 * x),
  slanted: (x, y) => alternate(1.2 * (x + y)),
  checked: (x, y) => Math.abs(alternate(1.4 * x) - alternate(1.4 * y)),
  dotted: (x, y) => (Math.hypot(x * 1.6 - Math.round(x * 1.6), y * 1.6 - Math.round(y * 1.6)) < 0.3 ? 1 : 0),
  rayed: (x, y) => alternate((4 * Math.atan2(y, x)) / Math.PI),
  ringed: (x, y) => alternate(2.2 * Math.hypot(x, y)),
  shaded: (x, y) => Math.min(1, Math.max(0, 0.5 + 0.6 * y - 0.2 * x)),
  halved: (x) => (x > 0 ? 1 : 0),
};
