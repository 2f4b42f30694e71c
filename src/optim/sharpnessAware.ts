import { PARAMETER_KINDS, type ParameterKind, type Vector } from '../engine/vector';
import { ascend } from './ascend';
import { inGroups } from './groups';
import { checkRho, type PerturbationInput, type PerturbationRule } from './perturbation';
import { checkKinds, onKinds } from './perturbedKinds';
import { disposeReplaced, FIRST_STATE, plainStep, type Descent, type MethodState, type SharpnessAwareInput, type SharpnessAwareStep, type Step } from './step';
import { withTemporaries } from './temporaries';

/**
 * The sharpness-aware step around a base optimizer:
 *
 * g = gradient of L at w; eps = rule(g, rho); g' = gradient of L at w + eps; a base step at w along g'
 *
 * Batch-norm statistics move only in the first pass.
 *
 * @source Foret et al. 2021 (arXiv 2010.01412), algorithm 1.
 */
function twoPassStep(rule: PerturbationRule): SharpnessAwareStep {
  return (input) =>
    transaction(input, (own) => {
      const { parameters, state, optimizer, learningRate, method } = input;
      const passes = new Passes(input, rule);
      const { loss, gradient } = passes.at(parameters, 'first');
      const ascent = ascend(rule, passes.seen(own(gradient)), input);
      const next = own.state({ ...method, step: method.step + 1, rule: ascent.state });
      // As large as the weights, and not needed in the second pass, where memory is shortest.
      gradient.dispose();
      const perturbed = own(passes.at(own(ascent.point), 'perturbed').gradient);
      return { ...optimizer.update(parameters, perturbed, state, learningRate), loss, method: next, gradientEvaluations: passes.count };
    });
}

/**
 * The same with the base optimizer's momentum v in place of g, which saves the pass at w:
 *
 * eps = rule(v, rho); g' = gradient of L at w + eps; a base step at w along g'
 *
 * Loss and batch-norm statistics are those of the one pass, at w + eps.
 *
 * @throws Error if the base optimizer keeps no momentum.
 */
function momentumStep(rule: PerturbationRule): SharpnessAwareStep {
  return (input) =>
    transaction(input, (own) => {
      const { parameters, state, optimizer, learningRate, method } = input;
      const momentum = optimizer.momentum?.(state);
      if (momentum === undefined) {
        throw new Error(`sharpnessAware: ${rule.name} ascends along the base optimizer's momentum, and this optimizer keeps none; use sgd, or another rule.`);
      }
      const passes = new Passes(input, rule);
      const ascent = ascend(rule, passes.seen(momentum), input);
      const next = own.state({ ...method, step: method.step + 1, rule: ascent.state });
      const { loss, gradient } = passes.at(own(ascent.point), 'first');
      return { ...optimizer.update(parameters, own(gradient), state, learningRate), loss, method: next, gradientEvaluations: passes.count };
    });
}

/** The base step alone, with the method's state passed on. */
const unperturbedStep: SharpnessAwareStep = (input) => ({ ...plainStep(input), method: { ...input.method, step: input.method.step + 1 } });

/** A perturbation rule and what is built around it. */
export interface SharpnessAwareSettings {
  readonly rule: PerturbationRule;
  /** The kinds of parameters that are perturbed. Default: all. */
  readonly kinds?: readonly ParameterKind[];
  /** m: images per perturbation. Default: the whole batch. */
  readonly groupSize?: number;
  /** What the base optimizer steps along, such as `lookSam()` or `gsam()`. Default: the gradient at w + eps. */
  readonly descent?: Descent;
}

/** A sharpness-aware method: its first state, and its step. */
export interface SharpnessAware {
  init(): MethodState<never>;
  /**
   * Ascends to w + eps and takes the base step at w with the gradient found there.
   *
   * If anything throws, neither weights nor states have changed.
   *
   * @throws RangeError if rho is out of range or m does not divide the batch, before any gradient is computed; Error if the
   * rule returns a perturbation of another layout or with elements that are no finite numbers.
   */
  readonly step: SharpnessAwareStep;
}

