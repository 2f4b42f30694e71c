/// <reference lib="dom" />
import { finiteRange } from '../engine/finiteRange';
import { find, svg } from './elements';
import { polyline, printed, ticks, toPixels, type Frame } from './geometry';
import { methodOf } from './methods';
import { PALETTES } from './palette';
import type { Scene, View } from './scene';
import type { MethodRun, Planar } from './simulate';

/** Sizes of the chart, in pixels of its own; it grows with its card. */
const CHART = { width: 460, height: 250, left: 48, top: 10, right: 10, bottom: 28 } as const;

/** The vertical scale of a chart: a loss is drawn at (loss - lowest)^exponent, as the map is coloured. */
interface LossScale {
  readonly lowest: number;
  readonly highest: number;
  readonly place: (loss: number) => number;
}

function lossScale({ landscape, state: { settings }, runs }: Scene): LossScale {
  const losses = runs.flatMap(({ points }) => points.map(({ loss }) => loss));
  const start = landscape.planar.loss(...settings.start);
  // The scale leaves out runs that leave the picture, which would flatten the others.
  const range = finiteRange(losses) ?? { lowest: start, highest: start };
  const highest = Math.min(Math.max(range.highest, start), start + 1);
  const lowest = Math.min(range.lowest, start - 0.1);
  return { lowest, highest, place: (loss) => Math.max(loss - lowest, 0) ** landscape.exponent };
}

/** The loss of each method by step, with the current step. */
export function createCurves(): View {
  const root = find('curves', HTMLElement);
  return (scene) => {
    const { state: { settings, at }, runs, theme } = scene;
    const { ink, faint } = PALETTES[theme];
    const scale = lossScale(scene);
    const top = scale.place(scale.highest);
    const frame: Frame = {
      left: CHART.left, top: CHART.top, width: CHART.width - CHART.left - CHART.right, height: CHART.height - CHART.top - CHART.bottom,
      xRange: [0, settings.steps], yRange: [-0.03 * top, 1.03 * top],
    };
    const [bottom, right] = [frame.top + frame.height, frame.left + frame.width];
    const across = ticks([scale.lowest, scale.highest], 5).map((value): readonly [number, number] => [toPixels(frame, [0, scale.place(value)])[1], value]);
    const along = ticks(frame.xRange, 6).map((value): readonly [number, number] => [toPixels(frame, [value, 0])[0], value]);
    const [now] = toPixels(frame, [at, 0]);
    root.replaceChildren(svg('svg', { viewBox: `0 0 ${CHART.width} ${CHART.height}`, role: 'img', 'aria-label': 'Loss of each method by step' },
      svg('clipPath', { id: 'curves-window' }, svg('rect', { x: frame.left, y: frame.top, width: frame.width, height: frame.height })),
      ...across.flatMap(([y, value]) => [svg('path', { d: `M${frame.left} ${y}H${right}`, stroke: faint, opacity: 0.25 }), svg('text', { x: frame.left - 7, y: y + 4, 'text-anchor': 'end', fill: faint }, printed(value, 1))]),
      ...along.map(([x, value]) => svg('text', { x, y: bottom + 18, 'text-anchor': 'middle', fill: faint }, String(value))),
      svg('path', { d: `M${now} ${frame.top}V${bottom}`, stroke: ink, opacity: 0.5 }),
      svg('g', { 'clip-path': 'url(#curves-window)' }, ...runs.map((run) => curve(run, frame, scale, theme))),
    ));
  };
}

function curve({ method, points }: MethodRun, frame: Frame, { place }: LossScale, theme: Scene['theme']): SVGElement {
  const { colour, dashes } = methodOf(method).look;
  const line = polyline(points.map(({ loss }, step): Planar => toPixels(frame, [step, place(loss)])));
  return svg('path', { d: line, stroke: colour[theme], 'stroke-width': 2.2, 'stroke-dasharray': dashes.join(' '), fill: 'none' });
}
