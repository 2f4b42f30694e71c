import type { ParameterKind, ParameterSpec, Vector } from '../engine/vector';
import { sizeOf, totalSize } from '../engine/shape';

/** Some of the parameters: those that all the given conditions pick. */
export interface ParameterBlock {
  /** Names of parameters ("layer1.0.conv1.weight") or of layers ("layer1.0": all within it). */
  readonly names?: readonly string[];
  readonly kinds?: readonly ParameterKind[];
}

/** A block of the parameters of a point. */
export interface ResolvedBlock {
  readonly keep: (spec: ParameterSpec) => boolean;
  /** The names of its parameters, or `all`. */
  readonly parameters: 'all' | readonly string[];
  /** How many numbers its parameters hold. */
  readonly dimension: number;
}

function isWithin(name: string, { name: parameter }: ParameterSpec): boolean {
  return parameter === name || parameter.startsWith(`${name}.`);
}

/**
 * Finds the parameters of a block.
 *
 * @param block default: all parameters.
 * @throws RangeError for a name that no parameter and no layer has, or conditions that leave no parameter.
 */
export function resolveBlock(caller: string, specs: readonly ParameterSpec[], { names, kinds }: ParameterBlock = {}): ResolvedBlock {
  for (const name of names ?? []) {
    if (!specs.some((spec) => isWithin(name, spec))) {
      const known = specs.map((spec) => spec.name);
      throw new RangeError(`${caller}: no parameter or layer is named ${name}; there are ${known.slice(0, 6).join(', ')}${known.length > 6 ? ', ...' : ''}.`);
    }
  }
  const keep = (spec: ParameterSpec): boolean =>
    (names === undefined || names.some((name) => isWithin(name, spec))) && (kinds === undefined || kinds.includes(spec.kind));
  const chosen = specs.filter(keep);
  if (chosen.length === 0) {
    throw new RangeError(`${caller}: expected at least one parameter, got none of the names [${names?.join(', ') ?? 'any'}] and kinds [${kinds?.join(', ') ?? 'any'}].`);
  }
  return {
    keep,
    parameters: chosen.length === specs.length ? 'all' : chosen.map(({ name }) => name),
    dimension: totalSize(chosen),
  };
}

/** A vector with one draw in each element of the block and 0 in the others, laid out like `point`. */
export function drawInBlock<V extends Vector>(point: V, { keep }: ResolvedBlock, element: () => number): V {
  return point.withElements(
    point.specs.map((spec) => {
      const values = new Float64Array(sizeOf(spec.shape));
      return keep(spec) ? values.map(element) : values;
    }),
  );
}
