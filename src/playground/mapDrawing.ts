/// <reference lib="dom" />
import { svg } from './elements';
import { arrowHead, polygon, polyline, printed, ticks, toPixels, type Frame } from './geometry';
import { methodOf } from './methods';
import { PALETTES, type Palette } from './palette';
import { shownPoint, type Scene } from './scene';
import type { MethodRun, Planar } from './simulate';

/** Widths and sizes, in pixels. */
const PATH_WIDTH = 2.4;
const HALO_WIDTH = 5.5;
const MARKER_RADIUS = 6.5;
const ARROW_HEAD = 9;
const TICK_LENGTH = 5;

/** Ticks, numbers and titles of both axes. */
export function mapAxes(frame: Frame, theme: Scene['theme']): readonly SVGElement[] {
  const { ink, faint } = PALETTES[theme];
  const [bottom, left] = [frame.top + frame.height, frame.left];
  const text = (x: number, y: number, anchor: string, label: string): SVGElement => svg('text', { x, y, 'text-anchor': anchor, fill: faint }, label);
  return [
    ...ticks(frame.xRange, 7).flatMap((value) => {
      const [x] = toPixels(frame, [value, 0]);
      return [svg('path', { d: `M${x} ${bottom}v${TICK_LENGTH}`, stroke: faint }), text(x, bottom + 18, 'middle', printed(value, 0))];
    }),
    ...ticks(frame.yRange, 5).flatMap((value) => {
      const [, y] = toPixels(frame, [0, value]);
      return [svg('path', { d: `M${left} ${y}h${-TICK_LENGTH}`, stroke: faint }), text(left - 8, y + 4, 'end', printed(value, 0))];
    }),
    svg('text', { x: left + frame.width / 2, y: bottom + 36, 'text-anchor': 'middle', fill: ink }, 'parameter w₁'),
    svg('text', { x: 0, y: 0, transform: `translate(12 ${frame.top + frame.height / 2}) rotate(-90)`, 'text-anchor': 'middle', fill: ink }, 'parameter w₂'),
    svg('rect', { x: left, y: frame.top, width: frame.width, height: frame.height, fill: 'none', stroke: faint }),
  ];
}

/** Every run up to the current step, its current perturbation, and the common start. */
export function mapRuns(frame: Frame, { state, runs, theme }: Scene): readonly SVGElement[] {
  const palette = PALETTES[theme];
  const colour = (run: MethodRun): string => methodOf(run.method).look.colour[theme];
  const start = toPixels(frame, state.settings.start);
  return [
    ...runs.flatMap((run) => path(frame, run, state.at, colour(run), palette)),
    svg('circle', { cx: start[0], cy: start[1], r: 5, fill: palette.halo, stroke: palette.ink, 'stroke-width': 2 }),
    ...runs.flatMap((run) => arrow(frame, run, shownPoint(run, state.at), palette)),
    ...runs.map((run) => marker(frame, run, shownPoint(run, state.at), colour(run), palette)),
  ];
}

function pixelsOf(frame: Frame, run: MethodRun, from: number, to: number): readonly Planar[] {
  return run.points.slice(from, to + 1).map(({ x, y }) => toPixels(frame, [x, y]));
}

/** The path so far, and faintly the rest of it. */
function path(frame: Frame, run: MethodRun, at: number, colour: string, palette: Palette): readonly SVGElement[] {
  const here = shownPoint(run, at);
  const dashes = methodOf(run.method).look.dashes.join(' ');
  const line = (d: string, stroke: string, width: number, more: Readonly<Record<string, string | number>>): SVGElement =>
    svg('path', { d, stroke, 'stroke-width': width, fill: 'none', 'stroke-linejoin': 'round', ...more });
  const passed = polyline(pixelsOf(frame, run, 0, here));
  return [
    line(polyline(pixelsOf(frame, run, here, run.points.length - 1)), colour, 1.2, { opacity: 0.45 }),
    line(passed, palette.halo, HALO_WIDTH, {}),
    line(passed, colour, PATH_WIDTH, { 'stroke-dasharray': dashes, 'data-path': run.method }),
  ];
}

/** From w to w + eps, by way of the ascent steps before it. */
function arrow(frame: Frame, run: MethodRun, here: number, palette: Palette): readonly SVGElement[] {
  const { x, y } = run.points[here]!;
  const probes = run.probes[here]!;
  if (probes.length === 0) {
    return [];
  }
  const way = [toPixels(frame, [x, y]), ...probes.map((probe) => toPixels(frame, probe))];
  const head = arrowHead(way.at(-2)!, way.at(-1)!, ARROW_HEAD);
  const knees = way.slice(1, -1).map((knee) => polygon(knee, 2.2, 12)).join('');
  return [
    svg('path', { d: polyline(way) + head, stroke: palette.halo, 'stroke-width': 5, fill: 'none', 'stroke-linejoin': 'round' }),
    svg('path', { d: polyline(way), stroke: palette.ink, 'stroke-width': 1.8, fill: 'none', 'data-perturbation': run.method }),
    svg('path', { d: head + knees, fill: palette.ink }),
  ];
}

function marker(frame: Frame, run: MethodRun, here: number, colour: string, palette: Palette): SVGElement {
  const { x, y } = run.points[here]!;
  const { corners } = methodOf(run.method).look;
  return svg('path', { d: polygon(toPixels(frame, [x, y]), MARKER_RADIUS, corners), fill: colour, stroke: palette.halo, 'stroke-width': 2, 'data-marker': run.method });
}
