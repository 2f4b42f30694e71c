/** Layers made of other layers. */
import { addRelu } from '../engine/activation';
import { convolveFolded } from '../engine/foldedConvolution';
import { release } from '../engine/tensor';
import { checkLayer, type Declarations, type Layer, type Layers, type PlacedLayer } from './layer';
import type { Apply } from './model';

/** The functions one after another; what lies between them is released. */
function inSequence(functions: readonly Apply[]): Apply {
  return (input, pass) => {
    let x = input;
    for (const apply of functions) {
      const y = apply(x, pass);
      if (x !== input && x !== y) {
        release(x);
      }
      x = y;
    }
    return x;
  };
}

/** A convolution and the batch norm after it, as one layer: in a pass with folded convolutions they are one kernel. */
function folding({ apply: convolve, convolution }: PlacedLayer, { apply: normalize, norm, addSideRelu, ...last }: PlacedLayer, declare: Declarations): PlacedLayer {
  const { geometry, filter } = convolution!;
  const { activation, ...rest } = norm!;
  const place = declare.canFold({ filter, ...rest });
  const apart = inSequence([convolve, normalize]);
  const foldedOr =
    (otherwise: AddSideRelu): AddSideRelu =>
    (x, side, pass) =>
      pass.folded ? convolveFolded(x, pass.folded[place]!, geometry, { activation: 'relu', side }) : otherwise(x, side, pass);
  return {
    ...last,
    apply: (x, pass) => (pass.folded ? convolveFolded(x, pass.folded[place]!, geometry, { activation }) : apart(x, pass)),
    ...(addSideRelu ? { addSideRelu: foldedOr(afterOthers([convolve], addSideRelu)) } : {}),
  };
}

type AddSideRelu = NonNullable<PlacedLayer['addSideRelu']>;

/** The last layer's `addSideRelu`, applied after the other layers. */
function afterOthers(others: readonly Apply[], addSideRelu: AddSideRelu): AddSideRelu {
  const first = inSequence(others);
  return (input, side, pass) => {
    const x = first(input, pass);
    const y = addSideRelu(x, side, pass);
    if (x !== input) {
      release(x);
    }
    return y;
  };
}

/** The layers of an array, or those of an object under their names. */
function named(layers: readonly [Layers] | readonly Layer[]): [string, Layer][] {
  const [first] = layers as readonly (Layers | Layer | undefined)[];
  const alone = layers.length === 1 && typeof first === 'object' && !('place' in first);
  return Object.entries(alone ? first : (layers as readonly Layer[]));
}

/**
 * Layers one after another, as arguments or under names of their own:
 *
 *     sequential(conv({ filters: 16 }), batchNorm(), relu())
 *     sequential({ conv1: conv({ filters: 16 }), bn1: batchNorm(), relu: relu() })
 *
 * Names of parameters are the layers' names with dots between them, as in PyTorch: "0.weight", "conv1.weight". A layer under
 * the empty name adds none.
 */
export function sequential(...layers: readonly [Layers] | readonly Layer[]): Layer {
  const entries = named(layers);
  entries.forEach(([name, layer]) => checkLayer(layer, name));
  return {
    type: 'sequential',
    place(input, declare) {
      const functions: Apply[] = [];
      let last: PlacedLayer = { output: input, apply: (x) => x };
      for (const [name, layer] of entries) {
        const placed = layer.place(last.output, declare.within(name));
        const folds = last.convolution !== undefined && placed.norm !== undefined;
        last = folds ? folding(last, placed, declare) : placed;
        functions.splice(functions.length - (folds ? 1 : 0), 1, last.apply);
      }
      const { convolution, norm, addSideRelu, ...rest } = last;
      const whole = { ...rest, apply: inSequence(functions), ...(addSideRelu ? { addSideRelu: afterOthers(functions.slice(0, -1), addSideRelu) } : {}) };
      // A sequence of one layer keeps that layer's description.
      return functions.length === 1 ? { ...whole, ...(convolution ? { convolution } : {}), ...(norm ? { norm } : {}) } : whole;
    },
  };
}

/** Settings of a residual block. */
export interface ResidualSettings {
  /** What the input goes through beside the branch; default: nothing. */
  readonly shortcut?: Layers;
  /** Whether `zeroInitResidual` starts the branch's last batch-norm scale at 0; default: true. */
  readonly zeroInit?: boolean;
}

/**
 * relu(branch(x) + shortcut(x)): a residual block. Names within branch and shortcut must differ.
 *
 *     residual({ conv1: conv({ filters: 16 }), bn1: batchNorm({ activation: 'relu' }), conv2: conv({ filters: 16 }), bn2: batchNorm() })
 *
 * @throws RangeError when placed, if branch and shortcut end with different shapes.
 * @source He et al. 2015 (arXiv 1512.03385), eqs. 1 and 2.
 */
export function residual(branch: Layers, { shortcut = {}, zeroInit = true }: ResidualSettings = {}): Layer {
  const type = 'residual';
  return {
    type,
    place(input, declare) {
      const change = sequential(branch).place(input, declare);
      const identity = sequential(shortcut).place(input, declare);
      if (change.output.join() !== identity.output.join()) {
        throw new RangeError(`${declare.describe({ type })}: the branch ends with shape [${change.output.join(', ')}], the shortcut with [${identity.output.join(', ')}]; they are added, so make them the same.`);
      }
      if (zeroInit && change.lastScale !== undefined) {
        declare.endsBranch(change.lastScale);
      }
      return { output: change.output, apply: sumThenRelu(change, identity.apply) };
    },
  };
}

function sumThenRelu({ apply: branch, addSideRelu }: PlacedLayer, shortcut: Apply): Apply {
  const sum: AddSideRelu = (x, identity, pass) => {
    const change = branch(x, pass);
    const y = addRelu(change, identity);
    release(change);
    return y;
  };
  const add = addSideRelu ?? sum;
  return (x, pass) => {
    const identity = shortcut(x, pass);
    const y = add(x, identity, pass);
    if (identity !== x) {
      release(identity);
    }
    return y;
  };
}

/**
 * The layer, with its output passed to `Pass.observe`, as figures of layers need it.
 *
 * @param name name to observe it by. Default: the layer's own.
 */
export function observed(layer: Layer, name?: string): Layer {
  return {
    type: layer.type,
    place(input, declare) {
      const placed = layer.place(input, declare);
      return {
        ...placed,
        apply: (x, pass) => {
          const y = placed.apply(x, pass);
          pass.observe?.(name ?? declare.name, y);
          return y;
        },
      };
    },
  };
}
