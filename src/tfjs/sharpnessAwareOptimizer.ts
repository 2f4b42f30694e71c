import { dispose, engine, scalar, type NamedTensorMap, type Optimizer, type Scalar, type Variable } from '@tensorflow/tfjs-core';
import { PARAMETER_KINDS } from '../engine/vector';
import { checkRho, type PerturbationRule, type PerturbationState } from '../optim/perturbation';
import { sam } from '../optim/sam';
import { sharpnessAware, type SharpnessAware } from '../optim/sharpnessAware';
import { disposeReplaced, FIRST_STATE, stateVectors, type MethodState } from '../optim/step';
import { withTemporaries } from '../optim/temporaries';
import { BaseMomentum } from './baseMomentum';
import { ascentPoint, type AscentSettings, type ImageGradients } from './ascent';
import { connectedNames, LossPasses, type NamedTensor } from './lossPasses';
import { parameterKind, ParameterVariables } from './parameterVariables';
import { PerturbedPasses, type ScalarLoss, type NamedGradients } from './perturbedPass';
import { copyState, fromPlain, toPlain } from './plainCopies';
import { checkSettingNames, type SharpnessAwareOptimizerSettings } from './settings';
import type { TfjsVector } from './tfjsVector';
import { allVariables, VariableSnapshot } from './variableSnapshot';
import { WrappedOptimizer } from './wrappedOptimizer';

/**
 * Sharpness-aware minimisation around any optimizer of TensorFlow.js, on any of its backends:
 *
 * g = gradient of the loss at w; eps = rule(w, g, rho), for SAM rho g / |g|_2; a base step at w with the gradient at w + eps
 *
 * It is a `tf.Optimizer` itself, so `minimize` and `LayersModel.compile` take it. Loss, metrics and batch-norm
 * statistics are those of the pass at w: what the loss assigns to variables at w + eps is undone, and tensors that
 * it keeps there with `tf.keep` live until the next step. Dropout draws a mask in each pass unless it has a seed.
 * `LayersModel.trainOnBatch` lists the metrics at w + eps after those at w.
 *
 * The loss runs twice a step, so it must not change anything but variables; its argument says which pass it is for.
 *
 * A rule needs norms as numbers in the middle of a step. Where a backend cannot read them synchronously (WebGPU outside
 * a browser), `minimize` throws and leaves the weights as they were; `ascendAsync` is for that case.
 *
 * The base optimizer's settings are read and set through this one: `learningRate`, `momentum`, `beta1` and so on; only Adadelta's
 * `rho` is set at `base`, for here `rho` is the radius. The base optimizer's state is in `getWeights`, a rule's is not: after
 * loading, masks are drawn again, LookSAM begins with a second pass, and the count of perturbed steps starts at 0.
 *
 * @source Foret et al. 2021 (arXiv 2010.01412), algorithm 1.
 */
export class SharpnessAwareOptimizer extends WrappedOptimizer {
  static readonly className = 'SharpnessAwareOptimizer';
  /** Radius of the perturbation; may be changed between steps, for a schedule. */
  rho: number;
  private readonly rule: PerturbationRule;
  private readonly aware: SharpnessAware;
  private method: MethodState<TfjsVector>;
  private readonly perturbed = new PerturbedPasses();
  private readonly momenta: BaseMomentum;
  /** The names of the variables of the last step. */
  private layout = '';
  /** The values to go back to, between the two phases of a step. */
  private before: VariableSnapshot | undefined;

  /**
   * @param base takes the steps; it keeps its learning rate, its momentum and its count of steps.
   * @throws TypeError if base is no `tf.Optimizer`, or the rule none; RangeError if rho is negative or not finite, or a kind of parameter or a setting is unknown.
   */
  constructor(
    base: Optimizer,
    private readonly settings: SharpnessAwareOptimizerSettings,
  ) {
    super(base);
    // Code without types may leave the settings out.
    checkRho('SharpnessAwareOptimizer', (settings as Partial<SharpnessAwareOptimizerSettings> | undefined)?.rho ?? NaN);
    checkSettingNames(settings);
    const { rho, rule = sam(), kinds = PARAMETER_KINDS, descent } = settings;
    this.rho = rho;
    this.rule = rule;
    this.aware = sharpnessAware({ rule, kinds, ...(descent ? { descent } : {}) });
    this.method = this.aware.init();
    this.momenta = new BaseMomentum(base);
    this.passOnSettings();
  }

