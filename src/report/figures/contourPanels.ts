import type { Data, Layout } from 'plotly.js-dist';
import { figure, WIDEST } from './figure';
import { checkGrid } from './lossSurface';
import { LOSS_COLOURS, lossColourBar, logLosses, lossScale, type LossScale } from './lossScale';
import { panelDomains, panelSuffix, panelTitle } from './panels';
import type { FigureSpecification, FigureText } from './specification';
import type { NamedSurface } from './surfacePair';
import { COLOURS } from '../../train/methods/colours';
import { axis } from './style';

/** A surface from above, with what is drawn on it. */
export interface ContourPanel extends NamedSurface {
  /** Places in their order, such as the weights along training. */
  readonly path?: readonly (readonly [number, number])[];
  /** Places that get a star, such as minima. */
  readonly stars?: readonly (readonly [number, number])[];
  /** Names beside the stars, in their order. */
  readonly starNames?: readonly string[];
}

/** Surfaces to be seen from above. */
export interface ContourPanelsInput extends FigureText {
  readonly panels: readonly ContourPanel[];
  readonly axes: { readonly x: string; readonly y: string };
  /** Whether a unit has the same length on both axes, for axes that measure distances in weight space. Default: false, each panel fills its space. */
  readonly equalScales?: boolean;
}

/** Lines of equal loss between the lowest and the highest. */
const LINES = 16;
/** In pixels; with equal scales, flat panels lower it, down to what the colour bar needs. */
const HEIGHT = 560;
/** The height of title and caption, the width of a single panel beside its colour bar and the least height of a panel, in pixels. */
const [TEXT_HEIGHT, PANEL_WIDTH, LEAST_PANEL] = [230, 700, 170] as const;

/**
 * Loss surfaces from above, side by side, on one logarithmic colour scale and with the same lines of equal loss; with
 * paths and stars where there are any.
 *
 * @throws RangeError if a grid is not rectangular or a loss is 0 or below.
 */
export function contourPanels({ panels, axes, equalScales = false, ...text }: ContourPanelsInput): FigureSpecification {
  panels.forEach(({ grid }) => checkGrid('contourPanels', grid));
  const scale = lossScale('contourPanels', panels.flatMap(({ grid }) => grid.z).flat());
  const domains = panelDomains(panels.length, [0, 1], 0.1);
  const layouts = panels.flatMap(({ grid }, index): [string, object][] => {
    const suffix = panelSuffix(index);
    return [
      [`xaxis${suffix}`, { ...axis(axes.x, { domain: [...domains[index]!], range: [grid.x[0]!, grid.x.at(-1)!] }), anchor: `y${suffix}` }],
      [`yaxis${suffix}`, { ...axis(axes.y, { range: [grid.y[0]!, grid.y.at(-1)!] }), anchor: `x${suffix}`, ...(equalScales ? { scaleanchor: `x${suffix}`, constrain: 'domain' } : {}) }],
    ];
  });
  return figure(text, panels.flatMap((panel, index) => panelTraces(panel, index, scale, index === panels.length - 1)), {
    ...(panels.length === 1 ? {} : { width: WIDEST }), height: equalScales ? heightOf(panels) : HEIGHT, showlegend: false,
    ...(Object.fromEntries(layouts) as Partial<Layout>),
    annotations: panels.map(({ name }, index) => panelTitle(name, domains[index]!)),
  });
}

/** The height at which the tallest panel fills its space with equal scales. */
function heightOf(panels: readonly ContourPanel[]): number {
  const ratios = panels.map(({ grid: { x, y } }) => (y.at(-1)! - y[0]!) / (x.at(-1)! - x[0]!));
  return Math.min(HEIGHT, TEXT_HEIGHT + Math.max(LEAST_PANEL, Math.round((PANEL_WIDTH / panels.length) * Math.max(...ratios))));
}

/** Filled lines of equal loss on a shared logarithmic scale. */
export function logContour({ grid, name }: NamedSurface, scale: LossScale, axes: { readonly xaxis: string; readonly yaxis: string }, showscale: boolean): Data {
  return {
    type: 'contour', name, ...axes, x: [...grid.x], y: [...grid.y], z: logLosses(grid.z), colorscale: LOSS_COLOURS, zmin: scale.low, zmax: scale.high, showscale,
    colorbar: lossColourBar(scale), line: { color: 'white', width: 0.7 },
    contours: { start: scale.low, end: scale.high, size: (scale.high - scale.low || 1) / LINES },
    customdata: grid.z.map((row) => [...row]), hovertemplate: '(%{x:.3g}, %{y:.3g})<br>loss %{customdata:.4g} nats<extra></extra>',
  } as unknown as Data;
}

function panelTraces(panel: ContourPanel, index: number, scale: LossScale, showscale: boolean): Data[] {
  const axes = { xaxis: `x${panelSuffix(index)}`, yaxis: `y${panelSuffix(index)}` } as const;
  const { path = [], stars = [], starNames } = panel;
  const places: readonly Data[] = [
    // White below orange, so that the path is visible on dark and light ground.
    { type: 'scatter', mode: 'lines', ...axes, x: path.map(([x]) => x), y: path.map(([, y]) => y), line: { color: 'white', width: 4.5 }, hoverinfo: 'skip' },
    { type: 'scatter', mode: 'lines+markers', ...axes, name: 'path', x: path.map(([x]) => x), y: path.map(([, y]) => y), line: { color: COLOURS.vermilion, width: 2.5 }, marker: { color: COLOURS.vermilion, size: 7, line: { color: 'white', width: 1 } } },
  ];
  const names = starNames && { text: starNames.map((name) => `<b>${name}</b>`), textposition: 'bottom center', textfont: { color: 'white' } };
  const dots = { type: 'scatter', mode: names ? 'markers+text' : 'markers', ...names, ...axes, name: 'stars', x: stars.map(([x]) => x), y: stars.map(([, y]) => y), marker: { color: COLOURS.orange, symbol: 'star', size: 13, line: { color: 'black', width: 1 } } } as Data;
  return [logContour(panel, scale, axes, showscale), ...(path.length > 0 ? places : []), ...(stars.length > 0 ? [dots] : [])];
}
