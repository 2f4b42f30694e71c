import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlainVector } from '../../engine/plainVector';
import { localOptimizer, localStep } from '../../federated/localMethod';
import { serverStep, type ServerState } from '../../federated/server';
import type { FederatedSettings } from '../../federated/settings';
import { FIGURE_1_DESCENT } from './figures';
import { coordinates, FLAT_WELL, planarObjective, SHARP_AND_FLAT, SHARP_WELL, type Well } from '../../planar/planarLoss';
import { asam } from '../../optim/asam';
import { dynamicMask } from '../../optim/dynamicMask';
import { fgsm } from '../../optim/fgsm';
import { fisherMask } from '../../optim/fisherMask';
import { msam } from '../../optim/msam';
import { matchingTwoNorm } from '../../optim/radius';
import { sam } from '../../optim/sam';
import { sgd } from '../../optim/sgd';
import { lookSam } from '../../optim/lookSam';
import { sharpnessAware, type SharpnessAwareSettings } from '../../optim/sharpnessAware';
import type { MethodState } from '../../optim/step';
import { sparse } from '../../optim/sparse';
import type { Objective } from '../../optim/step';

/** The descent of Figure 1: from here SGD rolls into the sharp well, which is the deeper one and the nearer. */
const { start, learningRate, momentum, rho: RHO } = FIGURE_1_DESCENT;
/** Twice the figure's steps, so that every method has settled as far as it does. */
const STEPS = 2 * FIGURE_1_DESCENT.steps;
const LAST = STEPS / 10;

/** The points of a method's last steps. */
function lastPoints(settings: SharpnessAwareSettings, rho: number): (readonly [number, number])[] {
  const optimizer = sgd<PlainVector>({ momentum, nesterov: false, weightDecay: 0 });
  const objective = planarObjective(SHARP_AND_FLAT);
  const method = sharpnessAware(settings);
  const parameters = PlainVector.of(...start);
  const kept: MethodState<PlainVector> = method.init();
  let current = { parameters, state: optimizer.init(parameters), method: kept };
  return Array.from({ length: STEPS }, () => {
    const sampleGradient = (point: PlainVector): PlainVector => objective(point, 'perturbed').gradient;
    current = method.step({ ...current, objective, optimizer, learningRate, rho, sampleGradient });
    return coordinates(current.parameters);
  }).slice(-LAST);
}

const METHODS: Readonly<Record<string, SharpnessAwareSettings>> = {
  SAM: { rule: sam() },
  'SAM, p = 1.5': { rule: matchingTwoNorm(sam({ p: 1.5 }), 1.5) },
  'SAM, p = infinity': { rule: matchingTwoNorm(sam({ p: Infinity }), Infinity) },
  'multi-step FGSM': { rule: matchingTwoNorm(fgsm({ steps: 3 }), Infinity) },
  'multi-step FGSM with momentum': { rule: matchingTwoNorm(fgsm({ steps: 3, momentum: 1 }), Infinity) },
  'multi-step FGSM in the 2-norm': { rule: fgsm({ steps: 3, p: 2 }) },
  ASAM: { rule: asam() },
  'sparse SAM, Fisher mask': { rule: sparse(sam(), fisherMask({ sparsity: 0.5, samples: 1, every: 1 })) },
  'sparse SAM, dynamic mask': { rule: sparse(sam(), dynamicMask({ sparsity: 0.5, dropRate: 1, every: 1, totalSteps: 10_000, seed: 0 })) },
  LookSAM: { rule: sam(), descent: lookSam({ every: 2, alpha: 0.5 }) },
  MSAM: { rule: msam() },
};

interface Clients {
  readonly method: FederatedSettings['method'];
  readonly alpha: number;
  readonly momentum: number;
  readonly learningRate: number;
  readonly localSteps: number;
}

/** MoFedSAM keeps its momentum on the server: with this alpha and rate, one local step per round makes it equal to the other methods' momentum. */
const FEDERATED: readonly Clients[] = [
  ...(['fedavg', 'fedsam'] as const).map((method) => ({ method, alpha: 1, momentum, learningRate, localSteps: 10 })),
  { method: 'mofedsam', alpha: 1 - momentum, momentum: 0, learningRate: learningRate / (1 - momentum), localSteps: 1 },
];

/** A client's parameters after its steps of a round. */
function trainClient(objective: Objective<PlainVector>, clients: Clients, server: ServerState<PlainVector>, rho: number): PlainVector {
  const optimizer = localOptimizer({ ...clients, weightDecay: 0 }, server.direction);
  const step = localStep({ ...clients, rho });
  const parameters = server.parameters.clone();
  let current = { parameters, state: optimizer.init(parameters) };
  for (let taken = 0; taken < clients.localSteps; taken++) {
    current = step({ ...current, objective, optimizer, learningRate: clients.learningRate });
  }
  return current.parameters;
}

/** Figure 1's loss and a slope along x. */
function tilted(slope: number): Objective<PlainVector> {
  const { loss, gradient } = SHARP_AND_FLAT;
  return planarObjective({
    loss: (x, y) => loss(x, y) + slope * x,
    gradient: (x, y) => {
      const [dx, dy] = gradient(x, y);
      return [dx + slope, dy];
    },
  });
}

/** The server's points after the last rounds, with two clients whose losses are tilted in opposite directions. */
function lastServers(clients: Clients, rho: number): (readonly [number, number])[] {
  const objectives = [tilted(0.2), tilted(-0.2)];
  let server: ServerState<PlainVector> = { parameters: PlainVector.of(...start), direction: PlainVector.of(0, 0) };
  return Array.from({ length: STEPS }, () => {
    const average = PlainVector.of(0, 0);
    objectives.forEach((objective) => average.addScaledInPlace(trainClient(objective, clients, server, rho), 1 / objectives.length));
    server = serverStep(server, { average, localSteps: clients.localSteps, learningRate: clients.learningRate, serverLearningRate: 1 });
    return coordinates(server.parameters);
  }).slice(-LAST);
}

/** The distance of the farthest point from the centre of a well. */
function farthest(points: readonly (readonly [number, number])[], { centre }: Well): number {
  return Math.max(...points.map(([x, y]) => Math.hypot(x - centre[0], y - centre[1])));
}

/** How near a minimum is to the centre of its well, and how near to it paths that still move stay: half the width for the flat one. */
const NEAR = { sharp: SHARP_WELL.width / 2, flat: FLAT_WELL.width / 2 };

for (const [name, settings] of Object.entries(METHODS)) {
  test(`${name} ends in the flat well, and with rho 0 in the sharp one`, () => {
    assert.ok(farthest(lastPoints(settings, 0), SHARP_WELL) < NEAR.sharp);
    assert.ok(farthest(lastPoints(settings, RHO), FLAT_WELL) < NEAR.flat);
  });
}

for (const clients of FEDERATED) {
  const perturbed = clients.method !== 'fedavg';
  test(`${clients.method} ends in the ${perturbed ? 'flat well, and with rho 0 in the sharp one' : 'sharp well'}`, () => {
    assert.ok(farthest(lastServers(clients, 0), SHARP_WELL) < NEAR.sharp);
    assert.ok(!perturbed || farthest(lastServers(clients, RHO), FLAT_WELL) < NEAR.flat);
  });
}
