import { CHANNELS, IMAGE_SIDE, type Dataset } from '../../data/dataset';
import { TensorVector } from '../../engine/tensorVector';
import { sequential } from '../../models/combine';
import { network } from '../../models/layer';
import { batchNorm, conv, globalAveragePool, linear, relu } from '../../models/layers';
import type { Model } from '../../models/model';
import { hashed } from '../../testing/hashed';
import { hashedParameters } from '../../testing/hashedNetwork';

/** The small network of make_curvature.py: 67 parameters. */
export function smallModel(): Model {
  const layers = sequential({ conv1: conv({ filters: 2 }), bn1: batchNorm(), relu: relu(), pool: globalAveragePool(), linear: linear({ outputs: 3 }) });
  return network({ name: 'small', inputShape: [32, 32, 3], layers });
}

/** The images of `pictures` in make_curvature.py, with labels 0, 7, 14, ... modulo the classes. */
export function pictures(name: string, images: number, classes: number): Dataset {
  return {
    name,
    synthetic: true,
    classNames: Array.from({ length: classes }, (_, label) => `class ${label}`),
    images: Uint8Array.from(hashed(name, images * IMAGE_SIDE * IMAGE_SIDE * CHANNELS), (value) => Math.floor((value + 1) * 128)),
    labels: Uint8Array.from({ length: images }, (_, image) => (image * 7) % classes),
  };
}

/** The weights of `open_or_shut` in make_curvature.py: batch-norm scales a quarter of the hashed ones, and the named layers with ReLUs always open. */
export function openOrShut(model: Model, alwaysOpen: string): TensorVector {
  const parameters = hashedParameters(model);
  const arrays = parameters.toArrays().map((values, index) => {
    const { name, kind } = model.parameters[index]!;
    return kind === 'normScale' ? values.map((value) => value / 4) : name.endsWith(`${alwaysOpen}.bias`) ? values.map(Math.abs) : values;
  });
  parameters.dispose();
  return TensorVector.from(model.parameters, arrays);
}
