import type { Annotation, Data } from 'plotly.js-dist';
import { checkGrid, contourTrace, type SurfaceGrid } from './lossSurface';
import { figure } from './figure';
import type { FigureSpecification, FigureText } from './specification';
import { METHOD_STYLES } from './methodStyles';
import { COLOURS } from '../../train/methods/colours';
import { axis } from './style';

/** A point or a vector of the plane. */
export type Planar = readonly [number, number];

/** The vectors of one SAM step, as they were computed. */
export interface SamStepInput extends FigureText {
  readonly grid: SurfaceGrid;
  /** w */
  readonly start: Planar;
  /** Gradient at w. */
  readonly gradient: Planar;
  /** eps, from w. */
  readonly perturbation: Planar;
  /** Gradient at w + eps. */
  readonly perturbedGradient: Planar;
  /** Where plain SGD ends. */
  readonly sgdEnd: Planar;
  /** Where SAM ends. */
  readonly samEnd: Planar;
  readonly axes: { readonly x: string; readonly y: string; readonly z: string };
}

interface Arrow {
  readonly name: string;
  readonly from: Planar;
  readonly to: Planar;
  readonly colour: string;
  readonly dash: 'solid' | 'dash' | 'dot';
}

/**
 * One SAM step on lines of equal loss: ascend along the gradient to w + eps, take the gradient there, step with it from w;
 * beside it the step of plain SGD. Gradients are drawn as steps downhill, scaled like the steps themselves, so that
 * the SAM step is the second gradient moved back to w.
 *
 * @throws RangeError if the grid is not rectangular.
 */
export function samStepDiagram({ grid, start, gradient, perturbation, perturbedGradient, sgdEnd, samEnd, axes, ...text }: SamStepInput): FigureSpecification {
  checkGrid('samStepDiagram', grid);
  const ascended = sum(start, perturbation);
  // Steps are -learningRate · gradient: the rate follows from where SGD ended.
  const rate = distance(start, sgdEnd) / Math.hypot(...gradient);
  const arrows: readonly Arrow[] = [
    { name: 'SGD step: −η ∇L(w)', from: start, to: sgdEnd, colour: METHOD_STYLES.sgd.colour, dash: 'solid' },
    { name: 'Ascent: ε = ρ ∇L(w) / ‖∇L(w)‖', from: start, to: ascended, colour: COLOURS.green, dash: 'dot' },
    { name: 'At w + ε: −η ∇L(w + ε)', from: ascended, to: sum(ascended, perturbedGradient, -rate), colour: COLOURS.purple, dash: 'dash' },
    { name: 'SAM step: −η ∇L(w + ε), from w', from: start, to: samEnd, colour: METHOD_STYLES.sam.colour, dash: 'solid' },
  ];
  const points: readonly { readonly name: string; readonly at: Planar }[] = [
    { name: 'w', at: start }, { name: 'w + ε', at: ascended }, { name: 'w after SGD', at: sgdEnd }, { name: 'w after SAM', at: samEnd },
  ];
  const dots: Data = {
    type: 'scatter', mode: 'markers', showlegend: false, hoverinfo: 'text', hovertext: points.map((point) => point.name),
    x: points.map(({ at }) => at[0]), y: points.map(({ at }) => at[1]), marker: { size: 8, color: COLOURS.black },
  };
  return figure(text, [contourTrace(grid, axes.z), ...arrows.map(shaft), dots], {
    height: 640,
    margin: { l: 75, r: 30, t: 120, b: 105 },
    annotations: [...arrows.map(head), ...points.map(({ name, at }) => label(name, at, arrows))],
    xaxis: axis(axes.x, { range: [grid.x[0]!, grid.x.at(-1)!], constrain: 'domain' }),
    yaxis: axis(axes.y, { range: [grid.y[0]!, grid.y.at(-1)!], scaleanchor: 'x', constrain: 'domain' }),
  });
}

function shaft({ name, from, to, colour, dash }: Arrow): Data {
  return { type: 'scatter', mode: 'lines', name, x: [from[0], to[0]], y: [from[1], to[1]], line: { color: colour, dash, width: 3 } };
}

/** An annotation draws the point of the arrow; the trace draws its shaft, with dash and legend. */
function head({ from, to, colour }: Arrow): Annotation {
  const near = sum(to, [from[0] - to[0], from[1] - to[1]], 0.25);
  return {
    text: '', x: to[0], y: to[1], ax: near[0], ay: near[1], xref: 'x', yref: 'y', axref: 'x', ayref: 'y',
    showarrow: true, arrowhead: 2, arrowsize: 1.3, arrowwidth: 2.5, arrowcolor: colour,
  };
}

/** Names a point on the side that its arrows leave free. */
function label(name: string, at: Planar, arrows: readonly Arrow[]): Annotation {
  const touching = arrows.flatMap(({ from, to }) => (from === at ? [sum(to, at, -1)] : to === at ? [sum(from, at, -1)] : []));
  const pull = touching.reduce<Planar>((total, vector) => sum(total, vector, 1 / (Math.hypot(...vector) || 1)), [0, 0]);
  const length = Math.hypot(...pull) || 1;
  return {
    text: `<b>${name}</b>`, x: at[0], y: at[1], xshift: (-22 * pull[0]) / length, yshift: (-16 * pull[1]) / length, showarrow: false,
    xanchor: pull[0] > 0.3 * length ? 'right' : pull[0] < -0.3 * length ? 'left' : 'center',
    bgcolor: 'rgba(255, 255, 255, 0.75)', borderpad: 1, font: { size: 14 },
  };
}

function sum(point: Planar, vector: Planar, scale = 1): Planar {
  return [point[0] + scale * vector[0], point[1] + scale * vector[1]];
}

function distance(a: Planar, b: Planar): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}
