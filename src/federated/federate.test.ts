import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { trainingBatches } from '../data/batches';
import { imageCount, select, type Dataset } from '../data/dataset';
import { tensorCount } from '../engine/tensor';
import { createModel } from '../models/create';
import { disposeStatistics, initialParameters, initialStatistics } from '../models/initialise';
import { readSafetensors, writeSafetensors } from '../models/safetensors';
import type { PerturbationRule } from '../optim/perturbation';
import { expectAllClose } from '../testing/expectAllClose';
import { train } from '../train/loop';
import { batchGradient, disposeNetwork, type NetworkState } from '../train/network';
import { TEST_SETTINGS, testImages } from '../train/testing/settings';
import { federate, type FederatedOutcome } from './federate';
import type { FederatedInput } from './federatedRun';
import { drawParticipation } from './participation';
import { DEFAULT_FEDERATED_CONFIG } from './presets';
import type { FederatedProgress } from './record';
import type { FederatedSettings } from './settings';
import { signalWhen } from '../testing/signalWhen';

const folder = mkdtempSync(join(tmpdir(), 'samlab-federate-'));
after(() => rmSync(folder, { recursive: true }));

const { train: images, test: heldOut } = testImages();
const model = createModel('resnet20', 'cifar', 10);

function range(start: number, end: number): Int32Array {
  return Int32Array.from({ length: end - start }, (_, index) => start + index);
}

/** Of the twenty images the first client has eight, the second twelve. */
const clients: readonly Dataset[] = [select(images, range(0, 8)), select(images, range(8, 20))];

/** A client with four images and one with six, for tests that need many trainings. */
const small: readonly Dataset[] = [select(images, range(0, 4)), select(images, range(4, 10))];

const SETTINGS: FederatedSettings = {
  ...DEFAULT_FEDERATED_CONFIG,
  normalization: 'half',
  batchSize: 8,
  activeClients: 2,
  rounds: 2,
  localEpochs: 1,
  learningRate: 0.05,
  learningRateDecay: 0.5,
  method: 'mofedsam',
  seed: 3,
};

function input(changes: Partial<FederatedSettings> = {}, parts: readonly Dataset[] = clients): FederatedInput {
  return { model, settings: { ...SETTINGS, activeClients: parts.length, ...changes }, clients: parts, heldOut };
}

function networkNumbers(network: NetworkState): { readonly parameters: Float32Array[]; readonly statistics: unknown } {
  const numbers = { parameters: network.parameters.toArrays(), statistics: network.statistics.map(({ mean, variance }) => [mean.values(), variance.values()]) };
  disposeNetwork(network);
  return numbers;
}

/** All numbers of a training, without times. */
function numbersOf({ network, history, gradientEvaluations }: FederatedOutcome): unknown {
  return { ...networkNumbers(network), gradientEvaluations, history: history.map((record) => ({ ...record, seconds: 0 })) };
}

for (const method of ['fedavg', 'fedsam'] as const) {
  test(`one client with all data and one local epoch is plain training to the bit: ${method}`, async () => {
    const common = { normalization: 'half', cropPadding: 4, flip: true, batchSize: 8, momentum: 0, weightDecay: 5e-4, learningRate: 0.05, rho: 0.1, seed: 3, zeroInitResidual: false } as const;
    const federated = await federate(input({ ...common, method, localEpochs: 1, rounds: 2, learningRateDecay: 1 }, [images]));
    const plain = await train({
      model,
      settings: { ...TEST_SETTINGS, ...common, method: method === 'fedavg' ? 'sgd' : 'sam', nesterov: false, epochs: 2, schedule: 'constant', warmupEpochs: 0, cutout: 0, weightDecayOn: 'all', labelSmoothing: 0 },
      trainingSet: images,
      heldOut,
    });
    assert.deepEqual(
      federated.history.map(({ clients: means, heldOut: evaluation }) => [means?.trainLoss, means?.trainTop1Error, evaluation]),
      plain.history.map(({ trainLoss, trainTop1Error, heldOut: evaluation }) => [trainLoss, trainTop1Error, evaluation]),
    );
    assert.equal(federated.gradientEvaluations, plain.gradientEvaluations);
    assert.deepEqual(networkNumbers(federated.network), networkNumbers(plain.network));
  });
}

