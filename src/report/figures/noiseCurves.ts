import type { Data } from 'plotly.js-dist';
import type { EpochRecord, RunResult } from '../../experiment/result';
import type { NoiseStudy } from '../noiseStudy';
import { band } from './curveTraces';
import { figure } from './figure';
import { METHOD_STYLES, type MethodStyle } from './methodStyles';
import { panelDomains, panelTitle } from './panels';
import type { FigureSpecification } from './specification';
import { axis, percentAxis } from './style';

/** What each panel shows of an epoch, in percent. */
const PANELS: readonly { readonly title: string; readonly axes: { readonly xaxis: 'x' | 'x2' | 'x3'; readonly yaxis: 'y' | 'y2' | 'y3' }; readonly error: (record: EpochRecord) => number | undefined }[] = [
  { title: 'Wrong labels', axes: { xaxis: 'x', yaxis: 'y' }, error: ({ alsoEvaluated }) => alsoEvaluated?.['wrongLabels']?.top1Error },
  { title: 'Right labels', axes: { xaxis: 'x2', yaxis: 'y2' }, error: ({ alsoEvaluated }) => alsoEvaluated?.['rightLabels']?.top1Error },
  { title: 'Held-out images', axes: { xaxis: 'x3', yaxis: 'y3' }, error: ({ heldOut }) => heldOut?.top1Error },
];

/** Height of a row of the legend, in pixels, and methods in one. */
const LEGEND_ROW = 24;
const LEGEND_COLUMNS = 3;

/** Dashes for different settings of one method. */
const DASHES = ['solid', 'dash', 'dot', 'dashdot'] as const;

/** Mean over runs of an error by epoch, with the smallest and the largest. */
function points(runs: readonly RunResult[], error: (record: EpochRecord) => number | undefined): readonly { readonly epoch: number; readonly mean: number; readonly low: number; readonly high: number }[] {
  const epochs = [...new Set(runs.flatMap(({ history }) => history.map(({ epoch }) => epoch)))].sort((a, b) => a - b);
  return epochs.flatMap((epoch) => {
    const errors = runs.flatMap(({ history }) => history.filter((record) => record.epoch === epoch).flatMap((record) => error(record) ?? []));
    return errors.length === 0 ? [] : [{ epoch, mean: errors.reduce((sum, value) => sum + value / errors.length, 0), low: Math.min(...errors), high: Math.max(...errors) }];
  });
}

/** The style of a line: its method's, with a dash of its own where a method has several lines. */
function styleOf(curves: NoiseStudy['curves'], index: number): MethodStyle {
  const { method } = curves[index]!;
  const alike = curves.filter((curve) => curve.method === method);
  const style = METHOD_STYLES[method];
  return alike.length === 1 ? style : { ...style, dash: DASHES[alike.indexOf(curves[index]!) % DASHES.length]! };
}

/**
 * Training on wrong labels by epoch: errors on the training images whose labels are wrong, on those whose labels are right, and on
 * held-out images; a line for each method, the mean over seeds, with a band from the smallest to the largest.
 *
 * @throws RangeError if no method has a finished run.
 */
export function noiseCurves({ title, caption, curves }: Pick<NoiseStudy, 'title' | 'caption' | 'curves'>): FigureSpecification {
  const drawn = curves.filter(({ runs }) => runs.length > 0);
  if (drawn.length === 0) {
    throw new RangeError('noiseCurves: expected a method with a finished run, got none.');
  }
  const domains = panelDomains(PANELS.length);
  const data = drawn.flatMap(({ label, runs }, index) => {
    const { colour, dash, symbol } = styleOf(drawn, index);
    return PANELS.flatMap(({ axes, error }, panel): Data[] => {
      const along = points(runs, error);
      const x = along.map(({ epoch }) => epoch);
      return [
        ...(runs.length > 1 ? [band(x, along.map(({ low }) => low), along.map(({ high }) => high), { colour, ...axes })] : []),
        {
          type: 'scatter', mode: 'lines+markers', name: label, legendgroup: label, showlegend: panel === 0, x, y: along.map(({ mean }) => mean), ...axes,
          line: { color: colour, dash, width: 2 }, marker: { symbol, size: 7, color: colour, maxdisplayed: 8 },
        },
      ];
    });
  });
  const notes = 'Left: error on training images with wrong labels, against these labels; it falls as they are memorised. Middle: on those with right labels. Right: on held-out images. None is augmented. Lines are means over seeds, bands from the smallest to the largest.';
  return figure({ title, caption: `${caption}. ${notes}` }, data, {
    height: 540,
    legend: { orientation: 'h', x: 0.5, xanchor: 'center', y: 1.07, yanchor: 'bottom' },
    margin: { t: 90 + LEGEND_ROW * Math.ceil(curves.filter(({ runs }) => runs.length > 0).length / LEGEND_COLUMNS) },
    ...Object.fromEntries(
      PANELS.flatMap(({ axes: { xaxis, yaxis } }, index) => [
        [xaxis.replace('x', 'xaxis'), axis('Epoch', { domain: domains[index]!, anchor: yaxis })],
        [yaxis.replace('y', 'yaxis'), percentAxis(index === 0 ? 'Error (top-1), %' : '', { anchor: xaxis, rangemode: index === 2 ? 'normal' : 'tozero' })],
      ]),
    ),
    annotations: PANELS.map((panel, index) => panelTitle(panel.title, domains[index]!)),
  });
}