/**
 * Makes a training method of a perturbation rule: the step in two passes (or one along momentum), on some kinds of parameters, for
 * each group of m images, with a descent around it.
 *
 * @throws TypeError for a rule without `perturb`; RangeError for an unknown kind of parameter, or for a descent that reads the gradient at
 * w around a rule that has no pass there.
 * @example sharpnessAware({ rule: asam(), kinds: ['weight'], descent: lookSam({ every: 5 }) })
 */
export function sharpnessAware({ rule, kinds = PARAMETER_KINDS, groupSize, descent }: SharpnessAwareSettings): SharpnessAware {
  if (typeof (rule as Partial<PerturbationRule> | undefined)?.perturb !== 'function') {
    throw new TypeError("sharpnessAware: expected a rule with a function `perturb`, got none; write { name: 'mine', perturb: ({ gradient, rho }) => ... }, or take sam().");
  }
  checkKinds('sharpnessAware', kinds);
  if (descent && rule.ascendsAlong === 'momentum') {
    throw new RangeError(`sharpnessAware: the descent reads the gradient at w, which ${rule.name} does not compute; leave one of them out.`);
  }
  const confined = onKinds(rule, kinds);
  const step = inGroups(rule.ascendsAlong === 'momentum' ? momentumStep(confined) : twoPassStep(confined), groupSize);
  const whole = descent ? descent(step, inGroups(unperturbedStep, groupSize)) : step;
  return {
    init: () => FIRST_STATE,
    step(input) {
      checkRho(rule.name, input.rho);
      const output = whole(input);
      disposeReplaced(input.method, output.method);
      return output;
    },
  };
}

/**
 * A step with a rule that keeps nothing from step to step, for losses of a few variables and for notebooks.
 *
 * @throws RangeError if rho is out of range, or for a rule that keeps a state: use `sharpnessAware`, which carries it.
 */
export function perturbedStep(rule: PerturbationRule, rho: number): Step {
  checkRho(rule.name, rho);
  if (rule.prepare) {
    throw new RangeError(`perturbedStep: ${rule.name} keeps a state from step to step; use sharpnessAware({ rule }) and pass its state on.`);
  }
  const method = sharpnessAware({ rule });
  return (input) => {
    const { parameters, state, loss, gradientEvaluations } = method.step({ ...input, rho, method: method.init() });
    return { parameters, state, loss, gradientEvaluations };
  };
}

/** The passes of one step over its batch, and how many there were. */
class Passes<V extends Vector, State> {
  /** Gradients of the batch's loss; one of a single image counts as its share. */
  count = 0;

  constructor(
    private readonly input: SharpnessAwareInput<V, State>,
    private readonly rule: PerturbationRule,
  ) {}

  at(point: V, phase: 'first' | 'perturbed'): ReturnType<SharpnessAwareInput<V, State>['objective']> {
    this.count++;
    return this.input.objective(point, phase);
  }

  /** What the rule sees. */
  seen(gradient: V): PerturbationInput<V> {
    const { parameters, rho, method, images = 1, sampleGradient } = this.input;
    return {
      parameters,
      gradient,
      rho,
      state: method.rule,
      step: method.step,
      batchSize: images,
      gradientAt: (point) => this.at(point, 'perturbed').gradient,
      sampleGradient: (index) => {
        if (sampleGradient === undefined) {
          throw new Error(`sharpnessAware: ${this.rule.name} reads gradients of single images, which this objective does not give; pass sampleGradient.`);
        }
        this.count += 1 / images;
        return sampleGradient(parameters, index);
      },
    };
  }
}

/** Registers what a step makes and frees at its end. */
interface Owner<V extends Vector> {
  (vector: V): V;
  /** The method's next state, which is freed if the step fails. */
  state(next: MethodState<V>): MethodState<V>;
}

/** Runs a step and frees its temporary vectors, and its new state if it failed. */
function transaction<V extends Vector, State, Output>({ method }: SharpnessAwareInput<V, State>, body: (own: Owner<V>) => Output): Output {
  return withTemporaries((own) => {
    let next = method;
    try {
      return body(Object.assign((vector: V) => own(vector), { state: (made: MethodState<V>) => (next = made) }));
    } catch (error) {
      disposeReplaced(next, method);
      throw error;
    }
  });
}
