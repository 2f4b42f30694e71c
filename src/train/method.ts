import type { TensorVector } from '../engine/tensorVector';
import type { ParameterKind } from '../engine/vector';
import { asam } from '../optim/asam';
import { dynamicMask } from '../optim/dynamicMask';
import { fgsm } from '../optim/fgsm';
import { fisherMask } from '../optim/fisherMask';
import { splitBatch } from '../optim/groups';
import { friendlySam } from '../optim/friendlySam';
import { gsam } from '../optim/gsam';
import { lookSam } from '../optim/lookSam';
import { msam } from '../optim/msam';
import { checkRho, type PerturbationRule } from '../optim/perturbation';
import { matchingTwoNorm, rhoAt } from '../optim/radius';
import { sam } from '../optim/sam';
import { saner } from '../optim/saner';
import { isDecaying, learningRateAt, totalSteps as stepsOfRun } from '../optim/schedule';
import { sharpnessAware } from '../optim/sharpnessAware';
import { sparse } from '../optim/sparse';
import { wsam } from '../optim/wsam';
import { plainStep, type Descent, type MethodState, type SharpnessAwareInput, type SharpnessAwareOutput } from '../optim/step';
import type { MethodSettings } from './methodSettings';
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

/** The kinds of parameters that ASAM scales. */
const ASAM_SCALES: Readonly<Record<MethodSettings['asamOn'], readonly ParameterKind[]>> = {
  weights: ['weight'],
  weightsAndNormScales: ['weight', 'normScale'],
  all: ['weight', 'bias', 'normScale', 'normShift'],
};

/** The rule that settings ask for; undefined for the base optimizer alone. @throws RangeError for settings out of range. */
function ruleOf(settings: TrainingSettings, stepsPerEpoch: number, perturbedSteps: number): PerturbationRule | undefined {
  const { sparsity, maskAt, maskEpochs, maskSamples, dropRate, seed } = settings;
  const every = maskEpochs * stepsPerEpoch;
  switch (settings.method) {
    case 'sgd':
      return undefined;
    case 'sam':
    case 'lookSam':
    case 'gsam':
    case 'wsam':
    case 'saner': {
      const p = settings.perturbationNorm === 'infinity' ? Infinity : settings.perturbationNorm;
      return inMeantRadius(sam({ p }), p, settings);
    }
    case 'fgsm': {
      const { ascentSteps: steps, ascentMomentum: momentum, ascentBall: ball, ascentStepLength, ascentProjection: project, ascentBound } = settings;
      const given = { ...(ascentStepLength === 0 ? {} : { stepLength: ascentStepLength }), ...(ascentBound === 0 ? {} : { bound: ascentBound }) };
      return inMeantRadius(fgsm({ steps, momentum, ball, project, ...given }), ball === 'infinity' ? Infinity : 2, settings);
    }
    case 'asam':
      return asam({ eta: settings.asamEta, scaling: settings.asamScaling, scaled: ASAM_SCALES[settings.asamOn] });
    case 'ssamF':
      return sparse(sam(), fisherMask({ sparsity, samples: maskSamples, every }), maskAt);
    case 'ssamD':
      return sparse(sam(), dynamicMask({ sparsity, dropRate, every, totalSteps: Math.max(1, perturbedSteps), seed }), maskAt);
    case 'friendlySam':
      return friendlySam({ sigma: settings.friendlySigma, lambda: settings.friendlyLambda });
    case 'msam':
      return msam();
  }
}

/** The descent that settings ask for; undefined for the gradient at w + eps. @throws RangeError for settings out of range. */
function descentOf(settings: TrainingSettings, stepsPerEpoch: number): Descent | undefined {
  switch (settings.method) {
    case 'lookSam':
      return lookSam({ every: settings.lookEvery, alpha: settings.lookAlpha });
    case 'gsam':
      return gsam({ alpha: settings.gsamAlpha });
    case 'wsam':
      return wsam({ gamma: settings.wsamGamma, decoupled: settings.wsamDecoupled });
    case 'saner':
      return saner({ alpha: settings.sanerAlpha, rampSteps: settings.sanerRampEpochs * stepsPerEpoch });
    default:
      return undefined;
  }
}

/** The rule with the radius as the settings mean it. */
function inMeantRadius(rule: PerturbationRule, p: number, { radiusIn }: MethodSettings): PerturbationRule {
  return radiusIn === 'ownNorm' ? rule : matchingTwoNorm(rule, p);
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
  const rule = own ?? ruleOf(settings, stepsPerEpoch, perturbedSteps);
  if (rule) {
    // Perturbations may begin late in a run.
    checkRho(rule.name, settings.rho);
  }
  const groups = settings.groupSize === 0 ? {} : { groupSize: settings.groupSize };
  batchSizes.forEach((size) => splitBatch(size, groups.groupSize));
  const descent = descentOf(settings, stepsPerEpoch);
  const method = sharpnessAware({ rule: rule ?? sam(), scope: settings.perturbationScope, ...groups, ...(descent ? { descent } : {}) });
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