/** One step of SGD on all images of a client, written in JavaScript: weights, and running statistics. */
function firstStep(client: number): number[][] {
  const parameters = initialParameters(model, SETTINGS);
  const statistics = initialStatistics(model);
  // The second client's seed is a million higher.
  const options = { batchSize: imageCount(clients[client]!), epoch: 1, seed: SETTINGS.seed + 1_000_000 * client, normalization: 'half', augmentation: { cropPadding: 4, flip: true, cutout: 0 } } as const;
  const [batch] = [...trainingBatches(clients[client]!, options)];
  const found = batchGradient(model, parameters, statistics, batch!, 0);
  const gradients = found.gradient.toArrays();
  const moved = parameters.toArrays().map((array, index) => [...array].map((w, element) => w - SETTINGS.learningRate * gradients[index]![element]!));
  const running = found.statistics.flatMap(({ mean, variance }) => [[...mean.values()], [...variance.values()]]);
  [parameters, found.gradient].forEach((vector) => vector.dispose());
  [statistics, found.statistics].forEach(disposeStatistics);
  return [...moved, ...running];
}

test('two clients: weights and running statistics are the average by numbers of images, two fifths and three fifths', async () => {
  const { network, history } = await federate(input({ method: 'fedavg', rounds: 1, batchSize: 16, weightDecay: 0 }));
  const found = [...network.parameters.toArrays(), ...network.statistics.flatMap(({ mean, variance }) => [mean.values(), variance.values()])];
  disposeNetwork(network);
  const [first, second] = [firstStep(0), firstStep(1)];
  found.forEach((array, index) => {
    const expected = first[index]!.map((value, element) => 0.4 * value + 0.6 * second[index]![element]!);
    // Four roundings of single precision, of numbers below 4.
    expectAllClose(array, expected, { absolute: 4 * 2 ** -22, relative: 4 * 2 ** -24 }, `array ${index}`);
  });
  // Two points 2/5 and 3/5 from their average: sqrt(6/25) of their distance.
  const squares = first.slice(0, model.parameters.length).flatMap((array, index) => array.map((value, element) => (value - second[index]![element]!) ** 2));
  const apart = Math.sqrt(squares.reduce((sum, square) => sum + square, 0));
  expectAllClose([history[0]!.clients!.clientDrift], [Math.sqrt(0.24) * apart], { relative: 1e-3 }, 'drift');
});

test('FedSAM with rho 0 is FedAvg to the bit, MoFedSAM with alpha 1 is FedSAM; with other settings they differ', async () => {
  const run = async (changes: Partial<FederatedSettings>): Promise<ReturnType<typeof networkNumbers>> => networkNumbers((await federate(input(changes, small))).network);
  const fedsam = await run({ method: 'fedsam' });
  assert.deepEqual(await run({ method: 'fedsam', rho: 0 }), await run({ method: 'fedavg' }));
  assert.deepEqual(await run({ method: 'mofedsam', alpha: 1 }), fedsam);
  assert.notDeepEqual(await run({ method: 'mofedsam', alpha: 0.5 }), fedsam);
  assert.notDeepEqual(await run({ method: 'fedsam', rho: 0 }), fedsam);
});

test("MoFedSAM's direction has the scale of one gradient: where alpha is small, the second update is twice the first", async () => {
  // Clients of 8 and 12 images make 2 and 3 steps. Were Delta not divided by their mean of 2.6, the factor would be 1 + 2.6.
  const { network, history } = await federate(input({ method: 'mofedsam', alpha: 0.01, batchSize: 4, cropPadding: 0, flip: false, weightDecay: 0, learningRateDecay: 1 }));
  disposeNetwork(network);
  const [first, second] = history.map(({ clients: means }) => means!.updateNorm) as [number, number];
  // The second round's own gradients are of other batches: not quite parallel, not quite as long.
  assert.ok(second / first > 1.7 && second / first < 2.2, `${second / first}`);
});

test('a rule of one\'s own goes to the clients; if it gives NaN the training ends with its name, and no tensor is left', async () => {
  const mine: PerturbationRule = { name: 'mine', perturb: ({ gradient, rho }) => gradient.times(rho / gradient.norm()) };
  assert.deepEqual(numbersOf(await federate({ ...input({ rounds: 1 }), rule: mine })), numbersOf(await federate(input({ rounds: 1 }))));
  const before = tensorCount();
  const broken: PerturbationRule = { name: 'broken', perturb: ({ gradient }) => gradient.times(NaN) };
  await assert.rejects(federate({ ...input(), rule: broken }), /broken/);
  assert.equal(tensorCount(), before);
});

