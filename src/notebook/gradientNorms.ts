import type { Annotation, Data, Layout, Shape } from 'plotly.js-dist';
import type { Vector } from '../engine/vector';
import { figure } from '../report/figures/figure';
import type { FigureSpecification } from '../report/figures/specification';
import { COLOURS } from '../train/methods/colours';
import { axis } from '../report/figures/style';
import { logTicks } from '../report/figures/ticks';
import { stageOf } from './networkSummary';

/** Styles of the gradients, in their order: they differ in colour and marker. */
const STYLES = [
  { color: COLOURS.blue, symbol: 'circle' },
  { color: COLOURS.vermilion, symbol: 'diamond' },
  { color: COLOURS.green, symbol: 'square' },
] as const;

/** A gradient and what it is called in the legend. */
export interface NamedGradient {
  readonly name: string;
  readonly gradient: Vector;
}

/** Norm of the gradient of one layer. */
interface LayerNorm {
  /** Counted from 1, from the images to the classes. */
  readonly layer: number;
  readonly name: string;
  readonly stage: string;
  readonly norm: number;
}

/** The norms of a gradient's weight tensors: convolutions and the classifier, not norm parameters and biases. */
export function layerNorms(gradient: Vector): readonly LayerNorm[] {
  const arrays = gradient.toArrays();
  return gradient.specs
    .flatMap((spec, index) => (spec.kind === 'weight' ? [{ name: spec.name, stage: stageOf(spec), norm: norm2(arrays[index]!) }] : []))
    .map((row, index) => ({ layer: index + 1, ...row }));
}

function norm2(values: Float32Array | Float64Array): number {
  let sum = 0;
  for (const value of values) {
    sum += value * value;
  }
  return Math.sqrt(sum);
}

/**
 * Norms of gradients of one network, layer by layer: a dot for each convolution and for the classifier, on a
 * logarithmic axis. A layer without gradient has no dot.
 *
 * @param gradients of the same network; at most three have a style of their own.
 * @param about data set, model, number of images and seed, for the caption.
 * @throws RangeError if there is no gradient.
 */
export function gradientNorms(gradients: readonly NamedGradient[], about: string): FigureSpecification {
  const layers = gradients.map(({ name, gradient }) => ({ name, norms: layerNorms(gradient) }));
  const [first] = layers;
  if (first === undefined) {
    throw new RangeError('gradientNorms: expected one gradient or more, got none.');
  }
  const traces = layers.map(({ name, norms }, index): Data => {
    const shown = norms.filter(({ norm }) => norm > 0);
    return {
      type: 'scatter', mode: 'markers', name, marker: { ...STYLES[index % STYLES.length]!, size: 9 },
      x: shown.map(({ layer }) => layer), y: shown.map(({ norm }) => norm), text: shown.map((row) => row.name), hovertemplate: '%{text}: %{y:.3g}<extra></extra>',
    };
  });
  const shown = layers.flatMap(({ norms }) => norms.map(({ norm }) => norm)).filter((norm) => norm > 0);
  const ticks = shown.length === 0 ? [] : logTicks(Math.min(...shown), Math.max(...shown));
  const caption = `${about}. Weights of convolutions and of the classifier, in the order of the forward pass; no dot where the gradient is zero.`;
  return figure({ title: 'Gradient of one batch, layer by layer', caption }, traces, {
    xaxis: axis('Layer, from the images to the classes', { showgrid: false, range: [0, first.norms.length + 1] }),
    yaxis: axis('2-norm of the gradient, nats per unit', { type: 'log', tickvals: ticks.map(({ value }) => value), ticktext: ticks.map(({ text }) => text) }),
    ...stageMarks(first.norms),
  });
}

/** The names of the stages along the upper edge, and lines between them; stem and classifier are too narrow for a name. */
function stageMarks(norms: readonly LayerNorm[]): Pick<Layout, 'shapes' | 'annotations'> {
  const stages = [...new Set(norms.map(({ stage }) => stage))].map((stage) => {
    const layers = norms.filter((row) => row.stage === stage).map(({ layer }) => layer);
    return { stage, from: Math.min(...layers), to: Math.max(...layers) };
  });
  return {
    shapes: stages.slice(1).map(({ from }): Partial<Shape> => ({
      type: 'line', x0: from - 0.5, x1: from - 0.5, yref: 'paper', y0: 0, y1: 1, line: { color: '#bbbbbb', width: 1, dash: 'dot' },
    })),
    annotations: stages
      .filter(({ from, to }) => to > from)
      .map(({ stage, from, to }): Annotation => ({ text: stage, x: (from + to) / 2, yref: 'paper', y: 0.98, yanchor: 'top', showarrow: false })),
  };
}
