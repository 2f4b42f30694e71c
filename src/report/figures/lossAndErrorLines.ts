import type { Annotation, Data, Layout } from 'plotly.js-dist';
import { figure } from './figure';
import { lossAxis, lossScale } from './lossScale';
import { panelDomains } from './panels';
import type { FigureSpecification, FigureText } from './specification';
import { COLOURS } from '../../train/methods/colours';
import { axis, percentAxis } from './style';

/** Loss and error along one line. */
export interface LossAndErrorLine {
  readonly name: string;
  /** Places along the line. */
  readonly x: readonly number[];
  /** In nats. */
  readonly loss: readonly number[];
  /** Top-1 error in percent; empty where there are no classes. */
  readonly error: readonly number[];
}

/** Lines to draw over each other. */
export interface LossAndErrorInput extends FigureText {
  readonly lines: readonly LossAndErrorLine[];
  readonly xTitle: string;
  /** Places to label, such as both ends of a path. */
  readonly marks: readonly { readonly name: string; readonly x: number }[];
}

const STYLES = [
  { color: COLOURS.blue, dash: 'solid' },
  { color: COLOURS.vermilion, dash: 'dash' },
  { color: COLOURS.green, dash: 'dot' },
  { color: COLOURS.purple, dash: 'dashdot' },
] as const;

/**
 * Loss, on a logarithmic scale, and error along lines in weight space, drawn over each other: slices through several
 * minima, or train and test along a path between two.
 *
 * @throws RangeError if a line has another number of losses than places, or a loss is 0 or below.
 */
export function lossAndErrorLines({ lines, xTitle, marks, ...text }: LossAndErrorInput): FigureSpecification {
  const unfit = lines.find(({ x, loss, error }) => loss.length !== x.length || ![0, x.length].includes(error.length));
  if (unfit !== undefined) {
    throw new RangeError(`lossAndErrorLines: expected a loss and an error for each of the ${unfit.x.length} places of "${unfit.name}", got ${unfit.loss.length} and ${unfit.error.length}.`);
  }
  const scale = lossScale('lossAndErrorLines', lines.flatMap(({ loss }) => loss));
  const withError = lines.some(({ error }) => error.length > 0);
  const domains = panelDomains(withError ? 2 : 1, [0, 1], 0.12);
  const errorPanel: Partial<Layout> = withError
    ? { xaxis2: axis(xTitle, { domain: [...domains[1]!], anchor: 'y2' }), yaxis2: percentAxis('Error (top-1), %', { anchor: 'x2' }) }
    : {};
  return figure(text, lines.flatMap(lineTraces), {
    xaxis: axis(xTitle, { domain: [...domains[0]!] }),
    yaxis: lossAxis('Loss, nats (log scale)', scale),
    ...errorPanel,
    shapes: marks.flatMap(({ x }) => (withError ? ['', '2'] : ['']).map((panel) => ({ type: 'line' as const, xref: `x${panel}` as 'x', yref: `y${panel} domain` as 'y domain', x0: x, x1: x, y0: 0, y1: 1, line: { color: '#888888', width: 1, dash: 'dot' as const } }))),
    // Above the panel, where no line runs.
    annotations: marks.map(({ name, x }): Annotation => ({ text: name, x, y: 1, xref: 'x', yref: 'y domain', xanchor: 'center', yanchor: 'bottom', showarrow: false, font: { size: 12 } })),
  });
}

function lineTraces({ name, x, loss, error }: LossAndErrorLine, index: number): Data[] {
  const line = { ...STYLES[index % STYLES.length]!, width: 2.5 };
  const shared = { type: 'scatter' as const, mode: 'lines' as const, name, legendgroup: name, x: [...x], line };
  const finite = (values: readonly number[]): (number | null)[] => values.map((value) => (Number.isFinite(value) ? value : null));
  return [
    { ...shared, y: finite(loss) },
    ...(error.length > 0 ? [{ ...shared, y: finite(error), showlegend: false, xaxis: 'x2' as const, yaxis: 'y2' as const }] : []),
  ];
}
