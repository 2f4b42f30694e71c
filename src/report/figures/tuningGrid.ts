import type { Data } from 'plotly.js-dist';
import { METHOD_NAMES } from '../recipe';
import type { ErrorRow } from '../rows';
import type { ResultTable } from '../tables';
import { figure } from './figure';
import type { FigureSpecification } from './specification';
import { METHOD_STYLES, type MethodStyle } from './methodStyles';
import { COLOURS } from '../../train/methods/colours';
import { axis, percentAxis } from './style';

/** Styles of the lines of SAM, one for each rho, smallest first. */
const RHO_STYLES = [
  { colour: METHOD_STYLES.sam.colour, dash: 'dash', symbol: 'diamond' },
  { colour: COLOURS.green, dash: 'dot', symbol: 'square' },
  { colour: COLOURS.purple, dash: 'dashdot', symbol: 'triangle-up' },
  { colour: COLOURS.orange, dash: 'longdash', symbol: 'cross' },
  { colour: COLOURS.skyBlue, dash: 'longdashdot', symbol: 'x' },
] as const;

/**
 * Error on held-out images over the learning rate: a line for SGD and one for each rho of SAM.
 *
 * @param table one of `tuningTables`.
 * @throws RangeError if no trial finished.
 */
export function tuningGrid(table: ResultTable): FigureSpecification {
  const rows = table.rows.filter((row) => row.top1Error !== null && row.learningRate !== null);
  if (rows.length === 0) {
    throw new RangeError(`tuningGrid: expected a finished trial, got none in "${table.title}"; run the preset's trials first.`);
  }
  const radii = [...new Set(rows.flatMap((row) => row.rho ?? []))].sort((a, b) => a - b);
  const rates = [...new Set(rows.map((row) => row.learningRate!))].sort((a, b) => a - b);
  // A single rate has its half and its double as further ticks, since an axis of one number has no scale.
  const marked = rates.length === 1 ? [rates[0]! / 2, rates[0]!, rates[0]! * 2] : rates;
  const sgd = line(METHOD_NAMES.sgd, rows.filter((row) => row.method === 'sgd'), METHOD_STYLES.sgd);
  const sam = radii.map((rho, index) => line(`${METHOD_NAMES.sam}, ρ = ${rho}`, rows.filter((row) => row.rho === rho), RHO_STYLES[index % RHO_STYLES.length]!));
  return figure({ title: table.title, caption: `${table.caption}. ${table.notes[0]} ${rows[0]!.epochs} epochs a trial.` }, [sgd, ...sam], {
    xaxis: axis('Peak learning rate', { type: 'log', tickvals: marked, ticktext: marked.map(String), ...(rates.length === 1 ? { range: [Math.log10(marked[0]!), Math.log10(marked[2]!)] as [number, number] } : {}) }),
    yaxis: percentAxis('Held-out top-1 error, %', { rangemode: 'normal' }),
  });
}

function line(name: string, rows: readonly ErrorRow[], { colour, dash, symbol }: MethodStyle): Data {
  return {
    type: 'scatter', mode: 'lines+markers', name,
    x: rows.map((row) => row.learningRate!), y: rows.map((row) => row.top1Error!),
    error_y: { type: 'data', array: rows.map((row) => row.top1HalfWidth ?? 0), color: colour, thickness: 1.5, width: 5 },
    line: { color: colour, dash, width: 2 }, marker: { symbol, size: 10, color: colour },
  };
}