  /**
   * One whole step: both passes and the base optimizer's step.
   *
   * @param f computes the loss, once at w and once at w + eps.
   * @param returnCost whether to return the loss at w.
   * @param varList the variables to move; all trainable ones that the loss depends on if left out.
   * @throws whatever the loss or the rule throws, with the weights as they were.
   */
  override minimize(f: ScalarLoss, returnCost = false, varList?: Variable[]): Scalar | null {
    this.begin('minimize');
    const first = this.ascendsAlongMomentum ? undefined : this.base.computeGradients(() => f('first'), varList);
    try {
      const loss = this.step(f, first, varList);
      return returnCost ? scalar(loss) : null;
    } finally {
      dispose([first?.value, first?.grads].filter((made) => made !== undefined));
    }
  }

  /**
   * Loss and gradient where the variables are now. Between `ascend` and `applyGradients` this is the second pass, which
   * leaves batch-norm statistics as they are.
   */
  override computeGradients(f: ScalarLoss, varList?: Variable[]): NamedGradients {
    const compute = (loss: () => Scalar): NamedGradients => this.base.computeGradients(loss, varList);
    return this.before && !this.ascendsAlongMomentum ? this.perturbed.compute(compute, f) : compute(() => f('first'));
  }

  /**
   * First phase of a step in two: moves the variables to w + eps. `applyGradients` or `restore` moves them back.
   *
   * @param gradients at w, as `computeGradients` gives them; none for rules that ascend along momentum. They stay the caller's.
   * @throws Error if the rule asks for gradients at further points, or with a descent such as LookSAM: use `minimize`.
   */
  ascend(gradients: NamedTensorMap = {}): void {
    const parameters = this.ascendingParameters(gradients);
    withTemporaries((own) => {
      const direction = own(this.direction(parameters, gradients));
      const { point, state } = ascentPoint<TfjsVector>(this.ascentSettings(), {
        parameters: own(parameters.point()),
        direction,
        state: this.method.rule,
        ...this.imageGradients(new LossPasses(this.base, parameters, this.perturbed)),
      });
      this.arrive(parameters, own(point), state);
    });
  }

  /** The same for backends that cannot read numbers synchronously: the rule runs on copies in JavaScript's memory. */
  async ascendAsync(gradients: NamedTensorMap = {}): Promise<void> {
    const parameters = this.ascendingParameters(gradients);
    const [here, along] = [parameters.point(), this.direction(parameters, gradients)];
    try {
      const [plainHere, direction, before] = await Promise.all([toPlain(here), toPlain(along), copyState(this.method.rule, toPlain)]);
      const { point, state } = ascentPoint(this.ascentSettings(), { parameters: plainHere, direction, state: before, ...this.batchSize() });
      const next = await copyState(state, fromPlain);
      // Another step may have begun in the meantime.
      this.begin('ascendAsync');
      withTemporaries((own) => this.arrive(parameters, own(fromPlain(point)), next));
    } finally {
      [here, along].forEach((vector) => vector.dispose());
    }
  }

  /** Moves the variables from w + eps back to w, bit for bit, and with them whatever the second pass has moved. */
  restore(): void {
    this.before?.restore();
    this.before = undefined;
  }

  /** Second phase of a step in two: back to w, and the base optimizer's step from there. Without `ascend` it is the base optimizer's step. */
  override applyGradients(gradients: NamedTensorMap | NamedTensor[]): void {
    this.restore();
    this.applyBase(gradients);
  }

  /** Gives the base optimizer a state, for the variables of the next step in their order. The rule begins as at its first step. */
  override async setWeights(weights: NamedTensor[]): Promise<void> {
    await this.base.setWeights(weights);
    this.forgetRule();
  }

  /** Frees the states of the rule and of the base optimizer. */
  override dispose(): void {
    this.restore();
    this.perturbed.dispose();
    this.forgetRule();
    this.base.dispose();
  }

  private forgetRule(): void {
    disposeReplaced(this.method, FIRST_STATE);
    this.method = this.aware.init();
  }

  /** The base optimizer's step. */
  private applyBase(gradients: NamedTensorMap | NamedTensor[]): void {
    this.base.applyGradients(gradients);
    this.momenta.stepped(Array.isArray(gradients) ? gradients.map(({ name }) => name) : Object.keys(gradients));
  }

  private get ascendsAlongMomentum(): boolean {
    return this.rule.ascendsAlong === 'momentum';
  }