test('a training that is stopped within a round and resumed equals an unbroken one, bit for bit', async () => {
  const stoppable = input({ localEpochs: 2, batchSize: 4 }, small);
  const unbroken = numbersOf(await federate(stoppable));
  const checkpoint = { file: join(folder, 'resumed.safetensors'), everySeconds: 0, fingerprint: 'a' };
  const before = tensorCount();
  // Two steps of the first client, four of the second: it stops in each client of each round.
  for (const stopAfter of [1, 3, 5, 4]) {
    let steps = 0;
    const stopped = await federate({ ...stoppable, checkpoint, onProgress: () => steps++, signal: signalWhen(() => steps === stopAfter) });
    assert.equal(stopped.status, 'stopped');
    disposeNetwork(stopped.network);
  }
  const seen: FederatedProgress[] = [];
  const resumed = await federate({ ...stoppable, checkpoint, onProgress: (progress) => seen.push(progress) });
  assert.deepEqual([seen[0]?.round, seen[0]?.client, seen[0]?.step], [2, 2, 9], 'it resumes from the last client that answered');
  assert.deepEqual(numbersOf(resumed), unbroken);
  assert.equal(tensorCount(), before);
});

test('a checkpoint of other settings is refused', async () => {
  const checkpoint = { file: join(folder, 'resumed.safetensors'), everySeconds: 0, fingerprint: 'b' };
  await assert.rejects(federate({ ...input(), checkpoint }), /loadFederatedCheckpoint: .*other settings.*delete it/);
});

test('a round in which every client fails leaves the server as it was, and says so', async () => {
  // The first of two rounds; the run is stopped at the first step of the second.
  const answers = (seed: number, round: number): number => drawParticipation({ activeClients: 2, dropOut: 0.8, seed }, 2, round).answering.length;
  const seed = [...Array(100).keys()].find((candidate) => answers(candidate, 1) === 0 && answers(candidate, 2) > 0)!;
  const { network, history, gradientEvaluations } = await federate({ ...input({ dropOut: 0.8, seed, rounds: 2 }), signal: AbortSignal.abort() });
  const start = initialParameters(model, { seed, zeroInitResidual: false });
  const statistics = initialStatistics(model);
  assert.deepEqual(networkNumbers(network), networkNumbers({ parameters: start, statistics }));
  assert.equal(gradientEvaluations, 0);
  const { asked, failed, clients: means, heldOut: evaluation } = history[0]!;
  assert.deepEqual([asked, failed, means], [[0, 1], [0, 1], undefined]);
  assert.notEqual(evaluation, undefined);
});

test('impossible settings are refused before anything is computed', async () => {
  const before = tensorCount();
  let steps = 0;
  const refused = (changes: Partial<FederatedSettings>, message: RegExp, parts = clients): Promise<void> =>
    assert.rejects(federate({ ...input(changes, parts), onProgress: () => steps++ }), { name: 'RangeError', message });
  const silent = [...Array(100).keys()].find((seed) => drawParticipation({ activeClients: 2, dropOut: 0.8, seed }, 2, 1).answering.length === 0)!;
  await refused({ dropOut: 0.8, seed: silent, rounds: 1 }, /expected an answer in one round at least, got none in 1 rounds of 2 clients each, with dropOut 0\.8/);
  await refused({}, /federate: expected \d+ images of shape \[32, 32, 3\]/, [clients[0]!, { ...clients[1]!, images: clients[1]!.images.subarray(0, 28 * 28) }]);
  await refused({}, /federate: expected labels from 0 to \d+/, [clients[0]!, { ...clients[1]!, labels: clients[1]!.labels.map(() => 200) }]);
  await refused({ activeClients: 3 }, /federate: expected activeClients of at most 2/);
  await refused({ alpha: 1.5 }, /alpha: Too big: expected number to be <=1, got 1\.5; the default is 0\.1/);
  await refused({ rho: NaN }, /rho: Invalid input: expected number, received NaN; the default is 0\.1/);
  await refused({}, /federate: expected at least 2 images for each of the 3 clients, got no data for client 1; leave that client out/, [clients[0]!, select(images, range(0, 0)), clients[1]!]);
  assert.deepEqual([steps, tensorCount()], [0, before]);
});

