import type { Planar } from './simulate';

/** A rectangle of a picture, in pixels, and the window of numbers that it shows. */
export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly xRange: readonly [number, number];
  readonly yRange: readonly [number, number];
}

/** Where a point lies in the picture; y grows downwards there. */
export function toPixels({ left, top, width, height, xRange, yRange }: Frame, [x, y]: Planar): Planar {
  return [left + ((x - xRange[0]) / (xRange[1] - xRange[0])) * width, top + ((yRange[1] - y) / (yRange[1] - yRange[0])) * height];
}

/** The point that a place in the picture shows: the inverse of `toPixels`. */
export function fromPixels({ left, top, width, height, xRange, yRange }: Frame, [x, y]: Planar): Planar {
  return [xRange[0] + ((x - left) / width) * (xRange[1] - xRange[0]), yRange[1] - ((y - top) / height) * (yRange[1] - yRange[0])];
}

/** Round numbers within a range at equal distances, at most `most` + 1 of them: multiples of 1, 2 or 5 times a power of ten. */
export function ticks([least, highest]: readonly [number, number], most: number): readonly number[] {
  const rough = (highest - least) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough)!;
  // 0.6 / 0.2 is a little below 3.
  const first = Math.ceil(least / step - 1e-9);
  return Array.from({ length: Math.floor(highest / step + 1e-9) - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

/** A number as it is printed: a true minus sign, and as many digits as asked for. */
export function printed(value: number, digits: number): string {
  return value.toFixed(digits).replace(/^-(?=0\.?0*$)/, '').replace('-', '−');
}

/** An SVG path through points, in pixels. */
export function polyline(points: readonly Planar[]): string {
  return points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');
}

/** A closed SVG path: the head of an arrow that ends at `to`. Nothing if the arrow has no length. */
export function arrowHead(from: Planar, to: Planar, size: number): string {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
  if (length < 1) {
    return '';
  }
  const reach = Math.min(size, length);
  const [dx, dy] = [((to[0] - from[0]) / length) * reach, ((to[1] - from[1]) / length) * reach];
  const [baseX, baseY] = [to[0] - dx, to[1] - dy];
  return `${polyline([to, [baseX - dy * 0.45, baseY + dx * 0.45], [baseX + dy * 0.45, baseY - dx * 0.45]])}Z`;
}

/** A closed SVG path: a regular polygon around a point; with many corners a disc. */
export function polygon([x, y]: Planar, radius: number, corners: number): string {
  const angles = Array.from({ length: corners }, (_, corner) => (2 * Math.PI * corner) / corners - Math.PI / 2);
  return `${polyline(angles.map((angle): Planar => [x + radius * Math.cos(angle), y + radius * Math.sin(angle)]))}Z`;
}
