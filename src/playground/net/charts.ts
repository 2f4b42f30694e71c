/// <reference lib="dom" />
import { html, svg } from '../elements';
import { polyline, printed, ticks, toPixels, type Frame } from '../geometry';
import { PALETTES } from '../palette';
import type { Planar } from '../simulate';
import type { MeasuredComparison } from './history';
import { netMethodOf } from './methods';
import type { NetScene, NetView } from './scene';
import type { NetMethodId } from './settings';

/** Sizes of a chart, in pixels of its own; it grows with its card. */
const CHART = { width: 300, height: 170, left: 40, top: 8, right: 18, bottom: 24 } as const;
/** Points of a line at most: more would lie on the same pixels. */
const MOST_POINTS = 260;

/** A quantity over steps. */
interface Chart {
  readonly id: string;
  readonly title: string;
  /** Values of one method, by step. */
  readonly values: (run: MeasuredComparison, index: number) => readonly Planar[];
  /** The range that is always shown. */
  readonly range: readonly [number, number];
  /** Drawn by powers of ten; values of 0 or less are left out. */
  readonly logarithmic?: boolean;
}

type RecordName = 'trainingLoss' | 'testLoss' | 'trainingError' | 'testError' | 'rightError' | 'wrongError' | 'norm';

function ofRecords(name: RecordName, scale = 1): Chart['values'] {
  return ({ histories }, index) => histories[index]!.records.map((record): Planar => [record.step, scale * record[name]]);
}

/** The charts, in the order in which they are shown. */
export const CHARTS: readonly Chart[] = [
  { id: 'training-loss', title: 'Training loss, nats', values: ofRecords('trainingLoss'), range: [0, 0.7] },
  { id: 'right-error', title: 'Error on right-labelled points, %', values: ofRecords('rightError', 100), range: [0, 50] },
  { id: 'wrong-error', title: 'Error on wrong-labelled points, %', values: ofRecords('wrongError', 100), range: [0, 100] },
  { id: 'test-loss', title: 'Test loss, nats', values: ofRecords('testLoss'), range: [0, 0.7] },
  { id: 'test-error', title: 'Test error, %', values: ofRecords('testError', 100), range: [0, 50] },
  { id: 'training-error', title: 'Training error, labels as given, %', values: ofRecords('trainingError', 100), range: [0, 50] },
  { id: 'eigenvalue', title: 'Largest Hessian eigenvalue', values: ({ histories }, index) => histories[index]!.curvature.map(({ step, eigenvalue }): Planar => [step, eigenvalue]), range: [0.1, 10], logarithmic: true },
  { id: 'secant', title: 'Curvature over ±ρ along its vector', values: ({ histories }, index) => histories[index]!.curvature.map(({ step, secant }): Planar => [step, secant ?? NaN]), range: [0.1, 10], logarithmic: true },
  { id: 'norm', title: 'Length of the weights ‖w‖', values: ofRecords('norm'), range: [0, 10] },
];

/** All charts, one line a method. */
export function createCharts(root: HTMLElement): NetView {
  const places = CHARTS.map((chart) => {
    const picture = html('div', {});
    root.append(html('figure', { id: `chart-${chart.id}` }, html('figcaption', {}, chart.title), picture));
    return { chart, picture };
  });
  let drawn = '';
  return (scene) => {
    const { histories } = scene.run;
    const key = [scene.theme, ...histories.map(({ method, records, curvature }) => `${method} ${records.length} ${curvature.length} ${records[0]?.trainingLoss ?? ''}`)].join();
    if (key !== drawn) {
      drawn = key;
      places.forEach(({ chart, picture }) => picture.replaceChildren(drawChart(chart, scene)));
    }
  };
}

/** A chart of what is known so far. */
function drawChart({ title, values, range, logarithmic = false }: Chart, { run, theme }: NetScene): SVGElement {
  const { faint } = PALETTES[theme];
  const place = (value: number): number => (logarithmic ? (value > 0 ? Math.log10(value) : NaN) : value);
  const lines = run.settings.methods.map((method, index) => ({ method, points: thinned(values(run, index)).map(([step, value]): Planar => [step, place(value)]).filter(([, value]) => Number.isFinite(value)) }));
  const heights = [...lines.flatMap(({ points }) => points.map(([, value]) => value)), ...range.map(place)];
  const [lowest, highest] = [Math.min(...heights), Math.max(...heights)];
  const margin = 0.04 * (highest - lowest);
  const frame: Frame = {
    left: CHART.left, top: CHART.top, width: CHART.width - CHART.left - CHART.right, height: CHART.height - CHART.top - CHART.bottom,
    xRange: [0, run.settings.steps], yRange: [lowest - margin, highest + margin],
  };
  const [bottom, right] = [frame.top + frame.height, frame.left + frame.width];
  const across = (logarithmic ? powers(lowest, highest) : ticks([lowest, highest], 4)).map((value): readonly [number, string] => [toPixels(frame, [0, value])[1], logarithmic ? powerOfTen(value) : shortest(value)]);
  const along = ticks(frame.xRange, 3).map((value): readonly [number, string] => [toPixels(frame, [value, 0])[0], String(value)]);
  return svg('svg', { viewBox: `0 0 ${CHART.width} ${CHART.height}`, role: 'img', 'aria-label': `${title}, by step` },
    ...across.flatMap(([y, text]) => [svg('path', { d: `M${frame.left} ${y}H${right}`, stroke: faint, opacity: 0.25 }), svg('text', { x: frame.left - 6, y: y + 4, 'text-anchor': 'end', fill: faint }, text)]),
    ...along.map(([x, text]) => svg('text', { x, y: bottom + 17, 'text-anchor': 'middle', fill: faint }, text)),
    ...lines.flatMap((line) => chartLine(line, frame, theme)),
  );
}

/** A line; a dot where there is only one point. */
function chartLine({ method, points }: { readonly method: NetMethodId; readonly points: readonly Planar[] }, frame: Frame, theme: NetScene['theme']): readonly SVGElement[] {
  const { colour, dashes } = netMethodOf(method).look;
  const [stroke, places] = [colour[theme], points.map((point) => toPixels(frame, point))];
  if (places.length === 1) {
    return [svg('circle', { cx: places[0]![0], cy: places[0]![1], r: 3, fill: stroke, 'data-line': method })];
  }
  return [svg('path', { d: polyline(places), stroke, 'stroke-width': 2, 'stroke-dasharray': dashes.join(' '), fill: 'none', 'stroke-linejoin': 'round', 'data-line': method })];
}

/** Every so many points, and the last. */
function thinned(points: readonly Planar[]): readonly Planar[] {
  const every = Math.ceil(points.length / MOST_POINTS);
  return points.filter((_, index) => index % every === 0 || index === points.length - 1);
}

/** Whole exponents within a range. */
function powers(lowest: number, highest: number): readonly number[] {
  return Array.from({ length: Math.floor(highest) - Math.ceil(lowest) + 1 }, (_, index) => Math.ceil(lowest) + index);
}

function powerOfTen(exponent: number): string {
  return exponent >= 0 ? String(10 ** exponent) : (10 ** exponent).toFixed(-exponent);
}

function shortest(value: number): string {
  return printed(value, value % 1 === 0 ? 0 : 1);
}
