import assert from 'node:assert/strict';
import type { Batch } from '../../data/batches';
import type { ChannelStatistics } from '../../engine/batchNormalization';
import { tensorCount } from '../../engine/tensor';
import type { TensorVector } from '../../engine/tensorVector';
import { disposeStatistics } from '../../models/initialise';
import { parameterCount, type Model } from '../../models/model';
import { dynamicMask, type DynamicMaskSettings } from '../../optim/dynamicMask';
import type { Optimizer } from '../../optim/optimizer';
import type { PerturbationRule } from '../../optim/perturbation';
import { sam } from '../../optim/sam';
import { sparse } from '../../optim/sparse';
import { stateVectors } from '../../optim/step';
import { expectAllClose } from '../../testing/expectAllClose';
import { hashedRandom } from '../../testing/hashedRandom';
import { expectSummary, hashedImages, hashedParameters, hashedStatistics, inTorchOrder, type Summary } from '../../testing/hashedNetwork';
import { baseOptimizer, type BaseState } from '../baseOptimizer';
import { BatchObjective, type BatchLoss } from '../batchObjective';
import { trainingMethod } from '../method';
import type { MethodSettings } from '../methodSettings';
import type { TrainingSettings } from '../settings';
import { TEST_SETTINGS } from './settings';

/** What PyTorch did in double precision in a few steps (walks.py). */
export interface Walk {
  /** Names the images of its batches. */
  readonly images: string;
  /** The largest difference that single precision made to it, in units of the loss, way or statistics. */
  readonly spread: number;
  readonly losses: readonly number[];
  /** Movement of each parameter from its start, after the last step. */
  readonly moved: Readonly<Record<string, Summary>>;
  readonly statistics: Readonly<Record<string, Summary>>;
}

/** A file of walks. */
export interface WalkFixture {
  readonly batch: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly walks: Readonly<Record<string, Walk>>;
}

/** A walk: settings, or a custom rule with settings. */
export interface WalkMethod extends Partial<TrainingSettings> {
  readonly method: MethodSettings['method'];
  readonly rule?: PerturbationRule;
}

/** Our walks may differ by this many times the rounding difference of PyTorch's own: both round, each in its own order. */
const SPREADS = 4;

/**
 * How far our walks may be from the double-precision ones. What rounding does depends on the network; a walk's own spread is
 * a few draws of it, so the largest of the file counts.
 */
export function toleranceOf({ walks }: Pick<WalkFixture, 'walks'>): number {
  return SPREADS * Math.max(...Object.values(walks).map(({ spread }) => spread));
}

/** The result of some steps. */
export interface Steps {
  readonly losses: readonly number[];
  /** Movement of each parameter, in its own order. */
  readonly moved: readonly Float32Array[];
  /** Running statistics by name. */
  readonly statistics: Readonly<Record<string, Float32Array>>;
}

/** Takes steps on a fixture's images, in a run whose epochs are single steps. All of its tensors are freed, or the test fails. */
export function takeSteps(model: Model, { batch, learningRate, weightDecay }: WalkFixture, { images, losses: { length: epochs } }: Walk, { rule, ...changes }: WalkMethod): Steps {
  const before = tensorCount();
  const settings: TrainingSettings = { ...TEST_SETTINGS, epochs, schedule: 'constant', warmupEpochs: 0, batchSize: batch, learningRate, weightDecay, labelSmoothing: 0, ...changes };
  const method = trainingMethod(settings, { stepsPerEpoch: 1, batchSizes: [batch] }, rule);
  const { optimizer, penalty } = decaying(settings);
  const parameters = hashedParameters(model);
  const start = parameters.toArrays();
  let statistics = hashedStatistics(model);
  let current = { parameters, state: optimizer.init(parameters), method: method.init() };
  const losses = Array.from({ length: epochs }, (_, step) => {
    const objective = new BatchObjective(hashedBatch(`${images}/${step}`, batch), { model, statistics, labelSmoothing: 0, penalty });
    const { loss, ...next } = method.step(step, {
      ...current, optimizer, images: batch,
      objective: (point, phase, part) => objective.evaluate(point, phase, part),
      sampleGradient: (point, index) => objective.sampleGradient(point, index),
    });
    current = next;
    const moved = objective.movedStatistics();
    disposeStatistics(statistics);
    statistics = moved;
    return loss;
  });
  const moved = current.parameters.toArrays().map((array, index) => Float32Array.from(array, (value, element) => value - start[index]![element]!));
  const found = { losses, moved, statistics: statisticsByName(model, statistics) };
  [current.parameters, ...Object.values(current.state.vectors), ...stateVectors(current.method)].forEach((vector) => vector.dispose());
  disposeStatistics(statistics);
  assert.equal(tensorCount(), before);
  return found;
}

