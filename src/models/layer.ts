import type { ParameterKind } from '../engine/vector';
import type { InitialValues } from './initialValues';
import type { Activation } from '../engine/batchNormalization';
import type { Geometry } from '../engine/convolutionKernels';
import type { Tensor } from '../engine/tensor';
import type { Apply, Fold, Model, ModelParameter, Pass, StatisticsSpec } from './model';

/** Shape of what goes through a network, without the batch: [height, width, channels] for maps, [features] for vectors. */
export type Shape = readonly number[];

/** A layer that has its place in a network. */
export interface PlacedLayer {
  /** Shape of one output. */
  readonly output: Shape;
  readonly apply: Apply;
  /** Name of the batch-norm scale with which the layer ends, if it does. */
  readonly lastScale?: string;
  /** Of a convolution without bias: where its filter is, and how it moves. */
  readonly convolution?: Pick<Fold, 'filter'> & { readonly geometry: Geometry };
  /** Of batch norm: where its parameters and statistics are, and what follows it. */
  readonly norm?: Omit<Fold, 'filter'> & { readonly activation: Activation };
  /** relu(apply(x) + side), of a layer that ends with batch norm, which does both in the same pass over memory. */
  readonly addSideRelu?: (x: Tensor, side: Tensor, pass: Pass) => Tensor;
}

/**
 * A piece of a network before it has a place: a value that can be used in several networks, or several times in one.
 *
 * One of your own without parameters:
 *
 *     const halve = { type: 'halve', place: (input) => ({ output: input, apply: (x) => multiplyBy(x, 0.5) }) };
 */
export interface Layer {
  /** Names the kind of layer in messages, such as "conv". */
  readonly type: string;
  /**
   * Gives the layer its place: declares parameters and running statistics, whose order is that of the declarations.
   *
   * @param input shape of one input.
   * @throws RangeError if the layer cannot take inputs of this shape.
   */
  readonly place: (input: Shape, declare: Declarations) => PlacedLayer;
}

/** Layers under their names, in their order; an array's names are 0, 1, ..., as in PyTorch's `Sequential`. */
export type Layers = Readonly<Record<string, Layer>> | readonly Layer[];

/** Takes the names, shapes and starts of a network's parameters and statistics while its layers get their places. */
export class Declarations {
  private constructor(
    /** Name of the layer, such as "layer1.0.conv1"; empty for the whole network. */
    readonly name: string,
    readonly parameters: ModelParameter[],
    readonly statistics: StatisticsSpec[],
    readonly residualScales: string[],
    readonly folds: Fold[],
  ) {}

  /** For a network that has no layers yet. */
  static empty(): Declarations {
    return new Declarations('', [], [], [], []);
  }

  /** The same lists for a layer within this one. */
  within(name: string): Declarations {
    return new Declarations(this.qualified(name), this.parameters, this.statistics, this.residualScales, this.folds);
  }

  private qualified(name: string): string {
    return [this.name, name].filter((part) => part !== '').join('.');
  }

  /** @returns the parameter's place in `Pass.parameters`. */
  parameter(name: string, kind: ParameterKind, shape: readonly number[], initial: InitialValues): number {
    return this.parameters.push({ name: this.qualified(name), kind, shape, initial }) - 1;
  }

  /** Running mean and variance of this layer. @returns their place in `Pass.statistics`. */
  runningStatistics(channels: number, momentum: number): number {
    return this.statistics.push({ name: this.name, channels, momentum }) - 1;
  }

  /** Notes the batch-norm scale at the end of a residual branch, which `zeroInitResidual` starts at 0. */
  endsBranch(scale: string): void {
    this.residualScales.push(scale);
  }

  /** Notes a convolution with batch norm after it. @returns its place in `Pass.folded`. */
  canFold(fold: Fold): number {
    return this.folds.push(fold) - 1;
  }

  /** The layer's name and type for messages, such as 'conv "layer1.0.conv1"'. */
  describe({ type }: Pick<Layer, 'type'>): string {
    return this.name === '' ? type : `${type} "${this.name}"`;
  }
}

/** What a network is made of. */
export interface NetworkSettings {
  /** Names the network in messages, files and caches. */
  readonly name: string;
  /** Shape of one input: [32, 32, 3] for CIFAR, [features] for vectors. */
  readonly inputShape: Shape;
  readonly layers: Layer;
}

/**
 * Makes a network of layers. It trains, is compared, probed, saved and loaded with the same calls as ResNet-50.
 *
 *     const perceptron = network({
 *       name: 'perceptron',
 *       inputShape: [20],
 *       layers: sequential(linear({ outputs: 64 }), gelu(), linear({ outputs: 3 })),
 *     });
 *
 * @throws RangeError if a layer cannot take what comes before it, two parameters have one name, or the output is not [classes].
 */
export function network({ name, inputShape, layers }: NetworkSettings): Model {
  if (inputShape.length === 0 || !inputShape.every((length) => Number.isSafeInteger(length) && length >= 1)) {
    throw new RangeError(`network: expected an inputShape of positive integers, such as [32, 32, 3] or [20], got [${inputShape.join(', ')}] for "${name}".`);
  }
  const declare = Declarations.empty();
  const { output, apply } = checkLayer(layers, name).place(inputShape, declare);
  const { parameters, statistics, residualScales, folds } = declare;
  if (output.length !== 1) {
    throw new RangeError(`network: "${name}" gives outputs of shape [batch, ${output.join(', ')}], expected [batch, classes]; end it with globalAveragePool() or flatten(), and linear({ outputs: classes }).`);
  }
  const twice = parameters.find((spec, index) => parameters.findIndex((other) => other.name === spec.name) !== index);
  if (twice) {
    throw new RangeError(`network: two parameters of "${name}" are called ${twice.name}; give their layers different names.`);
  }
  return { name, inputShape, classes: output[0]!, parameters, statistics, residualScales, folds, apply };
}

/** Checks that something is a layer, for callers without types. @throws TypeError otherwise. */
export function checkLayer(layer: Layer, where: string): Layer {
  if (typeof (layer as Partial<Layer> | undefined)?.place !== 'function') {
    throw new TypeError(`network: expected a layer in "${where}", such as conv({ filters: 16 }) or relu(), got ${typeof layer === 'function' ? 'a function; call it' : `a value of type ${typeof layer}`}.`);
  }
  return layer;
}
