import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { ChannelStatistics } from '../engine/batchNormalization';
import { tensor } from '../engine/tensor';
import { TensorVector } from '../engine/tensorVector';
import type { Model } from '../models/model';
import { readSafetensors, writeSafetensors, type SafetensorsEntry } from '../models/safetensors';
import type { EpochRecord } from './record';

/** Version of the layout of a checkpoint. */
const FORMAT = '1';

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

/** All that a run needs to go on with the same numbers. */
export interface Checkpoint {
  readonly position: TrainingPosition;
  readonly parameters: TensorVector;
  readonly velocity: TensorVector;
  readonly statistics: ChannelStatistics[];
}

function vectorEntries(prefix: string, vector: TensorVector): [string, SafetensorsEntry][] {
  const arrays = vector.toArrays();
  return vector.specs.map(({ name, shape }, index) => [`${prefix}.${name}`, { shape, values: arrays[index]! }]);
}

/**
 * Writes a checkpoint, whole or not at all: a run that is killed while it writes finds the one before.
 *
 * @param fingerprint names the settings of the run; only a run with the same ones may read it back.
 * @throws Error if the disk is full or the folder cannot be written; the checkpoint before stays.
 */
export function saveCheckpoint(file: string, model: Model, { position, parameters, velocity, statistics }: Checkpoint, fingerprint: string): void {
  const tensors = new Map<string, SafetensorsEntry>([...vectorEntries('parameters', parameters), ...vectorEntries('velocity', velocity)]);
  model.statistics.forEach(({ name, channels }, index) => {
    const { mean, variance } = statistics[index]!;
    tensors.set(`statistics.${name}.mean`, { shape: [channels], values: mean.values() as Float32Array });
    tensors.set(`statistics.${name}.variance`, { shape: [channels], values: variance.values() as Float32Array });
  });
  writeSafetensors(file, tensors, { format: FORMAT, fingerprint, position: JSON.stringify(position) });
}

/**
 * Reads a checkpoint, if there is one.
 *
 * @throws Error if the file is damaged, or was written by another version or for other settings.
 */
export function loadCheckpoint(file: string, model: Model, fingerprint: string): Checkpoint | undefined {
  if (!existsSync(file)) {
    return undefined;
  }
  const { tensors, metadata } = readSafetensors(file);
  if (metadata['format'] !== FORMAT || metadata['fingerprint'] !== fingerprint) {
    throw new Error(
      `loadCheckpoint: ${file} belongs to other settings or another version (format ${metadata['format'] ?? 'none'}, ` +
        `expected ${FORMAT}); delete it to start this run from the beginning.`,
    );
  }
  const find = (name: string): SafetensorsEntry => {
    const entry = tensors.get(name);
    if (entry === undefined) {
      throw new Error(`loadCheckpoint: ${file} lacks ${name}; delete it to start this run from the beginning.`);
    }
    return entry;
  };
  const vector = (prefix: string): TensorVector =>
    TensorVector.from(
      model.parameters,
      model.parameters.map(({ name }) => find(`${prefix}.${name}`).values),
    );
  return {
    position: JSON.parse(metadata['position']!) as TrainingPosition,
    parameters: vector('parameters'),
    velocity: vector('velocity'),
    statistics: model.statistics.map(({ name, channels }) => ({
      mean: tensor(find(`statistics.${name}.mean`).values, [channels]),
      variance: tensor(find(`statistics.${name}.variance`).values, [channels]),
    })),
  };
}

/** Deletes the checkpoint of a run whose result is stored. */
export async function removeCheckpoint(file: string): Promise<void> {
  await rm(file, { force: true });
}
