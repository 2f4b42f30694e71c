import { test } from 'node:test';
import { PlainVector } from '../engine/plainVector';
import type { ParameterSpec } from '../engine/vector';
import type { Objective } from '../optim/step';
import { expectAllClose } from '../testing/expectAllClose';
import { readFixture } from '../testing/fixture';
import { hashed } from '../testing/hashed';
import { localOptimizer, localStep } from './localMethod';
import { clientWeights, serverStep, type ServerState } from './server';
import { FEDERATED_METHODS, localLearningRate, type FederatedSettings } from './settings';

type Method = FederatedSettings['method'];

/** What PyTorch did in double precision (make_federated.py). */
interface FederatedFixture extends Record<Method, readonly { readonly parameters: number[][]; readonly direction: number[][] }[]> {
  readonly inputs: number;
  readonly outputs: number;
  /** Images, or here rows, of each client. */
  readonly sizes: readonly number[];
  /** Who answers in each round. */
  readonly rounds: readonly (readonly number[])[];
  readonly batch: number;
  readonly localEpochs: number;
  readonly learningRate: number;
  readonly learningRateDecay: number;
  readonly serverLearningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly rho: number;
  readonly alpha: number;
}

const fixture = readFixture('federated.json') as FederatedFixture;
const { inputs, outputs } = fixture;
const specs: readonly ParameterSpec[] = [
  { name: 'weight', kind: 'weight', shape: [inputs, outputs] },
  { name: 'bias', kind: 'bias', shape: [outputs] },
];

/** Half the mean square of x W + b - y over the rows from `first` on, and its gradient. */
function leastSquares(client: number, first: number): Objective<PlainVector> {
  const rows = fixture.sizes[client]!;
  const x = hashed(`federated/${client}/x`, rows * inputs);
  const y = hashed(`federated/${client}/y`, rows * outputs);
  return ({ elements }) => {
    const [weight, bias] = elements as [Float64Array, Float64Array];
    const gradient = [new Float64Array(inputs * outputs), new Float64Array(outputs)] as const;
    let loss = 0;
    for (let row = first; row < first + fixture.batch; row++) {
      for (let output = 0; output < outputs; output++) {
        const input = (index: number): number => x[row * inputs + index]!;
        let residual = bias[output]! - y[row * outputs + output]!;
        for (let index = 0; index < inputs; index++) residual += input(index) * weight[index * outputs + output]!;
        loss += residual ** 2 / 2 / fixture.batch;
        gradient[1][output]! += residual / fixture.batch;
        for (let index = 0; index < inputs; index++) gradient[0][index * outputs + output]! += (input(index) * residual) / fixture.batch;
      }
    }
    return { loss, gradient: new PlainVector(specs, gradient) };
  };
}

/** A client's parameters after its epochs, and the number of its steps. */
function trainClient(method: Method, client: number, server: ServerState<PlainVector>, learningRate: number): { readonly parameters: PlainVector; readonly steps: number } {
  const step = localStep({ ...fixture, method });
  const optimizer = localOptimizer({ ...fixture, method }, server.direction);
  const parameters = server.parameters.clone();
  let current = { parameters, state: optimizer.init(parameters) };
  let steps = 0;
  for (let epoch = 0; epoch < fixture.localEpochs; epoch++) {
    for (let first = 0; first < fixture.sizes[client]!; first += fixture.batch, steps++) {
      current = step({ ...current, objective: leastSquares(client, first), optimizer, learningRate });
    }
  }
  return { parameters: current.parameters, steps };
}

for (const method of FEDERATED_METHODS) {
  test(`three rounds of ${method} on a linear model are PyTorch's, with clients of different size, some of them absent`, () => {
    const start = new PlainVector(specs, [Float64Array.from(hashed('federated/weight', inputs * outputs)), Float64Array.from(hashed('federated/bias', outputs))]);
    let server: ServerState<PlainVector> = { parameters: start, direction: start.zeros() };
    fixture.rounds.forEach((answering, index) => {
      const learningRate = localLearningRate(fixture, index + 1);
      const weights = clientWeights(answering.map((client) => fixture.sizes[client]!));
      const average = start.zeros();
      let localSteps = 0;
      answering.forEach((client, position) => {
        const { parameters, steps } = trainClient(method, client, server, learningRate);
        average.addScaledInPlace(parameters, weights[position]!);
        localSteps += weights[position]! * steps;
      });
      server = serverStep(server, { average, localSteps, learningRate, serverLearningRate: fixture.serverLearningRate });
      const expected = fixture[method][index]!;
      // Both are double precision; only the order of the sums differs.
      expectAllClose(server.parameters.toArrays().flatMap((array) => [...array]), expected.parameters.flat(), { relative: 1e-11, absolute: 1e-13 }, `round ${index + 1}, parameters`);
      expectAllClose(server.direction.toArrays().flatMap((array) => [...array]), expected.direction.flat(), { relative: 1e-11, absolute: 1e-13 }, `round ${index + 1}, direction`);
    });
  });
}
