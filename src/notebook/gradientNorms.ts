import type { Data } from 'plotly.js-dist';
import type { Vector } from '../engine/vector';
import { figure } from '../report/figures/figure';
import type { FigureSpecification } from '../report/figures/specification';
import { axis, COLOURS } from '../report/figures/style';
import { stageOf } from './networkSummary';

/** Colour of each part of a network, from the images to the classes. */
const STAGE_COLOURS = [COLOURS.black, COLOURS.blue, COLOURS.skyBlue, COLOURS.green, COLOURS.orange, COLOURS.vermilion];

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
 * The norm of a batch's gradient, layer by layer: one bar for each convolution and for the classifier, on a logarithmic axis.
 *
 * @param about data set, model, number of images and seed, for the caption.
 */
export function gradientNorms(gradient: Vector, about: string): FigureSpecification {
  const norms = layerNorms(gradient);
  const stages = [...new Set(norms.map(({ stage }) => stage))];
  const traces = stages.map((stage, index): Data => {
    const rows = norms.filter((row) => row.stage === stage);
    return {
      type: 'bar', name: stage, marker: { color: STAGE_COLOURS[index % STAGE_COLOURS.length]! },
      x: rows.map(({ layer }) => layer), y: rows.map(({ norm }) => norm), text: rows.map(({ name }) => name), textposition: 'none',
      hovertemplate: '%{text}: %{y:.3g}<extra></extra>',
    };
  });
  return figure({ title: 'Gradient of one batch, layer by layer', caption: `${about}. Weights of convolutions and of the classifier, in the order of the forward pass.` }, traces, {
    xaxis: axis('Layer, from the images to the classes'),
    yaxis: axis('2-norm of the gradient of the loss (nats per unit of weight)', { type: 'log' }),
    bargap: 0.15,
  });
}
