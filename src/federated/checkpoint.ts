import { z } from 'zod';
import { TensorVector } from '../engine/tensorVector';
import type { ParameterSpec } from '../engine/vector';
import type { Model } from '../models/model';
import { writeSafetensors, type SafetensorsEntry } from '../models/safetensors';
import { checkpointValue, readCheckpoint } from '../train/readCheckpoint';
import type { ImageSums } from './localTraining';
import type { RoundRecord } from './record';
import { statisticsSpecs } from './statistics';

/** Version of the layout of a checkpoint. */
const FORMAT = 'federated 1';

/** Where a federated training stands, apart from its tensors. */
export interface FederatedPosition {
  /** Rounds finished. */
  readonly history: readonly RoundRecord[];
  /** Clients of the round under way that have answered. */
  readonly clientsDone: number;
  /** What those clients saw in this round. */
  readonly sums: ImageSums;
  /** Sum over those clients of weight |update|^2. */
  readonly squaredUpdates: number;
  /** Steps of all clients so far. */
  readonly steps: number;
  readonly gradientEvaluations: number;
  /** Seconds spent in the round so far, and in the whole training. */
  readonly roundSeconds: number;
  readonly seconds: number;
}

const count = z.number().min(0);

/** Written against the interface, so that the compiler keeps both alike. */
const positionShape = z.object({
  history: z.array(z.custom<RoundRecord>((record) => typeof record === 'object' && record !== null)),
  clientsDone: count,
  sums: z.object({ loss: z.number(), errors: count, images: count, gradientEvaluations: count }),
  squaredUpdates: count,
  steps: count,
  gradientEvaluations: count,
  roundSeconds: count,
  seconds: count,
}) satisfies z.ZodType<FederatedPosition>;

/** The vectors of a federated training; a client that is learning has its own. */
export interface FederatedVectors {
  /** The server's weights. */
  readonly parameters: TensorVector;
  /** The server's Delta. */
  readonly direction: TensorVector;
  /** The server's running batch-norm statistics. */
  readonly statistics: TensorVector;
  /** Weighted sums over the clients that have answered in the round under way. */
  readonly parameterSum: TensorVector;
  readonly statisticsSum: TensorVector;
}

/** All that a federated training needs to go on with the same numbers. */
export interface FederatedCheckpoint {
  readonly position: FederatedPosition;
  readonly vectors: FederatedVectors;
}

/**
 * Writes a checkpoint, whole or not at all: a training that is killed while it writes resumes from the checkpoint before.
 *
 * @param fingerprint names settings and data; only a training with the same may read it back.
 * @throws Error if the disk is full or the folder cannot be written; the earlier checkpoint then stays.
 */
export function saveFederatedCheckpoint(file: string, { position, vectors }: FederatedCheckpoint, fingerprint: string): void {
  const tensors = new Map<string, SafetensorsEntry>();
  for (const [prefix, vector] of Object.entries(vectors) as [string, TensorVector][]) {
    const arrays = vector.toArrays();
    vector.specs.forEach(({ name, shape }, index) => tensors.set(`${prefix}.${name}`, { shape, values: arrays[index]! }));
  }
  writeSafetensors(file, tensors, { format: FORMAT, fingerprint, position: JSON.stringify(position) });
}

/**
 * Reads a checkpoint, if there is one; a damaged one is moved aside (see `readCheckpoint`).
 *
 * @throws Error if the file was written by another version or for other settings, or cannot be opened.
 */
export function loadFederatedCheckpoint(file: string, model: Model, fingerprint: string): FederatedCheckpoint | undefined {
  const content = readCheckpoint('loadFederatedCheckpoint', file);
  if (content === undefined) {
    return undefined;
  }
  const { tensors, metadata } = content;
  if (metadata['format'] !== FORMAT || metadata['fingerprint'] !== fingerprint) {
    throw new Error(
      `loadFederatedCheckpoint: the checkpoint ${file} belongs to other settings or another version (format ${metadata['format'] ?? 'none'}, ` +
        `expected ${FORMAT}); delete it to start this run from the beginning.`,
    );
  }
  const vector = (prefix: keyof FederatedVectors, specs: readonly ParameterSpec[]): TensorVector => {
    const arrays = specs.map(({ name }) => {
      const entry = tensors.get(`${prefix}.${name}`);
      if (entry === undefined) {
        throw new Error(`loadFederatedCheckpoint: the checkpoint ${file} lacks ${prefix}.${name}; delete it to start this run from the beginning.`);
      }
      return entry.values;
    });
    return TensorVector.from(specs, arrays);
  };
  const statistics = statisticsSpecs(model);
  return {
    position: checkpointValue('loadFederatedCheckpoint', file, metadata, 'position', positionShape),
    vectors: {
      parameters: vector('parameters', model.parameters),
      direction: vector('direction', model.parameters),
      statistics: vector('statistics', statistics),
      parameterSum: vector('parameterSum', model.parameters),
      statisticsSum: vector('statisticsSum', statistics),
    },
  };
}
