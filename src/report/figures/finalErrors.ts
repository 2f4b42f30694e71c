import type { Data, LayoutAxis } from 'plotly.js-dist';
import type { ExperimentConfig } from '../../experiment/config';
import type { RunResult } from '../../experiment/result';
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
/** Distance of the dots of single seeds from their mean, in categories. */
const SEED_STEP = 0.05;
/** Distance of the original's dots from ours, in categories. */
const PUBLISHED_STEP = 0.06;

const PANELS = [
  { axes: { xaxis: 'x', yaxis: 'y' }, error: 'top1Error', halfWidth: 'top1HalfWidth', published: 'publishedTop1Error' },
  { axes: { xaxis: 'x2', yaxis: 'y2' }, error: 'top5Error', halfWidth: 'top5HalfWidth', published: 'publishedTop5Error' },
] as const;

/**
 * Final test errors by number of epochs: ours as filled dots with 95 % intervals, and small ones for the single runs; the original's as open
 * ones where we trained on as many images, since others are no comparison.
 *
 * @param table one of `errorTables`.
 * @param runs those of the table, for the small dots. Default: none.
 */
export function finalErrors(table: ResultTable, runs: readonly RunResult[] = []): FigureSpecification {
  const beside = table.trainingImages === undefined || table.trainingImages === PUBLISHED_TRAINING_IMAGES;
  const shown = table.rows.filter(({ n }) => beside || n > 0);
  const lengths = [...new Set(shown.map((row) => row.epochs))].sort((a, b) => a - b);
  const methods = METHODS.filter((method) => method === 'sgd' || method === 'sam' || shown.some((row) => row.method === method));
  const data = methods.flatMap((method, place) => {
    const step = (place - (methods.length - 1) / 2) * METHOD_STEP;
    const ofMethod = { method, rows: shown.filter((row) => row.method === method), runs: runs.filter(({ config, status }) => config.method === method && status === 'finished') };
    return methodTraces(ofMethod, lengths, step, beside);
  });
  const ticks: Partial<LayoutAxis> = { tickvals: lengths.map((_, place) => place), ticktext: lengths.map(String), range: [-0.5, lengths.length - 0.5] };
  const note = `Bars: 95 % interval over seeds${runs.length > 0 ? '; small dots: single seeds' : '; a dot without a bar is one run'}.`;
  const errorAxis = (what: string, changes: Partial<LayoutAxis> = {}): Partial<LayoutAxis> => percentAxis(what, { ...(beside ? {} : { rangemode: 'normal' }), ...changes });
  return figure({ title: table.title.replace(/^Table \d+\. /, ''), caption: `${table.caption}. ${note}` }, data, {
    xaxis: axis('Epochs of training', { domain: [0, 0.45], ...ticks }),
    yaxis: errorAxis('Top-1 test error, %'),
    xaxis2: axis('Epochs of training', { domain: [0.57, 1], anchor: 'y2', ...ticks }),
    yaxis2: errorAxis('Top-5 test error, %', { anchor: 'x2' }),
  });
}

/** One method's cells and runs. */
interface OfMethod {
  readonly method: ExperimentConfig['method'];
  readonly rows: readonly ErrorRow[];
  readonly runs: readonly RunResult[];
}

function methodTraces({ method, rows, runs }: OfMethod, lengths: readonly number[], sideStep: number, beside: boolean): Data[] {
  const { colour, symbol } = METHOD_STYLES[method];
  const name = METHOD_NAMES[method];
  return PANELS.flatMap(({ axes, error, halfWidth, published }, panel): Data[] => {
    const ours = rows.filter((row) => row[error] !== null);
    const theirs = beside ? rows.filter((row) => row[published] !== null) : [];
    const x = (epochs: readonly number[], step: number): number[] => epochs.map((length) => lengths.indexOf(length) + step);
    const shared = { type: 'scatter', mode: 'markers', showlegend: panel === 0, ...axes } as const;
    return [
      {
        ...shared, name: `${name}, ours`, x: x(ours.map(({ epochs }) => epochs), sideStep), y: ours.map((row) => row[error]),
        error_y: { type: 'data', array: ours.map((row) => row[halfWidth] ?? 0), color: colour, thickness: 1.5, width: 5 },
        marker: { symbol, size: 11, color: colour },
      },
      {
        ...shared, name: `${name}, single seeds`, showlegend: false, x: x(runs.map(({ config }) => config.epochs), sideStep - SEED_STEP), y: runs.map(({ final }) => final![error]),
        marker: { symbol, size: 5, color: colour }, text: runs.map(({ config }) => `seed ${config.seed}`), hovertemplate: '%{text}: %{y:.2f} %<extra></extra>',
      },
      {
        ...shared, name: `${name}, the original (${PUBLISHED_TRAINING_IMAGES.toLocaleString('en-US')} images)`, x: x(theirs.map(({ epochs }) => epochs), sideStep + PUBLISHED_STEP), y: theirs.map((row) => row[published]),
        marker: { symbol: `${symbol}-open`, size: 11, color: colour, line: { width: 2 } },
      },
    ].filter((trace) => trace.x.length > 0) as Data[];
  });
}
