import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { IMAGE_BYTES, type Dataset } from '../data/dataset';
import { permutation, random } from '../engine/random';
import { tensorCount } from '../engine/tensor';
import { asam } from '../optim/asam';
import { sam } from '../optim/sam';
import type { PerturbationRule } from '../optim/perturbation';
import { expectAllClose } from '../testing/expectAllClose';
import { readFixture } from '../testing/fixture';
import { hashed } from '../testing/hashed';
import { expectSummary, hashedParameters, hashedStatistics, inTorchOrder } from '../testing/hashedNetwork';
import { smallNetwork } from '../testing/smallNetwork';
import { disposeNetwork } from '../train/network';
import { distance, statisticsByName, toleranceOf, type Walk } from '../train/testing/walk';
import { saveFederatedCheckpoint } from './checkpoint';
import { clientSeed } from './clients';
import { federate, type FederatedOutcome } from './federate';
import { START } from './federatedRun';
import { drawParticipation } from './participation';
import { DEFAULT_FEDERATED_CONFIG } from './presets';
import type { FederatedSettings } from './settings';
import { toVector } from './statistics';

/** Three rounds in PyTorch, in double precision; losses are those of the clients of a round; rounds without an answer have none. */
interface Training extends Walk {
  readonly updateNorms: readonly number[];
  readonly clientDrifts: readonly number[];
}

/** make_federated_options.py */
const fixture = readFixture('federatedOptions.json') as {
  readonly seed: number;
  /** Images of each client. */
  readonly sizes: readonly number[];
  readonly batch: number;
  /** By client and epoch. */
  readonly orders: readonly (readonly (readonly number[])[])[];
  /** Who answers in each round, by the probability of dropping out. */
  readonly answering: Readonly<Record<string, readonly (readonly number[])[]>>;
  readonly trainings: Readonly<Record<string, Training>>;
};
const { seed, sizes, batch, orders, answering, trainings } = fixture;
const ROUNDS = 3;
const folder = mkdtempSync(join(tmpdir(), 'samlab-federated-'));
after(() => rmSync(folder, { recursive: true }));
const model = smallNetwork();
const TOLERANCE = toleranceOf({ walks: trainings });

const SETTINGS: FederatedSettings = {
  ...DEFAULT_FEDERATED_CONFIG,
  normalization: 'half', cropPadding: 0, flip: false,
  seed, batchSize: batch, activeClients: 3, rounds: ROUNDS, localEpochs: 2,
  method: 'fedavg', rho: 0.2, alpha: 0.3, learningRate: 0.05, learningRateDecay: 0.8, momentum: 0, weightDecay: 0.01,
};

interface Changes extends Partial<FederatedSettings> {
  readonly rule?: PerturbationRule;
}

/** The settings of each of the fixture's trainings. */
const CHANGES: Readonly<Record<string, Changes>> = {
  fedavg: {},
  'fedavg, one local epoch': { localEpochs: 1 },
  'fedavg, local momentum': { momentum: 0.9 },
  'fedavg, three times the weight decay': { weightDecay: 0.03 },
  'fedavg, a rate that stays': { learningRateDecay: 1 },
  'fedavg, half a server step': { serverLearningRate: 0.5 },
  'fedavg, one and a half': { serverLearningRate: 1.5 },
  'fedavg, clients that drop out': { dropOut: 0.3 },
  fedsam: { method: 'fedsam' },
  'fedsam, twice the radius': { method: 'fedsam', rho: 0.4 },
  'fedsam, p = infinity': { method: 'fedsam', rho: 0.01, rule: sam({ p: Infinity }) },
  "fedsam, asam's rule": { method: 'fedsam', rule: asam() },
  'fedsam, local momentum': { method: 'fedsam', momentum: 0.9 },
  'fedsam, half a server step': { method: 'fedsam', serverLearningRate: 0.5 },
  'fedsam, a round without an answer': { method: 'fedsam', dropOut: 0.7 },
  mofedsam: { method: 'mofedsam' },
  'mofedsam, alpha = 0.1': { method: 'mofedsam', alpha: 0.1 },
  'mofedsam, one local epoch': { method: 'mofedsam', localEpochs: 1 },
  'mofedsam, twice the radius': { method: 'mofedsam', rho: 0.4 },
  'mofedsam, local momentum': { method: 'mofedsam', momentum: 0.5 },
  'mofedsam, three times the weight decay': { method: 'mofedsam', weightDecay: 0.03 },
  'mofedsam, half a server step': { method: 'mofedsam', serverLearningRate: 0.5 },
  'mofedsam, clients that drop out': { method: 'mofedsam', dropOut: 0.3 },
  'mofedsam, a round without an answer': { method: 'mofedsam', dropOut: 0.7 },
};

