import type { Data, Layout } from 'plotly.js-dist';
import { figure } from '../report/figures/figure';
import { panelDomains, panelSuffix, panelTitle } from '../report/figures/panels';
import type { FigureSpecification, FigureText } from '../report/figures/specification';
import { axis, transparent } from '../report/figures/style';
import { COLOURS } from '../train/methods/colours';

/** One line of a figure. */
export interface FigureLine {
  /** Name in the legend; lines of one name look the same in all panels. */
  readonly name: string;
  readonly x: readonly number[];
  /** One for each x. */
  readonly y: readonly number[];
  /** Half the width of an interval around each y, drawn as a band; none where it is left out. */
  readonly halfWidth?: readonly (number | null)[];
  /** Name of the panel; lines without one share a single panel. */
  readonly panel?: string;
}

/** Lines and the names of their axes. */
export interface LineFigureInput extends FigureText {
  readonly lines: readonly FigureLine[];
  readonly xTitle: string;
  readonly yTitle: string;
  /** Places along x that are equally far apart in the figure, such as radii 0, 0.05, 0.1, 0.5; default: x is a number line. */
  readonly categories?: boolean;
  /** Whether y starts at 0, whatever the data; default: false. */
  readonly fromZero?: boolean;
}

const STYLES = [
  { colour: COLOURS.blue, dash: 'solid', symbol: 'circle' },
  { colour: COLOURS.vermilion, dash: 'dash', symbol: 'diamond' },
  { colour: COLOURS.green, dash: 'dot', symbol: 'square' },
  { colour: COLOURS.purple, dash: 'dashdot', symbol: 'triangle-up' },
  { colour: COLOURS.black, dash: 'longdash', symbol: 'x' },
] as const;

/** Lines with many places have markers at about this many. */
const MARKERS = 12;

/**
 * Lines in one panel, or in panels side by side over one vertical scale.
 *
 * @throws RangeError without lines, for more than five names, or a line with another number of y than of x.
 */
export function lineFigure({ lines, xTitle, yTitle, categories = false, fromZero = false, ...text }: LineFigureInput): FigureSpecification {
  const names = [...new Set(lines.map(({ name }) => name))];
  const panels = [...new Set(lines.map(({ panel = '' }) => panel))];
  if (names.length === 0 || names.length > STYLES.length) {
    throw new RangeError(`lineFigure: expected 1 to ${STYLES.length} names of lines, got ${names.length}.`);
  }
  const unfit = lines.find(({ x, y, halfWidth }) => y.length !== x.length || (halfWidth && halfWidth.length !== x.length));
  if (unfit !== undefined) {
    throw new RangeError(`lineFigure: expected ${unfit.x.length} values for the line "${unfit.name}", one for each x, got ${unfit.y.length}${unfit.halfWidth ? ` and ${unfit.halfWidth.length} half widths` : ''}.`);
  }
  const domains = panelDomains(panels.length);
  const first = new Set<string>();
  const traces = lines.flatMap((line) => {
    const isFirst = !first.has(line.name);
    first.add(line.name);
    return lineTraces(line, { style: STYLES[names.indexOf(line.name)]!, suffix: panelSuffix(panels.indexOf(line.panel ?? '')), inLegend: isFirst });
  });
  const axes = panels.map((_, index) => {
    const suffix = panelSuffix(index);
    return {
      [`xaxis${suffix}`]: axis(xTitle, { domain: [...domains[index]!], anchor: `y${suffix}` as 'y', ...(categories ? { type: 'category' } : {}) }),
      [`yaxis${suffix}`]: axis(index === 0 ? yTitle : '', { anchor: `x${suffix}` as 'x', ...(fromZero ? { rangemode: 'tozero' } : {}), ...(index === 0 ? {} : { matches: 'y', showticklabels: false }) }),
    };
  });
  const titled = panels.length > 1;
  return figure(text, traces, {
    ...(Object.assign({}, ...axes) as Partial<Layout>),
    showlegend: names.length > 1,
    ...(titled ? { legend: { orientation: 'h', x: 0.5, xanchor: 'center', y: 1.06, yanchor: 'bottom' }, margin: { t: names.length > 1 ? 110 : 85 } } : {}),
    annotations: titled ? panels.map((panel, index) => panelTitle(panel, domains[index]!)) : [],
  });
}

interface LineLook {
  readonly style: (typeof STYLES)[number];
  readonly suffix: string;
  readonly inLegend: boolean;
}

function lineTraces({ name, x, y, halfWidth }: FigureLine, { style: { colour, dash, symbol }, suffix, inLegend }: LineLook): Data[] {
  const axes = { xaxis: `x${suffix}` as 'x', yaxis: `y${suffix}` as 'y' };
  const line: Data = {
    type: 'scatter', mode: 'lines+markers', name, legendgroup: name, showlegend: inLegend, x: [...x], y: [...y], ...axes,
    line: { color: colour, dash, width: 2 }, marker: { color: colour, symbol, size: 8, ...(x.length > MARKERS ? { maxdisplayed: MARKERS } : {}) },
  };
  if (halfWidth === undefined || halfWidth.every((half) => half === null)) {
    return [line];
  }
  const edge = (side: 1 | -1): number[] => y.map((value, index) => value + side * (halfWidth[index] ?? 0));
  const band: Data = {
    type: 'scatter', mode: 'lines', legendgroup: name, showlegend: false, hoverinfo: 'skip', ...axes,
    x: [...x, ...[...x].reverse()], y: [...edge(1), ...edge(-1).reverse()], fill: 'toself', fillcolor: transparent(colour, 0.2), line: { width: 0 },
  };
  return [band, line];
}
