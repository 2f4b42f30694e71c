import type { Model } from '../models/model';
import type { NetworkState } from './network';
import type { Evaluation } from './record';

/**
 * Which numbers of a network are not finite, in words: the first such parameter or running statistic; undefined where all are.
 * The training loss before a step says nothing about the weights after it, and a loss in training does not read running statistics.
 */
export function nonFiniteNetwork(model: Pick<Model, 'parameters' | 'statistics'>, { parameters, statistics }: NetworkState): string | undefined {
  const weights = parameters.toArrays().findIndex(hasNonFinite);
  if (weights >= 0) {
    return `the weights ${model.parameters[weights]!.name} were not finite`;
  }
  const moments = statistics.findIndex(({ mean, variance }) => [mean, variance].some((moment) => hasNonFinite(moment.values())));
  return moments >= 0 ? `the running statistics of ${model.statistics[moments]!.name} were not finite` : undefined;
}

/** The same for an evaluation. @param images which images it was made on, such as "test". */
export function nonFiniteEvaluation(images: string, evaluation: Evaluation | null | undefined): string | undefined {
  return evaluation && !Number.isFinite(evaluation.loss) ? `the ${images} loss was ${evaluation.loss}` : undefined;
}

/** A plain loop: networks have tens of millions of weights. */
function hasNonFinite(values: ArrayLike<number>): boolean {
  for (let index = 0; index < values.length; index++) {
    if (!Number.isFinite(values[index])) {
      return true;
    }
  }
  return false;
}