/** Bytes from 0 to 255 out of hashed numbers. */
function clientOf(images: string, client: number): Dataset {
  const count = sizes[client]!;
  return {
    name: 'CIFAR-10', synthetic: true, classNames: Array.from({ length: 10 }, (_, label) => `class ${label}`),
    images: Uint8Array.from(hashed(`${images}/${client}`, count * IMAGE_BYTES), (value) => Math.floor((value + 1) * 128)),
    labels: Uint8Array.from({ length: count }, (_, image) => (image * 3 + client) % 10),
  };
}

/** A training that starts at the fixture's weights: it resumes from a checkpoint before the first step. */
async function trainFrom(images: string, { rule, ...changes }: Changes): Promise<FederatedOutcome> {
  const checkpoint = { file: join(folder, 'start.safetensors'), everySeconds: Infinity, fingerprint: 'start' };
  const [parameters, statistics] = [hashedParameters(model), toVector(model, hashedStatistics(model))];
  const [direction, parameterSum, statisticsSum] = [parameters.zeros(), parameters.zeros(), statistics.zeros()];
  const vectors = { parameters, direction, statistics, parameterSum, statisticsSum };
  saveFederatedCheckpoint(checkpoint.file, { position: START, vectors }, checkpoint.fingerprint);
  Object.values(vectors).forEach((vector) => vector.dispose());
  const clients = sizes.map((_, client) => clientOf(images, client));
  return federate({ model, settings: { ...SETTINGS, ...changes }, clients, checkpoint, ...(rule ? { rule } : {}) });
}

test('the fixture and the settings name the same trainings', () => {
  assert.deepEqual(Object.keys(CHANGES), Object.keys(trainings));
});

test("the fixture's orders and absent clients are those of its seed", () => {
  orders.forEach((epochs, client) =>
    epochs.forEach((order, epoch) => assert.deepEqual([...permutation(sizes[client]!, random(clientSeed(seed, client), 'order', epoch + 1))], order)),
  );
  for (const [dropOut, rounds] of Object.entries(answering)) {
    rounds.forEach((clients, round) => assert.deepEqual(drawParticipation({ activeClients: 3, dropOut: Number(dropOut), seed }, sizes.length, round + 1).answering, clients));
  }
});

test('no training passes for another: they differ by more than twice the tolerance', () => {
  for (const [name, training] of Object.entries(trainings)) {
    for (const [other, otherTraining] of Object.entries(trainings)) {
      const found = Math.max(distance(training, otherTraining), distance(otherTraining, training));
      assert.ok(name === other || found > 2 * TOLERANCE, `${name} and ${other}: ${found}, allowed ${TOLERANCE}`);
    }
  }
});

for (const [name, changes] of Object.entries(CHANGES)) {
  test(`three rounds of ${name} on a small network are PyTorch's: losses, updates, drifts, weights, running statistics`, async () => {
    const { images, losses, updateNorms, clientDrifts, moved, statistics } = trainings[name]!;
    const before = tensorCount();
    const { network, history } = await trainFrom(images, changes);
    const told = history.flatMap(({ clients }) => clients ?? []);
    assert.equal(history.length, ROUNDS);
    expectAllClose(told.map(({ trainLoss }) => trainLoss), losses, { relative: TOLERANCE }, 'losses');
    expectAllClose(told.map(({ updateNorm }) => updateNorm), updateNorms, { relative: TOLERANCE }, 'norms of the updates');
    told.forEach(({ clientDrift }, round) => expectDrift(clientDrift, clientDrifts[round]!, updateNorms[round]!));
    const first = hashedParameters(model);
    const [start, end] = [first.toArrays(), network.parameters.toArrays()];
    first.dispose();
    model.parameters.forEach(({ name: parameter, shape }, index) => {
      const way = Float32Array.from(end[index]!, (value, element) => value - start[index]![element]!);
      expectSummary(parameter, inTorchOrder(way, shape), moved[parameter]!, TOLERANCE);
    });
    const found = statisticsByName(model, network.statistics);
    Object.entries(statistics).forEach(([buffer, summary]) => expectSummary(buffer, found[buffer]!, summary, TOLERANCE));
    disposeNetwork(network);
    assert.equal(tensorCount(), before);
  });
}

/** A drift is the root of a difference of squares, in single precision a small difference of large squares where only one client answers. */
function expectDrift(found: number, expected: number, update: number): void {
  expectAllClose([found ** 2], [expected ** 2], { absolute: 2 * TOLERANCE * (expected ** 2 + update ** 2) }, 'squared drift');
}
