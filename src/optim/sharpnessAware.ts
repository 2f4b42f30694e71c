import type { Vector } from '../engine/vector';
import { groupsOf } from './groups';
import { acrossGradient, checkLook, lookedUpGradient, type LookSettings } from './lookSam';
import { checkRho, EMPTY_STATE, type PerturbationRule, type PerturbationState } from './perturbation';
import { disposeReplaced, firstGradient, perturbedGradient, type FoundGradient } from './perturbedGradient';
import { checkScope, type PerturbationScope } from './scope';
import type { Step, StepInput, StepOutput } from './step';
import { withTemporaries } from './temporaries';

/** A perturbation rule and what is built around it. */
export interface SharpnessAwareSettings {
  readonly rule: PerturbationRule;
  /** Which parameters are perturbed; all. */
  readonly scope?: PerturbationScope;
  /** m: images per perturbation; the whole batch if left out. */
  readonly groupSize?: number;
  /** Saves second passes as LookSAM does; each step has one if left out. */
  readonly look?: LookSettings;
}

/** What a method keeps from step to step, beside the base optimizer's state. */
export interface MethodState<V extends Vector> {
  /** Perturbed steps so far. */
  readonly step: number;
  readonly rule: PerturbationState<V>;
  /** LookSAM's g_v of the last second pass, under the name `across`. */
  readonly look: PerturbationState<V>;
}

/** What a sharpness-aware step needs. */
export interface SharpnessAwareInput<V extends Vector, State> extends StepInput<V, State> {
  readonly rho: number;
  /** Taken over by the step. */
  readonly method: MethodState<V>;
  /** Images in the batch; 1 for an objective without images. */
  readonly images?: number;
  /** For rules that read gradients of single images: that of one image's loss at a point, with running batch-norm statistics. */
  readonly sampleGradient?: (parameters: V, index: number) => V;
}

/** What it leaves. */
export interface SharpnessAwareOutput<V extends Vector, State> extends StepOutput<V, State> {
  readonly method: MethodState<V>;
}

/** A sharpness-aware method: its first state, and its step. */
export interface SharpnessAware {
  init(): MethodState<never>;
  /**
   * Climbs to w + eps and takes the base step at w with the gradient found there.
   *
   * If anything throws, neither weights nor states have changed.
   *
   * @throws RangeError if rho is out of range or m does not divide the batch, before any gradient is computed; Error if the
   * rule returns a perturbation of another layout or with elements that are no finite numbers.
   */
  step<V extends Vector, State>(input: SharpnessAwareInput<V, State>): SharpnessAwareOutput<V, State>;
}

/**
 * Makes a training method of a perturbation rule.
 *
 * With groups of m images each group climbs on its own; losses and gradients are averaged. Batch norm
 * uses each group's own moments; what becomes of the running statistics is the objective's business.
 *
 * @throws TypeError for a rule without `perturb`; RangeError for an unknown scope, or if LookSAM's settings are out of range or are
 * asked of a rule that has no pass at w.
 */
export function sharpnessAware({ rule, scope = 'all', groupSize, look }: SharpnessAwareSettings): SharpnessAware {
  if (typeof (rule as Partial<PerturbationRule> | undefined)?.perturb !== 'function') {
    throw new TypeError("sharpnessAware: expected a rule with a function `perturb`, got none; write { name: 'mine', perturb: ({ gradient, rho }) => ... }, or take sam().");
  }
  checkScope('sharpnessAware', scope);
  if (look) {
    checkLook(look);
    if (rule.climbsAlong === 'momentum') {
      throw new RangeError(`sharpnessAware: LookSAM needs the gradient at w, which ${rule.name} does not compute; leave one of them out.`);
    }
  }
  return {
    init: () => ({ step: 0, rule: EMPTY_STATE, look: EMPTY_STATE }),
    step(input) {
      checkRho(rule.name, input.rho);
      const groups = groupsOf(input.images ?? 1, groupSize);
      const { step, look: kept } = input.method;
      if (look && step % look.every > 0 && kept.vectors['across']) {
        return finish(input, lookUp(firstGradient(input, groups), kept.vectors['across'], look), kept);
      }
      const found = perturbedGradient(input, { rule, scope, groups, keepFirst: look !== undefined });
      return finish(input, found, look ? acrossState(found) : kept);
    },
  };
}

/** What is kept of a second pass. */
function acrossState<V extends Vector>({ first, gradient }: FoundGradient<V>): PerturbationState<V> {
  return first === undefined ? EMPTY_STATE : { numbers: {}, vectors: { across: acrossGradient(first, gradient) } };
}

/** A step without a second pass: the gradient at w, turned by what the last second pass found. */
function lookUp<V extends Vector>(found: FoundGradient<V>, across: V, { alpha }: LookSettings): FoundGradient<V> {
  return { ...found, gradient: withTemporaries((own) => lookedUpGradient(own(found.gradient), across, alpha)) };
}

/** The base step, and the new states. */
function finish<V extends Vector, State>(input: SharpnessAwareInput<V, State>, found: FoundGradient<V>, look: PerturbationState<V>): SharpnessAwareOutput<V, State> {
  const { optimizer, parameters, state, learningRate, method, images = 1 } = input;
  return withTemporaries((own) => {
    const gradient = own(found.gradient);
    own({ dispose: () => found.first?.dispose() });
    try {
      const updated = optimizer.update(parameters, gradient, state, learningRate);
      disposeReplaced(method.rule, found.rule);
      disposeReplaced(method.look, look);
      return { ...updated, loss: found.loss, gradientEvaluations: found.imageGradients / images, method: { step: method.step + 1, rule: found.rule, look } };
    } catch (error) {
      disposeReplaced(found.rule, method.rule);
      disposeReplaced(look, method.look);
      throw error;
    }
  });
}

/**
 * A step with a rule that keeps nothing from step to step, for losses of a few variables and for notebooks.
 *
 * @throws RangeError if rho is out of range, or for a rule that keeps a state: use `sharpnessAware`, which carries it.
 */
export function perturbedStep(rule: PerturbationRule, rho: number): Step {
  checkRho(rule.name, rho);
  if (rule.prepare) {
    throw new RangeError(`perturbedStep: ${rule.name} keeps a state from step to step; use sharpnessAware({ rule }) and hand its state on.`);
  }
  const method = sharpnessAware({ rule });
  return (input) => {
    const { parameters, state, loss, gradientEvaluations } = method.step({ ...input, rho, method: method.init() });
    return { parameters, state, loss, gradientEvaluations };
  };
}
