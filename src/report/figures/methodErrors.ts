import type { Data, Shape } from 'plotly.js-dist';
import type { ComparisonRow } from '../../experiment/comparisonRows';
import { figure, wrap } from './figure';
import type { FigureSpecification, FigureText } from './specification';
import { COLOURS } from '../../train/methods/colours';
import { axis, percentAxis } from './style';

/** Characters of a method's name on one line. */
const NAME_COLUMNS = 34;
/** In pixels; a name has up to three lines. */
const SIZES = { names: 280, method: 56, rest: 210 } as const;

/**
 * Test error and cost of compared methods: left a dot with its 95 % interval for each, and a line at the first, the base
 * optimizer; right the gradients of a batch that a run computes. Methods without a finished run are left out.
 *
 * @throws RangeError if no method has a finished run.
 */
export function methodErrors({ title, caption, rows }: FigureText & { readonly rows: readonly ComparisonRow[] }): FigureSpecification {
  const shown = rows.filter((row) => row.top1Error !== null);
  if (shown.length === 0) {
    throw new RangeError('methodErrors: expected a method with a finished run, got none.');
  }
  const y = shown.map(({ method }) => wrap(method, NAME_COLUMNS).join('<br>'));
  const errors = shown.map(({ top1Error }) => top1Error!);
  const shared = { y, showlegend: false } as const;
  const data: Data[] = [
    {
      ...shared, type: 'scatter', mode: 'markers', x: errors, marker: { color: COLOURS.blue, size: 10 }, hovertemplate: '%{y}: %{x:.2f} %<extra></extra>',
      error_x: { type: 'data', array: shown.map(({ top1HalfWidth }) => top1HalfWidth ?? 0), color: COLOURS.blue, thickness: 1.5, width: 5 },
    },
    {
      ...shared, type: 'bar', orientation: 'h', xaxis: 'x2', x: shown.map(({ gradientEvaluations }) => gradientEvaluations), marker: { color: COLOURS.skyBlue },
      hovertemplate: '%{y}: %{x:,.0f} gradients<extra></extra>',
    },
  ];
  const base: Partial<Shape> = { type: 'line', x0: errors[0]!, x1: errors[0]!, yref: 'paper', y0: 0, y1: 1, line: { color: COLOURS.vermilion, width: 1.5, dash: 'dash' } };
  return figure({ title, caption: `${caption}. Bars: 95 % interval over seeds; none where there is one run or all agree. Dashed: ${shown[0]!.method}.` }, data, {
    height: SIZES.rest + SIZES.method * shown.length,
    margin: { l: SIZES.names },
    xaxis: percentAxis('Top-1 test error, %', { domain: [0, 0.62], rangemode: 'normal' }),
    xaxis2: axis('Gradients of a batch in a run', { domain: [0.68, 1], anchor: 'y', rangemode: 'tozero' }),
    yaxis: axis('', { autorange: 'reversed', type: 'category', automargin: false }),
    shapes: [base],
  });
}
