import { from, op } from 'arquero';
import type { Data, Layout } from 'plotly.js-dist';
import type { EpochRecord } from '../../train/record';
import type { METHOD_STYLES } from './methodStyles';
import { lossAxis, lossScale } from './lossScale';
import { axis, percentAxis, transparent } from './style';

/** One epoch's numbers over several seeds. */
interface EpochPoint {
  readonly epoch: number;
  readonly lossMean: number;
  readonly lossMin: number;
  readonly lossMax: number;
  readonly errorMean: number;
  readonly errorMin: number;
  readonly errorMax: number;
}

/** Loss and error by epoch of runs that one line stands for: they differ in their seed alone. */
export interface Curve {
  readonly name: string;
  readonly style: (typeof METHOD_STYLES)[keyof typeof METHOD_STYLES];
  readonly histories: readonly (readonly EpochRecord[])[];
}

/**
 * The axes of two panels: training loss on the left, training error on the right. The loss has a logarithmic scale, so that neither the
 * first epochs nor a spike hide the others.
 *
 * @param histories all that is drawn.
 */
export function curveAxes(histories: Curve['histories']): Partial<Layout> {
  const losses = histories.flatMap((history) => history.map(({ trainLoss }) => trainLoss));
  // A loss of 0 has no place on a logarithmic scale.
  const scale = losses.every((loss) => loss > 0) ? lossScale('curveAxes', losses) : undefined;
  return {
    xaxis: axis('Epoch', { domain: [0, 0.45] }),
    yaxis: scale === undefined ? axis('Training loss, nats') : lossAxis('Training loss, nats (log scale)', scale),
    xaxis2: axis('Epoch', { domain: [0.57, 1], anchor: 'y2' }),
    yaxis2: percentAxis('Training error (top-1), %', { anchor: 'x2' }),
  };
}

/** A line in each of both panels: the mean over the histories, with a band from the smallest to the largest where there are several. */
export function curveTraces({ name, style: { colour, dash, symbol }, histories }: Curve): Data[] {
  const points = epochPoints(histories);
  const panels = [
    { axes: { xaxis: 'x', yaxis: 'y' }, mean: points.map((p) => p.lossMean), min: points.map((p) => p.lossMin), max: points.map((p) => p.lossMax) },
    { axes: { xaxis: 'x2', yaxis: 'y2' }, mean: points.map((p) => p.errorMean), min: points.map((p) => p.errorMin), max: points.map((p) => p.errorMax) },
  ] as const;
  const epochs = points.map((point) => point.epoch);
  // About ten markers a line, which distinguish lines without covering them.
  const maxdisplayed = 10;
  return panels.flatMap(({ axes, mean, min, max }, panel): Data[] => [
    ...(histories.length > 1 ? [band(epochs, min, max, { colour, ...axes })] : []),
    {
      type: 'scatter', mode: 'lines+markers', name, legendgroup: name, showlegend: panel === 0,
      x: epochs, y: mean, ...axes, line: { color: colour, dash, width: 2 }, marker: { symbol, size: 8, color: colour, maxdisplayed },
    },
  ]);
}

/** A transparent band between two lines, without an entry in the legend. */
export function band(x: readonly number[], low: readonly number[], high: readonly number[], style: { readonly colour: string; readonly xaxis: 'x' | 'x2' | 'x3'; readonly yaxis: 'y' | 'y2' | 'y3' }): Data {
  const { colour, ...axes } = style;
  return {
    type: 'scatter', mode: 'lines', showlegend: false, hoverinfo: 'skip', ...axes,
    x: [...x, ...[...x].reverse()], y: [...high, ...[...low].reverse()], fill: 'toself', fillcolor: transparent(colour, 0.2), line: { width: 0 },
  };
}

function epochPoints(histories: Curve['histories']): readonly EpochPoint[] {
  const records = histories.flatMap((history) => history.map(({ epoch, trainLoss, trainTop1Error }) => ({ epoch, loss: trainLoss, error: trainTop1Error })));
  return from(records)
    .groupby('epoch')
    .rollup({
      lossMean: op.mean('loss'), lossMin: op.min('loss'), lossMax: op.max('loss'),
      errorMean: op.mean('error'), errorMin: op.min('error'), errorMax: op.max('error'),
    })
    .orderby('epoch')
    .objects() as EpochPoint[];
}
