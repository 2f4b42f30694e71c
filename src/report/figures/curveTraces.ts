import { from, op } from 'arquero';
import type { Data, Layout } from 'plotly.js-dist';
import type { EpochRecord } from '../../train/record';
import type { METHOD_STYLES } from './methodStyles';
import { lossAxis, lossScale } from './lossScale';
import { axis, percentAxis, transparent } from './style';

/** One epoch's loss and error over several seeds. */
interface EpochPoint {
  readonly epoch: number;
  readonly lossMean: number;
  readonly lossMin: number;
  readonly lossMax: number;
  readonly errorMean: number;
  readonly errorMin: number;
  readonly errorMax: number;
}

/** Loss and error by epoch of runs that one line stands for: they differ only in their seed. */
export interface Curve {
  readonly name: string;
  readonly style: (typeof METHOD_STYLES)[keyof typeof METHOD_STYLES];
  readonly histories: readonly (readonly EpochRecord[])[];
  /** The images of the evaluations along the way. Default: "held-out images". */
  readonly evaluatedOn?: string;
}

/**
 * The axes of two panels: loss on the left, error on the right. The loss has a logarithmic scale, so that neither the
 * first epochs nor a spike hide the others.
 *
 * @param histories all that is drawn.
 */
export function curveAxes(histories: Curve['histories']): Partial<Layout> {
  const heldOut = histories.some(hasHeldOut);
  const losses = histories.flatMap((history) => [...history.map(({ trainLoss }) => trainLoss), ...history.flatMap((record) => record.heldOut?.loss ?? [])]);
  // A loss of 0 has no place on a logarithmic scale.
  const scale = losses.every((loss) => loss > 0) ? lossScale('curveAxes', losses) : undefined;
  const lossTitle = heldOut ? 'Loss, nats' : 'Training loss, nats';
  return {
    xaxis: axis('Epoch', { domain: [0, 0.45] }),
    yaxis: scale === undefined ? axis(lossTitle) : lossAxis(`${lossTitle} (log scale)`, scale),
    xaxis2: axis('Epoch', { domain: [0.57, 1], anchor: 'y2' }),
    yaxis2: percentAxis(heldOut ? 'Error (top-1), %' : 'Training error (top-1), %', { anchor: 'x2' }),
  };
}

/**
 * Lines in both panels, each the mean over the histories with a band from the smallest to the largest where there are several: one for the
 * training images and, where every history was evaluated on held-out images, a thin one with open markers for those, over the evaluated epochs.
 */
export function curveTraces({ name, style, histories, evaluatedOn = 'held-out images' }: Curve): Data[] {
  const training = panelTraces({ name, style, points: epochPoints(histories, ({ trainLoss, trainTop1Error }) => ({ loss: trainLoss, top1Error: trainTop1Error })), banded: histories.length > 1 });
  if (!histories.every(hasHeldOut)) {
    return training;
  }
  const points = epochPoints(histories, ({ heldOut }) => heldOut);
  const open = { ...style, symbol: `${style.symbol}-open` as const };
  return [...training, ...panelTraces({ name: `${name}, ${evaluatedOn}`, style: open, points, banded: histories.length > 1, width: 1 })];
}

function hasHeldOut(history: readonly EpochRecord[]): boolean {
  return history.some(({ heldOut }) => heldOut !== undefined);
}

type MarkerSymbol = Curve['style']['symbol'];

interface PanelLines {
  readonly name: string;
  readonly style: { readonly colour: string; readonly dash: Curve['style']['dash']; readonly symbol: MarkerSymbol | `${MarkerSymbol}-open` };
  readonly points: readonly EpochPoint[];
  readonly banded: boolean;
  readonly width?: number;
}

function panelTraces({ name, style: { colour, dash, symbol }, points, banded, width = 2 }: PanelLines): Data[] {
  const panels = [
    { axes: { xaxis: 'x', yaxis: 'y' }, mean: points.map((p) => p.lossMean), min: points.map((p) => p.lossMin), max: points.map((p) => p.lossMax) },
    { axes: { xaxis: 'x2', yaxis: 'y2' }, mean: points.map((p) => p.errorMean), min: points.map((p) => p.errorMin), max: points.map((p) => p.errorMax) },
  ] as const;
  const epochs = points.map((point) => point.epoch);
  // About ten markers a line, which distinguish lines without covering them.
  const maxdisplayed = 10;
  return panels.flatMap(({ axes, mean, min, max }, panel): Data[] => [
    ...(banded ? [band(epochs, min, max, { colour, ...axes })] : []),
    {
      type: 'scatter', mode: 'lines+markers', name, legendgroup: name, showlegend: panel === 0,
      x: epochs, y: mean, ...axes, line: { color: colour, dash, width }, marker: { symbol, size: 8, color: colour, maxdisplayed },
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

function epochPoints(histories: Curve['histories'], measured: (record: EpochRecord) => { readonly loss: number; readonly top1Error: number } | undefined): readonly EpochPoint[] {
  const records = histories.flatMap((history) =>
    history.flatMap((record) => {
      const numbers = measured(record);
      return numbers === undefined ? [] : [{ epoch: record.epoch, loss: numbers.loss, error: numbers.top1Error }];
    }),
  );
  return from(records)
    .groupby('epoch')
    .rollup({
      lossMean: op.mean('loss'), lossMin: op.min('loss'), lossMax: op.max('loss'),
      errorMean: op.mean('error'), errorMin: op.min('error'), errorMax: op.max('error'),
    })
    .orderby('epoch')
    .objects() as EpochPoint[];
}
