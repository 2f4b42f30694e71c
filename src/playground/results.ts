/// <reference lib="dom" />
import { find, html, svg } from './elements';
import { polyline, printed, ticks, toPixels, type Frame } from './geometry';
import { methodOf } from './methods';
import { PALETTES } from './palette';
import { shownPoint, type Scene, type View } from './scene';
import { riseWithin, type MethodRun, type Planar } from './simulate';

/** The table of where each method is. Rows carry the exact numbers as `data-x`, `data-y` and `data-loss`. */
export function createTable(): View {
  const [rows, caption, riseHead] = [find('rows', HTMLElement), find('table-caption', HTMLElement), find('rise-head', HTMLElement)];
  return (scene) => {
    const { state: { settings, at }, runs } = scene;
    caption.textContent = `Where the methods are after ${at} of ${settings.steps} steps`;
    riseHead.textContent = `Rise within ρ = ${settings.rho}`;
    riseHead.title = 'The largest loss at a distance of at most ρ, less the loss: how sharp the loss is there';
    rows.replaceChildren(...runs.map((run) => tableRow(run, scene)));
  };
}

function tableRow(run: MethodRun, { landscape, state, theme }: Scene): HTMLElement {
  const here = shownPoint(run, state.at);
  const { x, y, loss } = run.points[here]!;
  const { name, look: { colour, dashes } } = methodOf(run.method);
  const swatch = svg('svg', { width: 26, height: 10, 'aria-hidden': 'true' }, svg('path', { d: 'M1 5h24', 'stroke-width': 3, stroke: colour[theme], 'stroke-dasharray': dashes.join(' ') }));
  const gone = run.diverged && state.at >= run.points.length;
  const numbers = gone ? ['–', '–', `diverged at step ${run.points.length}`, '–'] : [printed(x, 3), printed(y, 3), printed(loss, 3), printed(riseWithin(landscape.planar, [x, y], state.settings.rho), 3)];
  const cells = [...numbers, String(run.gradientEvaluations[here])].map((text) => html('td', {}, text));
  return html('tr', { 'data-method': run.method, 'data-x': x, 'data-y': y, 'data-loss': loss }, html('th', { scope: 'row' }, swatch, name), ...cells);
}

/** One sentence on where the methods are, for those who do not see the pictures. */
export function inWords({ state: { at }, runs }: Scene): string {
  const places = runs.map((run) => {
    const { x, y, loss } = run.points[shownPoint(run, at)]!;
    const name = methodOf(run.method).name;
    return run.diverged && at >= run.points.length ? `${name} has diverged` : `${name} at ${printed(x, 2)}, ${printed(y, 2)} with loss ${printed(loss, 2)}`;
  });
  return `Step ${at}: ${places.join('; ') || 'no method chosen'}.`;
}

const CHART = { width: 460, height: 250, left: 48, top: 10, right: 10, bottom: 28 } as const;

/** The loss of each method by step, with the step that is looked at. */
export function createCurves(): View {
  const root = find('curves', HTMLElement);
  return ({ landscape, state: { settings, at }, runs, theme }) => {
    const { ink, faint } = PALETTES[theme];
    const losses = runs.flatMap(({ points }) => points.map(({ loss }) => loss));
    // A run that leaves the picture must not flatten the others.
    const ceiling = landscape.planar.loss(...settings.start) + 1;
    const highest = Math.min(Math.max(...losses, 0), ceiling);
    const frame: Frame = {
      left: CHART.left, top: CHART.top, width: CHART.width - CHART.left - CHART.right, height: CHART.height - CHART.top - CHART.bottom,
      xRange: [0, settings.steps], yRange: [Math.min(...losses, 0) - 0.05, highest + 0.05],
    };
    const [bottom, right] = [frame.top + frame.height, frame.left + frame.width];
    const across = ticks(frame.yRange, 5).map((value): readonly [number, number] => [toPixels(frame, [0, value])[1], value]);
    const along = ticks(frame.xRange, 6).map((value): readonly [number, number] => [toPixels(frame, [value, 0])[0], value]);
    const [now] = toPixels(frame, [at, 0]);
    root.replaceChildren(svg('svg', { viewBox: `0 0 ${CHART.width} ${CHART.height}`, role: 'img', 'aria-label': 'Loss of each method by step' },
      svg('clipPath', { id: 'curves-window' }, svg('rect', { x: frame.left, y: frame.top, width: frame.width, height: frame.height })),
      ...across.flatMap(([y, value]) => [svg('path', { d: `M${frame.left} ${y}H${right}`, stroke: faint, opacity: 0.25 }), svg('text', { x: frame.left - 7, y: y + 4, 'text-anchor': 'end', fill: faint }, printed(value, 1))]),
      ...along.map(([x, value]) => svg('text', { x, y: bottom + 18, 'text-anchor': 'middle', fill: faint }, String(value))),
      svg('path', { d: `M${now} ${frame.top}V${bottom}`, stroke: ink, opacity: 0.5 }),
      svg('g', { 'clip-path': 'url(#curves-window)' }, ...runs.map((run) => curve(run, frame, theme))),
    ));
  };
}

function curve({ method, points }: MethodRun, frame: Frame, theme: Scene['theme']): SVGElement {
  const { colour, dashes } = methodOf(method).look;
  const line = polyline(points.map(({ loss }, step): Planar => toPixels(frame, [step, loss])));
  return svg('path', { d: line, stroke: colour[theme], 'stroke-width': 2.2, 'stroke-dasharray': dashes.join(' '), fill: 'none' });
}
