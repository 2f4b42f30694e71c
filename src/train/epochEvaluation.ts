import type { Dataset } from '../data/dataset';
import { nonFiniteEvaluation, nonFiniteNetwork } from './divergence';
import { evaluate } from './evaluate';
import type { NetworkState } from './network';
import type { EpochRecord, Evaluation } from './record';
import type { TrainingInput } from './trainingInput';

/** Held-out evaluations in a run, at most one more. */
const EVALUATIONS = 10;

/** The evaluations in the record of an epoch. */
export interface EpochEvaluation extends Pick<EpochRecord, 'heldOut' | 'testAtBest' | 'alsoEvaluated'> {
  /** What about the network or its evaluation is not finite, if anything. */
  readonly found?: string;
}

/**
 * Evaluates a network at the end of an epoch, if it is an epoch with an evaluation; nothing is evaluated where weights or
 * statistics are not finite.
 *
 * @param history the epochs before this one.
 * @param last whether the run ends here; its last network is evaluated in any case.
 */
export async function evaluateEpoch(input: TrainingInput, network: NetworkState, history: readonly EpochRecord[], last: boolean): Promise<EpochEvaluation> {
  const { model, settings, heldOut } = input;
  const broken = nonFiniteNetwork(model, network);
  const every = input.evaluateEvery ?? Math.ceil(settings.epochs / EVALUATIONS);
  const due = (history.length + 1) % every === 0 || last;
  if (broken !== undefined || !due) {
    return broken === undefined ? {} : { found: broken };
  }
  const evaluated = (dataset: Dataset): Promise<Evaluation> => evaluate(model, network, dataset, settings.normalization, { augmentation: settings.testAugmentation });
  const evaluation = heldOut && (await evaluated(heldOut));
  const found = nonFiniteEvaluation('held-out', evaluation);
  // JSON has no NaN: a file would hold an empty loss.
  return found === undefined ? { ...(evaluation ? { heldOut: evaluation } : {}), ...(await furtherEvaluations(input, history, evaluation, evaluated)) } : { found };
}

/** What is evaluated beside the held-out images. */
async function furtherEvaluations(
  { testAtBest, alsoEvaluated }: TrainingInput,
  history: readonly EpochRecord[],
  heldOut: Evaluation | undefined,
  evaluated: (dataset: Dataset) => Promise<Evaluation>,
): Promise<Pick<EpochRecord, 'testAtBest' | 'alsoEvaluated'>> {
  const best = Math.min(...history.map((record) => record.heldOut?.top1Error ?? Infinity));
  const improved = testAtBest && heldOut && heldOut.top1Error < best ? { testAtBest: await evaluated(testAtBest) } : {};
  const found: Record<string, Evaluation> = {};
  for (const [name, dataset] of Object.entries(alsoEvaluated ?? {})) {
    found[name] = await evaluated(dataset);
  }
  return { ...improved, ...(alsoEvaluated ? { alsoEvaluated: found } : {}) };
}
