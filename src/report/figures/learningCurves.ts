import { from, op } from 'arquero';
import type { Data } from 'plotly.js-dist';
import type { ExperimentConfig } from '../../experiment/config';
import type { RunResult } from '../../experiment/result';
import { METHOD_NAMES, warnings } from '../recipe';
import { captionOf } from '../tables';
import { figure, type FigureSpecification } from './specification';
import { axis, METHOD_STYLES, transparent } from './style';

/** What one epoch's numbers of several seeds come to. */
interface EpochPoint {
  readonly epoch: number;
  readonly lossMean: number;
  readonly lossMin: number;
  readonly lossMax: number;
  readonly errorMean: number;
  readonly errorMin: number;
  readonly errorMax: number;
}

/**
 * Training loss and training error by epoch: one line a method, the mean over seeds, with a band from
 * the smallest to the largest seed where there are several.
 *
 * @param runs runs of one recipe and one number of epochs, such as one list of `selectRuns`, filtered.
 * @throws RangeError if there is no run, or if lengths differ.
 */
export function learningCurves(runs: readonly RunResult[]): FigureSpecification {
  const [first] = runs;
  if (first === undefined || runs.some((run) => run.config.epochs !== first.config.epochs)) {
    const lengths = runs.map((run) => run.config.epochs);
    throw new RangeError(`learningCurves: expected runs of one number of epochs, got [${lengths.join(', ')}]; draw one figure for each length.`);
  }
  const { preset, data } = first;
  const methods = (['sgd', 'sam'] as const).filter((method) => runs.some((run) => run.config.method === method));
  const traces = methods.flatMap((method) => methodTraces(method, runs.filter((run) => run.config.method === method)));
  const title = `Training of ${first.config.epochs} epochs on ${data.name}${warnings(preset, data.synthetic)}`;
  const band = runs.length > methods.length ? ' Band: smallest to largest over seeds.' : '';
  return figure({ title, caption: `${captionOf(runs)}. Loss at the unperturbed weights; error on the augmented images.${band}` }, traces, {
    xaxis: axis('Epoch', { domain: [0, 0.45] }),
    yaxis: axis('Training loss, nats'),
    xaxis2: axis('Epoch', { domain: [0.57, 1], anchor: 'y2' }),
    yaxis2: axis('Training error (top-1), %', { anchor: 'x2', rangemode: 'tozero' }),
  });
}

function methodTraces(method: ExperimentConfig['method'], runs: readonly RunResult[]): Data[] {
  const points = epochPoints(runs);
  const panels = [
    { axes: { xaxis: 'x', yaxis: 'y' }, mean: points.map((p) => p.lossMean), min: points.map((p) => p.lossMin), max: points.map((p) => p.lossMax) },
    { axes: { xaxis: 'x2', yaxis: 'y2' }, mean: points.map((p) => p.errorMean), min: points.map((p) => p.errorMin), max: points.map((p) => p.errorMax) },
  ] as const;
  const { colour, dash, symbol } = METHOD_STYLES[method];
  const epochs = points.map((point) => point.epoch);
  // About ten markers a line, so that they tell lines apart without covering them.
  const maxdisplayed = 10;
  return panels.flatMap(({ axes, mean, min, max }, panel): Data[] => [
    ...(runs.length > 1 ? [band(epochs, min, max, { colour, ...axes })] : []),
    {
      type: 'scatter', mode: 'lines+markers', name: METHOD_NAMES[method], legendgroup: method, showlegend: panel === 0,
      x: epochs, y: mean, ...axes, line: { color: colour, dash, width: 2 }, marker: { symbol, size: 8, color: colour, maxdisplayed },
    },
  ]);
}

function band(x: readonly number[], low: readonly number[], high: readonly number[], style: { readonly colour: string; readonly xaxis: 'x' | 'x2'; readonly yaxis: 'y' | 'y2' }): Data {
  const { colour, ...axes } = style;
  return {
    type: 'scatter', mode: 'lines', showlegend: false, hoverinfo: 'skip', ...axes,
    x: [...x, ...[...x].reverse()], y: [...high, ...[...low].reverse()], fill: 'toself', fillcolor: transparent(colour, 0.2), line: { width: 0 },
  };
}

function epochPoints(runs: readonly RunResult[]): readonly EpochPoint[] {
  const records = runs.flatMap((run) => run.history.map(({ epoch, trainLoss, trainTop1Error }) => ({ epoch, loss: trainLoss, error: trainTop1Error })));
  return from(records)
    .groupby('epoch')
    .rollup({
      lossMean: op.mean('loss'), lossMin: op.min('loss'), lossMax: op.max('loss'),
      errorMean: op.mean('error'), errorMin: op.min('error'), errorMax: op.max('error'),
    })
    .orderby('epoch')
    .objects() as EpochPoint[];
}
