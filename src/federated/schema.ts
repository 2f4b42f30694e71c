import { z } from 'zod';
import { MODEL_NAMES } from '../models/names';
import { settingProblems } from '../train/settingProblems';
import { DEFAULT_FEDERATED_CONFIG } from './presets';
import { FEDERATED_METHODS, type FederatedConfig, type FederatedSettings } from './settings';

const count = z.int().min(0);
const atLeastOne = z.int().min(1);

const settingsShape = {
  model: z.enum(MODEL_NAMES),
  stem: z.enum(['imagenet', 'cifar']),
  zeroInitResidual: z.boolean(),
  normalization: z.enum(['half', 'dataset']),
  cropPadding: count.max(16),
  flip: z.boolean(),
  batchSize: z.int().min(2),
  momentum: z.number().min(0).lt(1),
  weightDecay: z.number().min(0),
  seed: z.int(),
  method: z.enum(FEDERATED_METHODS),
  rho: z.number().min(0),
  alpha: z.number().positive().max(1),
  activeClients: atLeastOne,
  dropOut: z.number().min(0).lt(1),
  rounds: atLeastOne,
  localEpochs: atLeastOne,
  learningRate: z.number().positive(),
  learningRateDecay: z.number().positive().max(1),
  serverLearningRate: z.number().positive(),
};

const configShape = {
  dataset: z.enum(['cifar10', 'cifar100']),
  imagesPerClass: count,
  heldOutPerClass: count,
  testImagesPerClass: count,
  clients: atLeastOne,
  partition: z.enum(['iid', 'dirichlet']),
  concentration: z.number().positive(),
  subsetSeed: z.int(),
  ...settingsShape,
};

/** Written against the interfaces, so that the compiler keeps both alike. A configuration holds the settings and more, which they ignore. */
const settingsSchema = z.object(settingsShape) satisfies z.ZodType<FederatedSettings>;
const configSchema = z.strictObject(configShape) satisfies z.ZodType<FederatedConfig>;

/** Names of all fields of a configuration, in the order in which they are listed. */
export const FEDERATED_KEYS = Object.keys(configShape) as readonly (keyof FederatedConfig)[];

function parse<T>(caller: string, schema: z.ZodType<T>, value: unknown): T {
  const checked = schema.safeParse(value);
  if (!checked.success) {
    const problems = settingProblems(checked.error, value, DEFAULT_FEDERATED_CONFIG);
    throw new RangeError(`${caller}: these settings cannot be run:\n${problems}`);
  }
  return checked.data;
}

function checkActiveClients(caller: string, activeClients: number, clients: number): void {
  if (activeClients > clients) {
    throw new RangeError(`${caller}: expected activeClients of at most ${clients}, the number of clients, got ${activeClients}; ask fewer, or make more clients.`);
  }
}

/**
 * Checks the configuration of a federated run.
 *
 * @throws RangeError that lists each unknown key and each value out of range, with what was expected, what came, and the default; or if more clients are asked than there are.
 */
export function validateFederatedConfig(config: unknown): FederatedConfig {
  const checked = parse('validateFederatedConfig', configSchema, config);
  checkActiveClients('validateFederatedConfig', checked.activeClients, checked.clients);
  return checked;
}

/**
 * Checks the settings of a federated training with so many clients; fields that are no settings are ignored.
 *
 * @throws RangeError as {@link validateFederatedConfig}.
 */
export function checkFederatedSettings(settings: unknown, clients: number): void {
  checkActiveClients('federate', parse('federate', settingsSchema, settings).activeClients, clients);
}
