import { z } from 'zod';
import { readMetadata } from './safetensors';

/** What a weights file says of the run that trained it. */
export interface TrainingRecord {
  /** The run's identifier, as its result is called. */
  readonly run: string;
  /** The run's whole configuration. */
  readonly config: object;
  /** Name of the data set that the network learned from, such as "CIFAR-10". */
  readonly images: string;
}

const configuration = z.record(z.string(), z.unknown());

/** The record as metadata of a safetensors file, which holds only text. */
export function trainingMetadata({ run, config, images }: TrainingRecord): Readonly<Record<string, string>> {
  return { run, config: JSON.stringify(config), images };
}

/**
 * What a weights file says of its training; undefined for one that says nothing, such as one that PyTorch wrote.
 *
 * @throws Error that names the file, if it cannot be opened, is damaged, or holds a configuration that is not JSON.
 */
export function readTrainingRecord(file: string): TrainingRecord | undefined {
  const { run, config, images } = readMetadata(file);
  if (run === undefined || config === undefined || images === undefined) {
    return undefined;
  }
  try {
    return { run, config: configuration.parse(JSON.parse(config)), images };
  } catch (error) {
    throw new Error(`readTrainingRecord: the configuration in the metadata of ${file} is damaged (${(error as Error).message}); make that run again, or name a file without it and give its settings.`, { cause: error });
  }
}