/** Makes a walk and compares it with PyTorch's. */
export function expectWalk(model: Model, fixture: WalkFixture, name: string, method: WalkMethod): void {
  const expected = fixture.walks[name]!;
  const tolerance = toleranceOf(fixture);
  const { losses, moved, statistics } = takeSteps(model, fixture, expected, method);
  expectAllClose(losses, expected.losses, { relative: tolerance }, 'losses');
  model.parameters.forEach((spec, index) => expectSummary(spec.name, inTorchOrder(moved[index]!, spec.shape), expected.moved[spec.name]!, tolerance));
  Object.entries(expected.statistics).forEach(([buffer, summary]) => expectSummary(buffer, statistics[buffer]!, summary, tolerance));
}

/** The optimizer, and the weight decay that is left to the loss. */
function decaying(settings: TrainingSettings): { readonly optimizer: Optimizer<TensorVector, BaseState>; readonly penalty: BatchLoss['penalty'] } {
  const { weightDecay, weightDecayIn, weightDecayOn } = settings;
  return {
    optimizer: baseOptimizer(settings),
    penalty: { weightDecay: weightDecayIn === 'loss' ? weightDecay : 0, ...(weightDecayOn === 'weights' ? { decayKinds: ['weight'] } : {}) },
  };
}

/** Running statistics, named as in PyTorch. */
export function statisticsByName(model: Model, statistics: readonly ChannelStatistics[]): Record<string, Float32Array> {
  return Object.fromEntries(
    model.statistics.flatMap(({ name }, index) => {
      const { mean, variance } = statistics[index]!;
      return [[`${name}.running_mean`, mean.values() as Float32Array], [`${name}.running_var`, variance.values() as Float32Array]];
    }),
  );
}

function hashedBatch(name: string, size: number): Batch {
  const images = hashedImages(name, size);
  const values = images.values() as Float32Array;
  images.dispose();
  return { images: values, labels: Int32Array.from({ length: size }, (_, image) => (image * 7) % 10), size };
}

/** The largest difference of two walks over the parameters, relative to the first one's movement. */
export function distance(a: Walk, b: Walk): number {
  const numbers = ({ norm, probe, elements }: Summary): readonly number[] => [norm, probe, ...elements];
  return Math.max(...Object.entries(a.moved).map(([name, summary]) => Math.max(...numbers(summary).map((value, index) => Math.abs(value - numbers(b.moved[name]!)[index]!))) / summary.norm));
}

/** SSAM-D for a walk: its chance is that of the scripts (`shuffled` in reference.py), and its epochs are steps. */
export function hashedDynamicMask(model: Model, settings: Omit<DynamicMaskSettings, 'seed' | 'chance'>, maskAt: MethodSettings['maskAt']): PerturbationRule {
  const chance: DynamicMaskSettings['chance'] = (step) => hashedRandom(`dynamic mask/${step}`, parameterCount(model));
  return sparse(sam(), dynamicMask({ ...settings, seed: 0, chance }), maskAt);
}
