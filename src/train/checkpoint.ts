import { rm } from 'node:fs/promises';
import { z } from 'zod';
import type { ChannelStatistics } from '../engine/batchNormalization';
import { tensor } from '../engine/tensor';
import { TensorVector } from '../engine/tensorVector';
import type { Model } from '../models/model';
import type { PerturbationState } from '../optim/perturbation';
import type { MethodState } from '../optim/step';
import { writeSafetensors, type SafetensorsEntry } from '../models/safetensors';
import type { BaseState } from './baseOptimizer';
import { checkpointValue, readCheckpoint } from './readCheckpoint';
import type { NetworkState } from './network';
import type { EpochRecord } from './record';

/** Version of the layout of a checkpoint. */
const FORMAT = '2';

/** Where a run stands, apart from its tensors. */
export interface TrainingPosition {
  /** Epochs finished. */
  readonly history: readonly EpochRecord[];
  /** Steps taken within the epoch that is under way. */
  readonly step: number;
  /** Sums over the images of that epoch so far. */
  readonly lossSum: number;
  readonly errors: number;
  readonly images: number;
  /** Seconds spent in that epoch so far, and in the whole run. */
  readonly epochSeconds: number;
  readonly seconds: number;
  readonly gradientEvaluations: number;
}

const count = z.number().min(0);

/** Written against the interface, so that the compiler keeps both alike. */
const positionShape = z.object({
  history: z.array(z.custom<EpochRecord>((record) => typeof record === 'object' && record !== null)),
  step: count,
  lossSum: z.number(),
  errors: count,
  images: count,
  epochSeconds: count,
  seconds: count,
  gradientEvaluations: count,
}) satisfies z.ZodType<TrainingPosition>;

/** All that a run needs to go on with the same numbers. */
export interface Checkpoint {
  readonly position: TrainingPosition;
  readonly parameters: TensorVector;
  readonly optimizerState: BaseState;
  readonly statistics: ChannelStatistics[];
  /** Masks and whatever else the method keeps from step to step; checkpoints of earlier versions have none. */
  readonly method?: MethodState<TensorVector>;
  /** Lookahead's slow weights and their statistics; only with Lookahead. */
  readonly slow?: NetworkState | undefined;
}

/** A method's state without its vectors, which lie beside it under names that begin with `method.`. */
interface StoredMethod {
  readonly step: number;
  readonly rule: StoredState;
  readonly descent: StoredState;
}

interface StoredState {
  readonly numbers: Readonly<Record<string, number>>;
  readonly vectors: readonly string[];
}

const stateShape = z.object({ numbers: z.record(z.string(), z.number()), vectors: z.array(z.string()) }) satisfies z.ZodType<StoredState>;
const methodShape = z.object({ step: count, rule: stateShape, descent: stateShape }) satisfies z.ZodType<StoredMethod>;

function storedState({ numbers, vectors }: PerturbationState<TensorVector>): StoredState {
  return { numbers, vectors: Object.keys(vectors) };
}

function stateEntries(prefix: string, { vectors }: PerturbationState<TensorVector>): [string, SafetensorsEntry][] {
  return Object.entries(vectors).flatMap(([name, vector]) => vectorEntries(`${prefix}.${name}`, vector));
}

function vectorEntries(prefix: string, vector: TensorVector): [string, SafetensorsEntry][] {
  const arrays = vector.toArrays();
  return vector.specs.map(({ name, shape }, index) => [`${prefix}.${name}`, { shape, values: arrays[index]! }]);
}

function statisticsEntries(prefix: string, model: Model, statistics: readonly ChannelStatistics[]): [string, SafetensorsEntry][] {
  return model.statistics.flatMap(({ name, channels }, index) => {
    const { mean, variance } = statistics[index]!;
    return [
      [`${prefix}.${name}.mean`, { shape: [channels], values: mean.values() as Float32Array }],
      [`${prefix}.${name}.variance`, { shape: [channels], values: variance.values() as Float32Array }],
    ] satisfies [string, SafetensorsEntry][];
  });
}

/**
 * Writes a checkpoint, whole or not at all: a run that is killed while it writes resumes from the checkpoint before.
 *
 * @param fingerprint names the settings of the run; only a run with the same ones may read it back.
 * @throws Error if the disk is full or the folder cannot be written; the earlier checkpoint then stays.
 */