  /** @returns the loss of the first pass, which is made here if it was not made before. */
  private step(f: ScalarLoss, first: NamedGradients | undefined, varList: Variable[] | undefined): number {
    const { base, rho, method } = this;
    const parameters = this.parametersOf(first ? connectedNames(first.grads) : undefined, varList);
    const passes = new LossPasses(base, parameters, this.perturbed, varList);
    return withTemporaries((own) => {
      const momentum = this.ascendsAlongMomentum ? own(parameters.vector(this.momenta.byName(varList ?? this.movedBy(f, parameters, passes)))) : undefined;
      const output = this.aware.step<TfjsVector, undefined>({
        parameters: own(parameters.point()),
        state: undefined,
        rho,
        method,
        objective: (point, phase) => (first && phase === 'first' ? passes.taken(first) : passes.at(point, phase, f)),
        optimizer: {
          init: () => undefined,
          update: (point, gradient) => {
            this.applyBase(passes.named(gradient));
            return { parameters: point, state: undefined };
          },
          momentum: () => momentum!,
        },
        // The base optimizer uses its own.
        learningRate: NaN,
        ...this.imageGradients(passes),
      });
      this.method = output.method;
      return output.loss;
    });
  }

  /** The variables that a step on this loss will move. Found by an extra pass, so only for momentum that is unplaced. */
  private movedBy(f: ScalarLoss, parameters: ParameterVariables, passes: LossPasses): readonly Variable[] {
    return this.momenta.isUnplaced ? withTemporaries((own) => passes.connectedTo(own(parameters.point()), f)) : [];
  }

  /** Begins a step. */
  private begin(caller: string): void {
    checkRho(`SharpnessAwareOptimizer.${caller}`, this.rho);
    if (this.before) {
      throw new Error(`SharpnessAwareOptimizer.${caller}: the variables are at w + eps; finish the step with applyGradients, or go back with restore.`);
    }
    this.perturbed.dispose();
  }

  private parametersOf(names: readonly string[] | undefined, varList?: Variable[]): ParameterVariables {
    const registered = engine().registeredVariables;
    const variables = names?.map((name) => registered[name]!) ?? (varList ?? allVariables()).filter(({ trainable }) => trainable);
    const layout = variables.map(({ name }) => name).join(', ');
    if (this.layout !== layout && stateVectors(this.method).length > 0) {
      throw new Error(`SharpnessAwareOptimizer: ${this.rule.name} keeps a state for the variables ${this.layout}, and this loss depends on ${layout}; make an optimizer for each set of variables.`);
    }
    this.layout = layout;
    return new ParameterVariables(variables, this.settings.kindOf ?? parameterKind);
  }

  private ascendingParameters(gradients: NamedTensorMap): ParameterVariables {
    this.begin('ascend');
    if (this.settings.descent) {
      throw new Error('SharpnessAwareOptimizer.ascend: a descent such as LookSAM needs the whole step at once; use minimize.');
    }
    const names = connectedNames(gradients);
    if (names.length === 0 && !this.ascendsAlongMomentum) {
      throw new RangeError('SharpnessAwareOptimizer.ascend: expected the gradients at w, got none; pass the grads of computeGradients.');
    }
    return this.parametersOf(this.ascendsAlongMomentum ? undefined : names);
  }

  private direction(parameters: ParameterVariables, gradients: NamedTensorMap): TfjsVector {
    const moved = connectedNames(gradients);
    const next = moved.length > 0 ? moved.map((name) => engine().registeredVariables[name]!) : parameters.variables;
    return parameters.vector(this.ascendsAlongMomentum ? this.momenta.byName(next) : gradients);
  }

  private ascentSettings(): AscentSettings {
    return { rule: this.rule, kinds: this.settings.kinds ?? PARAMETER_KINDS, rho: this.rho, step: this.method.step };
  }

  /** Ends the first phase. */
  private arrive(parameters: ParameterVariables, point: TfjsVector, rule: PerturbationState<TfjsVector>): void {
    const next = { ...this.method, step: this.method.step + 1, rule };
    disposeReplaced(this.method, next);
    this.method = next;
    // With one pass a step batch-norm statistics move in it, at w + eps.
    this.before = new VariableSnapshot(this.ascendsAlongMomentum ? parameters.variables : allVariables());
    parameters.moveTo(point);
  }

  private batchSize(): { readonly images?: number } {
    const { images } = this.settings;
    return images ? { images: images.count() } : {};
  }

  private imageGradients(passes: LossPasses): ImageGradients<TfjsVector> {
    const { images } = this.settings;
    return images ? { ...this.batchSize(), sampleGradient: (point, index) => passes.at(point, 'perturbed', () => images.loss(index)).gradient } : {};
  }
}