test('a loss that is no number ends the training as diverged, with the server of the round before', async () => {
  const { status, divergence, network, history } = await federate(input({ method: 'fedavg', learningRate: 1e30, learningRateDecay: 1, rounds: 5 }));
  assert.equal(status, 'diverged');
  assert.match(divergence ?? '', /the loss of client \d was (NaN|-?Infinity) at its step \d of round \d/);
  assert.ok(history.length < 5);
  disposeNetwork(network);
});

for (const [what, changes, expected] of [
  ["a client's weights", { learningRate: 1e39 }, /^the weights .+ were not finite after the steps of client 0 in round 1$/],
  ["the server's weights", { serverLearningRate: 1e39 }, /^the weights .+ were not finite after round 1$/],
  ['the held-out loss', { serverLearningRate: 1e30 }, /^the held-out loss was (NaN|Infinity) after round 1$/],
] as const) {
  test(`${what} that are not finite after finite losses end the training as diverged`, async () => {
    const before = tensorCount();
    const { status, divergence, network } = await federate(input({ method: 'fedavg', batchSize: 16, learningRateDecay: 1, ...changes }));
    disposeNetwork(network);
    assert.equal(status, 'diverged');
    assert.match(divergence ?? '', expected);
    assert.equal(tensorCount(), before);
  });
}

test('a damaged checkpoint is moved aside and the training starts over; one of another shape is named', async () => {
  const unbroken = numbersOf(await federate(input({}, small)));
  for (const [what, bytes] of Object.entries({ zeros: Buffer.alloc(1000), empty: Buffer.alloc(0), text: Buffer.from('no checkpoint') })) {
    const checkpoint = { file: join(folder, `damaged-${what}.safetensors`), everySeconds: 1e9, fingerprint: 'a' };
    writeFileSync(checkpoint.file, bytes);
    assert.deepEqual(numbersOf(await federate({ ...input({}, small), checkpoint })), unbroken, what);
    assert.deepEqual(readFileSync(`${checkpoint.file}.damaged`), bytes);
  }
  const checkpoint = { file: join(folder, 'shape.safetensors'), everySeconds: 0, fingerprint: 'a' };
  disposeNetwork((await federate({ ...input({}, small), checkpoint })).network);
  const { tensors, metadata } = readSafetensors(checkpoint.file);
  for (const position of ['{', '7', '{"history":7}', JSON.stringify({ ...(JSON.parse(metadata['position']!) as object), sums: null })]) {
    writeSafetensors(checkpoint.file, tensors, { ...metadata, position });
    await assert.rejects(federate({ ...input({}, small), checkpoint }), /^Error: loadFederatedCheckpoint: the checkpoint .*shape\.safetensors has no readable position; delete it to start/);
  }
});

test('progress counts rounds, clients and steps; each round has its line; no tensor is made from step to step, or left behind', async () => {
  const before = tensorCount();
  const seen: FederatedProgress[] = [];
  const counts = new Set<number>();
  const outcome = await federate({ ...input(), onProgress: (progress) => (seen.push(progress), counts.add(tensorCount())) });
  assert.deepEqual(
    seen.map(({ round, client, step, steps }) => [round, client, step, steps]),
    [[1, 1, 1, 6], [1, 2, 2, 6], [1, 2, 3, 6], [2, 1, 4, 6], [2, 2, 5, 6], [2, 2, 6, 6]],
  );
  assert.ok(seen.every(({ secondsLeft, imagesPerSecond, loss }) => secondsLeft >= 0 && imagesPerSecond > 0 && loss > 0));
  assert.equal(seen.at(-1)?.secondsLeft, 0);
  assert.deepEqual(outcome.history.map(({ round, learningRate }) => [round, learningRate]), [[1, 0.05], [2, 0.025]]);
  assert.ok(outcome.history.every(({ clients: means }) => means !== undefined && means.updateNorm > 0 && means.clientDrift > 0));
  assert.equal(counts.size, 1, `tensors after each step: ${[...counts].join(', ')}`);
  disposeNetwork(outcome.network);
  assert.equal(tensorCount(), before);
});

test('an error from a listener passes through and leaves no tensor', async () => {
  const before = tensorCount();
  const onProgress = (): never => {
    throw new Error('no room to draw');
  };
  await assert.rejects(federate({ ...input(), onProgress }), { message: 'no room to draw' });
  assert.equal(tensorCount(), before);
});
