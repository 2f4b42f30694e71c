import { from, op } from 'arquero';
import type { Data } from 'plotly.js-dist';
import type { ExperimentConfig } from '../../experiment/config';
import type { RunResult } from '../../experiment/result';
import { METHODS } from '../../train/methodSettings';
import { METHOD_NAMES, titleEnd } from '../recipe';
import { captionOf } from '../tables';
import { figure } from './figure';
import type { FigureSpecification } from './specification';
import { METHOD_STYLES } from './methodStyles';
import { axis, percentAxis, transparent } from './style';

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

/** Runs that one line stands for: they differ in their seed alone. */
interface Line {
  readonly method: ExperimentConfig['method'];
  readonly name: string;
  readonly runs: readonly RunResult[];
}

/**
 * Training loss and training error by epoch: one line a method, the mean over seeds, with a band from
 * the smallest to the largest seed where there are several. Diverged runs are left out and named.
 *
 * @param runs runs of one recipe and one number of epochs, such as one list of `selectRuns`, filtered.
 * @throws RangeError if no run finished, or if lengths differ.
 */
export function learningCurves(runs: readonly RunResult[]): FigureSpecification {
  const finished = runs.filter((run) => run.status === 'finished');
  const [first] = finished;
  if (first === undefined || runs.some((run) => run.config.epochs !== first.config.epochs)) {
    const lengths = finished.map((run) => run.config.epochs);
    throw new RangeError(`learningCurves: expected finished runs of one number of epochs, got [${lengths.join(', ')}]; draw one figure for each length.`);
  }
  const { preset, data, config } = first;
  const lines = linesOf(finished);
  const title = `Training over ${config.epochs} ${config.epochs === 1 ? 'epoch' : 'epochs'} on ${data.name}${titleEnd(preset, data.synthetic)}`;
  const diverged = runs.filter((run) => run.status === 'diverged').map((run) => `${METHOD_NAMES[run.config.method]} seed ${run.config.seed}`);
  const notes = [
    'Loss at the unperturbed weights; error on the augmented images.',
    ...(finished.length > lines.length ? ['Band: smallest to largest over seeds.'] : []),
    ...(diverged.length > 0 ? [`Diverged and left out: ${diverged.join(', ')}.`] : []),
  ];
  return figure({ title, caption: `${captionOf(finished)}. ${notes.join(' ')}` }, lines.flatMap(lineTraces), {
    xaxis: axis('Epoch', { domain: [0, 0.45] }),
    yaxis: axis('Training loss, nats'),
    xaxis2: axis('Epoch', { domain: [0.57, 1], anchor: 'y2' }),
    yaxis2: percentAxis('Training error (top-1), %', { anchor: 'x2' }),
  });
}

/** A line for each method, named by its settings where a method ran with several. */
function linesOf(runs: readonly RunResult[]): readonly Line[] {
  return METHODS.flatMap((method) => {
    const settings = new Map<string, RunResult[]>();
    for (const run of runs.filter((candidate) => candidate.config.method === method)) {
      const { learningRate, rho } = run.config;
      const key = `learning rate ${learningRate}${method === 'sgd' ? '' : `, ρ = ${rho}`}`;
      settings.set(key, [...(settings.get(key) ?? []), run]);
    }
    const name = (setting: string): string => (settings.size === 1 ? METHOD_NAMES[method] : `${METHOD_NAMES[method]}, ${setting}`);
    return [...settings].map(([setting, group]) => ({ method, name: name(setting), runs: group }));
  });
}

function lineTraces({ method, name, runs }: Line): Data[] {
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
      type: 'scatter', mode: 'lines+markers', name, legendgroup: name, showlegend: panel === 0,
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
