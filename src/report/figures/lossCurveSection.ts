import type { Annotation, Data } from 'plotly.js-dist';
import { figure } from './figure';
import type { FigureSpecification, FigureText } from './specification';
import { COLOURS } from '../../train/methods/colours';
import { axis } from './style';

/** A cut through a loss along a straight line. */
export interface SectionInput extends FigureText {
  /** Place on the line, in the parameters' own unit. */
  readonly distance: readonly number[];
  /** Curves over the same places, such as the loss and the largest loss within rho. */
  readonly curves: readonly { readonly name: string; readonly loss: readonly number[] }[];
  /** Places to label, such as minima. */
  readonly marks: readonly { readonly name: string; readonly distance: number; readonly loss: number }[];
}

const CURVE_STYLES = [
  { colour: COLOURS.blue, dash: 'solid' },
  { colour: COLOURS.vermilion, dash: 'dash' },
  { colour: COLOURS.green, dash: 'dot' },
] as const;

/** Loss along a straight line, for instance through a sharp and a flat minimum. @throws RangeError if a curve has another length than the line. */
export function lossCurveSection({ distance, curves, marks, ...text }: SectionInput): FigureSpecification {
  const unfit = curves.find((curve) => curve.loss.length !== distance.length);
  if (unfit !== undefined) {
    throw new RangeError(`lossCurveSection: expected ${distance.length} losses for "${unfit.name}", one for each distance, got ${unfit.loss.length}.`);
  }
  const lines = curves.map(({ name, loss }, index): Data => {
    const { colour, dash } = CURVE_STYLES[index % CURVE_STYLES.length]!;
    return { type: 'scatter', mode: 'lines', name, x: [...distance], y: [...loss], line: { color: colour, dash, width: 2.5 } };
  });
  const dots: Data = {
    type: 'scatter', mode: 'markers', showlegend: false, hoverinfo: 'skip',
    x: marks.map((mark) => mark.distance), y: marks.map((mark) => mark.loss), marker: { size: 10, color: COLOURS.black },
  };
  const names = marks.map(({ name, distance: x, loss }): Annotation => ({ text: name, x, y: loss, yshift: -18, showarrow: false, yanchor: 'middle' }));
  return figure(text, [...lines, dots], {
    annotations: names,
    xaxis: axis("Distance along the line, in the parameters' unit"),
    // Room for the names below the lowest mark.
    yaxis: axis('Loss', { autorangeoptions: { include: marks.map((mark) => mark.loss - 0.2) } }),
  });
}
