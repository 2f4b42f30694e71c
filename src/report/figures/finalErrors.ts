import type { Data, LayoutAxis } from 'plotly.js-dist';
import type { ExperimentConfig } from '../../experiment/config';
import { METHODS } from '../../train/methodSettings';
import { PUBLISHED_TRAINING_IMAGES } from '../published';
import { METHOD_NAMES } from '../recipe';
import type { ErrorRow } from '../rows';
import type { ResultTable } from '../tables';
import { figure } from './figure';
import type { FigureSpecification } from './specification';
import { METHOD_STYLES } from './methodStyles';
import { axis, percentAxis } from './style';

/** Distance between the dots of two methods, in categories. */
const METHOD_STEP = 0.24;
/** Distance of the original's dots from ours, in categories. */
const PUBLISHED_STEP = 0.06;

const PANELS = [
  { axes: { xaxis: 'x', yaxis: 'y' }, error: 'top1Error', halfWidth: 'top1HalfWidth', published: 'publishedTop1Error' },
  { axes: { xaxis: 'x2', yaxis: 'y2' }, error: 'top5Error', halfWidth: 'top5HalfWidth', published: 'publishedTop5Error' },
] as const;

/**
 * Final test errors by number of epochs: ours as filled dots with 95 % intervals, the original's as open ones.
 *
 * @param table one of `errorTables`.
 */
export function finalErrors(table: ResultTable): FigureSpecification {
  const lengths = [...new Set(table.rows.map((row) => row.epochs))].sort((a, b) => a - b);
  const methods = METHODS.filter((method) => method === 'sgd' || method === 'sam' || table.rows.some((row) => row.method === method));
  const data = methods.flatMap((method, place) => {
    const step = (place - (methods.length - 1) / 2) * METHOD_STEP;
    return methodTraces(method, table.rows.filter((row) => row.method === method), lengths, step);
  });
  const ticks: Partial<LayoutAxis> = { tickvals: lengths.map((_, place) => place), ticktext: lengths.map(String), range: [-0.5, lengths.length - 0.5] };
  const note = 'Bars: 95 % interval over seeds; a dot without a bar is one run.';
  return figure({ title: table.title.replace(/^Table \d+\. /, ''), caption: `${table.caption}. ${note}` }, data, {
    xaxis: axis('Epochs of training', { domain: [0, 0.45], ...ticks }),
    yaxis: percentAxis('Top-1 test error, %'),
    xaxis2: axis('Epochs of training', { domain: [0.57, 1], anchor: 'y2', ...ticks }),
    yaxis2: percentAxis('Top-5 test error, %', { anchor: 'x2' }),
  });
}

function methodTraces(method: ExperimentConfig['method'], rows: readonly ErrorRow[], lengths: readonly number[], sideStep: number): Data[] {
  const { colour, symbol } = METHOD_STYLES[method];
  const name = METHOD_NAMES[method];
  return PANELS.flatMap(({ axes, error, halfWidth, published }, panel): Data[] => {
    const ours = rows.filter((row) => row[error] !== null);
    const theirs = rows.filter((row) => row[published] !== null);
    const x = (cells: readonly ErrorRow[], step: number): number[] => cells.map((row) => lengths.indexOf(row.epochs) + step);
    const shared = { type: 'scatter', mode: 'markers', showlegend: panel === 0, ...axes } as const;
    return [
      {
        ...shared, name: `${name}, ours`, x: x(ours, sideStep), y: ours.map((row) => row[error]),
        error_y: { type: 'data', array: ours.map((row) => row[halfWidth] ?? 0), color: colour, thickness: 1.5, width: 5 },
        marker: { symbol, size: 11, color: colour },
      },
      {
        ...shared, name: `${name}, the original (${PUBLISHED_TRAINING_IMAGES.toLocaleString('en-US')} images)`, x: x(theirs, sideStep + PUBLISHED_STEP), y: theirs.map((row) => row[published]),
        marker: { symbol: `${symbol}-open`, size: 11, color: colour, line: { width: 2 } },
      },
    ].filter((trace) => trace.x.length > 0) as Data[];
  });
}
