import type { TensorVector } from '../engine/tensorVector';
import { splitBatch } from '../optim/groups';
import { checkRho, type PerturbationRule } from '../optim/perturbation';
import { rhoAt } from '../optim/radius';
import { sam } from '../optim/sam';
import { isDecaying, learningRateAt, totalSteps as stepsOfRun } from '../optim/schedule';
import { sharpnessAware } from '../optim/sharpnessAware';
import { plainStep, type MethodState, type SharpnessAwareInput, type SharpnessAwareOutput } from '../optim/step';
import { methodOf } from './methods';
import { KINDS_BY_NAME } from './parameterKinds';
import { stepRates } from './parameterShares';
import type { TrainingSettings } from './settings';

/** How long the epochs and batches of a run are. */
export interface RunShape {
  readonly stepsPerEpoch: number;
  /** Sizes of the batches of an epoch, each once. */
  readonly batchSizes: readonly number[];
}

type StepInput<State> = Omit<SharpnessAwareInput<TensorVector, State>, 'rho' | 'learningRate'>;

/** The method of a training run, with the times at which it acts. */
export interface TrainingMethod {
  /** Names of the rule's numbers that go into the history. */
  readonly logs: readonly string[];
  init(): MethodState<TensorVector>;
  /** @param step steps before this one over the whole run. */
  step<State>(step: number, input: StepInput<State>): SharpnessAwareOutput<TensorVector, State>;
}

/** Whether a step of a run is perturbed. */
export function isPerturbed(settings: TrainingSettings, step: number, stepsPerEpoch: number): boolean {
  const { perturbationStart: start, perturbationEnd: end } = settings;
  const begun = start === 'decay' ? isDecaying(settings, step, stepsPerEpoch) : step >= (start - 1) * stepsPerEpoch;
  return begun && (end === 0 || step < end * stepsPerEpoch);
}

/**
 * Makes the method of a run.
 *
 * @param own a rule in place of the one that `settings.method` names; what is built around it stays.
 * @throws RangeError for settings out of range, or groups that do not divide each batch.
 */
export function trainingMethod(settings: TrainingSettings, { stepsPerEpoch, batchSizes }: RunShape, own?: PerturbationRule): TrainingMethod {
  const totalSteps = stepsOfRun(settings, stepsPerEpoch);
  const peak = stepRates(settings).learningRate;
  const perturbedSteps = Array.from({ length: totalSteps }, (_, step) => isPerturbed(settings, step, stepsPerEpoch)).filter(Boolean).length;
  const run = { stepsPerEpoch, perturbedSteps, seed: settings.seed };
  const named = methodOf(settings.method);
  const rule = own ?? named.rule?.(settings, run);
  if (rule) {
    // Perturbations may begin late in a run.
    checkRho(rule.name, settings.rho);
  }
  const groups = settings.groupSize === 0 ? {} : { groupSize: settings.groupSize };
  batchSizes.forEach((size) => splitBatch(size, groups.groupSize));
  const descent = named.descent?.(settings, run);
  const method = sharpnessAware({ rule: rule ?? sam(), kinds: KINDS_BY_NAME[settings.perturbationScope], ...groups, ...(descent ? { descent } : {}) });
  return {
    logs: rule?.logs ?? [],
    init: () => method.init(),
    step(step, input) {
      const learningRate = learningRateAt({ ...settings, learningRate: peak }, step, stepsPerEpoch);
      if (rule === undefined || !isPerturbed(settings, step, stepsPerEpoch)) {
        return { ...plainStep({ ...input, learningRate }), method: input.method };
      }
      const rho = rhoAt(settings.rho, settings.rhoSchedule, { progress: step / totalSteps, rateShare: learningRate / peak });
      return method.step({ ...input, learningRate, rho });
    },
  };
}