export function saveCheckpoint(file: string, model: Model, { position, parameters, optimizerState, statistics, method, slow }: Checkpoint, fingerprint: string): void {
  const tensors = new Map<string, SafetensorsEntry>([
    ...vectorEntries('parameters', parameters),
    ...Object.entries(optimizerState.vectors).flatMap(([name, vector]) => vectorEntries(name, vector)),
    ...(method ? [...stateEntries('method.rule', method.rule), ...stateEntries('method.descent', method.descent)] : []),
    ...statisticsEntries('statistics', model, statistics),
    ...(slow ? [...vectorEntries('slow.parameters', slow.parameters), ...statisticsEntries('slow.statistics', model, slow.statistics)] : []),
  ]);
  const stored: StoredMethod | undefined = method && { step: method.step, rule: storedState(method.rule), descent: storedState(method.descent) };
  writeSafetensors(file, tensors, { format: FORMAT, fingerprint, position: JSON.stringify(position), optimizer: JSON.stringify(storedState(optimizerState)), ...(stored ? { method: JSON.stringify(stored) } : {}) });
}

/**
 * Reads a checkpoint, if there is one; a damaged one is moved aside (see `readCheckpoint`).
 *
 * @throws Error if the file was written by another version or for other settings, or cannot be opened.
 */
export function loadCheckpoint(file: string, model: Model, fingerprint: string): Checkpoint | undefined {
  const content = readCheckpoint('loadCheckpoint', file);
  if (content === undefined) {
    return undefined;
  }
  const { tensors, metadata } = content;
  if (metadata['format'] !== FORMAT || metadata['fingerprint'] !== fingerprint) {
    throw new Error(
      `loadCheckpoint: the checkpoint ${file} belongs to other settings or another version (format ${metadata['format'] ?? 'none'}, ` +
        `expected ${FORMAT}); delete it to start this run from the beginning.`,
    );
  }
  const find = (name: string): SafetensorsEntry => {
    const entry = tensors.get(name);
    if (entry === undefined) {
      throw new Error(`loadCheckpoint: the checkpoint ${file} lacks ${name}; delete it to start this run from the beginning.`);
    }
    return entry;
  };
  // A vector of the method may hold only the kinds of parameters that are perturbed.
  const vector = (prefix: string, specs = model.parameters): TensorVector => TensorVector.from(specs, specs.map(({ name }) => find(`${prefix}.${name}`).values));
  const state = (prefix: string, { numbers, vectors }: StoredState): PerturbationState<TensorVector> => ({
    numbers,
    vectors: Object.fromEntries(vectors.map((name) => [name, vector(`${prefix}.${name}`, model.parameters.filter((spec) => tensors.has(`${prefix}.${name}.${spec.name}`)))])),
  });
  const moments = (prefix: string): ChannelStatistics[] =>
    model.statistics.map(({ name, channels }) => ({
      mean: tensor(find(`${prefix}.${name}.mean`).values, [channels]),
      variance: tensor(find(`${prefix}.${name}.variance`).values, [channels]),
    }));
  const method = metadata['method'] === undefined ? undefined : checkpointValue('loadCheckpoint', file, metadata, 'method', methodShape);
  // Checkpoints of earlier versions are SGD's.
  const optimizer = metadata['optimizer'] === undefined ? { numbers: {}, vectors: ['velocity'] } : checkpointValue('loadCheckpoint', file, metadata, 'optimizer', stateShape);
  return {
    position: checkpointValue('loadCheckpoint', file, metadata, 'position', positionShape),
    parameters: vector('parameters'),
    optimizerState: { numbers: optimizer.numbers, vectors: Object.fromEntries(optimizer.vectors.map((name) => [name, vector(name)])) },
    ...(method ? { method: { step: method.step, rule: state('method.rule', method.rule), descent: state('method.descent', method.descent) } } : {}),
    statistics: moments('statistics'),
    ...([...tensors.keys()].some((name) => name.startsWith('slow.')) ? { slow: { parameters: vector('slow.parameters'), statistics: moments('slow.statistics') } } : {}),
  };
}

/** Deletes the checkpoint of a run whose result is stored. */
export async function removeCheckpoint(file: string): Promise<void> {
  await rm(file, { force: true });
}
