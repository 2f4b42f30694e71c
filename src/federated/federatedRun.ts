import { imageCount, type Dataset } from '../data/dataset';
import { initialParameters, initialStatistics } from '../models/initialise';
import type { Model } from '../models/model';
import type { PerturbationRule } from '../optim/perturbation';
import type { Step } from '../optim/step';
import { nonFiniteEvaluation, nonFiniteNetwork } from '../train/divergence';
import { uninterrupted } from '../progress/longWork';
import type { Stoppable } from '../progress/work';
import { evaluate } from '../train/evaluate';
import { disposeNetwork, type NetworkState } from '../train/network';
import type { CheckpointOptions } from '../train/trainingInput';
import { loadFederatedCheckpoint, saveFederatedCheckpoint, type FederatedPosition, type FederatedVectors } from './checkpoint';
import { localSteps } from './clients';
import { localStep } from './localMethod';
import { addSums, NO_IMAGES, type ImageSums, type LocalTraining } from './localTraining';
import { drawParticipation, type Participation } from './participation';
import type { ClientMeans, FederatedProgress, RoundRecord } from './record';
import { clientWeights, serverStep } from './server';
import { localLearningRate, type FederatedSettings } from './settings';
import { fromVector, toVector } from './statistics';

/** What a federated training is made from. */
export interface FederatedInput extends Stoppable {
  readonly model: Model;
  readonly settings: FederatedSettings;
  /** The images of each client. */
  readonly clients: readonly Dataset[];
  /** The server is measured on them after each round; never the test set. */
  readonly heldOut?: Dataset;
  /** Makes the clients' perturbation in FedSAM and MoFedSAM; it may keep no state from step to step. Default: SAM in the 2-norm. */
  readonly rule?: PerturbationRule;
  readonly checkpoint?: CheckpointOptions;
  /** Called after every step; in a notebook a bar shows the same unless this is given. */
  readonly onProgress?: (progress: FederatedProgress) => void;
}

/** One client that answers in a round. */
interface Answering {
  readonly client: number;
  /** Its weight in the average. */
  readonly weight: number;
  /** Steps that it makes. */
  readonly steps: number;
}

/** Who takes part in a round, with the weights and steps of those who answer. */
type Round = Omit<Participation, 'answering'> & { readonly answering: readonly Answering[] };

/** Where every training begins. */
export const START: FederatedPosition = { history: [], clientsDone: 0, sums: NO_IMAGES, squaredUpdates: 0, steps: 0, gradientEvaluations: 0, roundSeconds: 0, seconds: 0 };

function planRounds({ settings, clients }: FederatedInput): Round[] {
  return Array.from({ length: settings.rounds }, (_, index) => {
    const { answering, ...participation } = drawParticipation(settings, clients.length, index + 1);
    const weights = clientWeights(answering.map((client) => imageCount(clients[client]!)));
    return { ...participation, answering: answering.map((client, position) => ({ client, weight: weights[position]!, steps: localSteps(clients[client]!, settings) })) };
  });
}

/** A server that no client ever answers would end as it began. @throws RangeError if there is no answer in any round. */
function checkAnswers(plan: readonly Round[], { rounds, activeClients, dropOut, seed }: FederatedSettings): void {
  if (plan.every(({ answering }) => answering.length === 0)) {
    throw new RangeError(
      `federate: expected an answer in one round at least, got none in ${rounds} rounds of ${activeClients} clients each, with dropOut ${dropOut} and seed ${seed}; lower dropOut, ask more clients or rounds, or change the seed.`,
    );
  }
}

/** One federated training: the server's vectors, its place, and what moves both. */
export class FederatedRun {
  /** The step of every client. */
  readonly step: Step;
  private readonly plan: readonly Round[];
  private readonly steps: number;
  private position = START;
  vectors!: FederatedVectors;
  private resumedAt = performance.now();
  private savedAt = performance.now();

  constructor(private readonly input: FederatedInput) {
    this.step = localStep(input.settings, input.rule);
    this.plan = planRounds(input);
    checkAnswers(this.plan, input.settings);
    this.steps = this.plan.flatMap(({ answering }) => answering).reduce((sum, { steps }) => sum + steps, 0);
  }

  /** Takes up the checkpoint, or draws the initial weights. */
  open(): void {
    const { model, settings, checkpoint } = this.input;
    const saved = checkpoint && loadFederatedCheckpoint(checkpoint.file, model, checkpoint.fingerprint);
    if (saved) {
      this.position = saved.position;
      this.vectors = saved.vectors;
    } else {
      const parameters = initialParameters(model, settings);
      const statistics = toVector(model, initialStatistics(model));
      this.vectors = { parameters, direction: parameters.zeros(), statistics, parameterSum: parameters.zeros(), statisticsSum: statistics.zeros() };
    }
    this.resumedAt = this.savedAt = performance.now();
  }

  /** The round under way, counted from 1. */
  get round(): number {
    return this.position.history.length + 1;
  }

  private get current(): Round {
    return this.plan[this.round - 1]!;
  }

  /** Clients of the round that have not answered yet and will. */
  get clientsLeft(): readonly number[] {
    return this.current.answering.slice(this.position.clientsDone).map(({ client }) => client);
  }

  /** Adds the time since the last call to the clock. */
  private tick(): void {
    const now = performance.now();
    const passed = (now - this.resumedAt) / 1000;
    this.resumedAt = now;
    this.position = { ...this.position, seconds: this.position.seconds + passed, roundSeconds: this.position.roundSeconds + passed };
  }

  /** @param local what the client that is learning has seen. @param step its steps so far. */
  report(local: ImageSums, step: number): void {
    this.tick();
    const { onProgress, settings, clients } = this.input;
    const { sums, clientsDone, steps, seconds, roundSeconds, history } = this.position;
    const { loss, errors, images } = addSums(sums, local);
    const done = steps + step;
    const { name, synthetic } = clients[0]!;
    onProgress?.({
      trainingSet: { name, synthetic },
      round: this.round,
      rounds: settings.rounds,
      client: clientsDone + 1,
      clients: this.current.answering.length,
      step: done,
      steps: this.steps,
      loss: loss / images,
      error: (100 * errors) / images,
      imagesPerSecond: images / roundSeconds,
      secondsLeft: (seconds / done) * (this.steps - done),
      history,
    });
  }

  /** Adds what a client came back with to the round's sums. */
  addClient(local: LocalTraining): void {
    const { clientsDone, sums, squaredUpdates, steps, gradientEvaluations } = this.position;
    const answering = this.current.answering[clientsDone]!;
    const update = local.parameters.plus(this.vectors.parameters, -1);
    const squaredUpdate = update.norm() ** 2;
    update.dispose();
    this.vectors.parameterSum.addScaledInPlace(local.parameters, answering.weight);
    this.vectors.statisticsSum.addScaledInPlace(local.statistics, answering.weight);
    this.position = {
      ...this.position,
      clientsDone: clientsDone + 1,
      sums: addSums(sums, local.sums),
      squaredUpdates: squaredUpdates + answering.weight * squaredUpdate,
      steps: steps + answering.steps,
      gradientEvaluations: gradientEvaluations + local.sums.gradientEvaluations,
    };
    this.save();
  }

  /** The server's step, if any client answered. */
  private moveServer(learningRate: number): ClientMeans | undefined {
    const { answering } = this.current;
    if (answering.length === 0) {
      return undefined;
    }
    const { parameters, direction, statistics, parameterSum, statisticsSum } = this.vectors;
    const meanSteps = answering.reduce((sum, { weight, steps }) => sum + weight * steps, 0);
    const next = serverStep(this.vectors, {
      average: parameterSum,
      localSteps: meanSteps,
      learningRate,
      serverLearningRate: this.input.settings.serverLearningRate,
    });
    this.vectors = { ...next, statistics: statisticsSum, parameterSum: parameterSum.zeros(), statisticsSum: statisticsSum.zeros() };
    [parameters, direction, statistics, parameterSum].forEach((vector) => vector.dispose());
    const { sums, squaredUpdates } = this.position;
    const updateNorm = next.direction.norm() * meanSteps * learningRate;
    return {
      trainLoss: sums.loss / sums.images,
      trainTop1Error: (100 * sums.errors) / sums.images,
      updateNorm,
      // The mean square around the average; rounding may take it below 0 where all clients agree.
      clientDrift: Math.sqrt(Math.max(0, squaredUpdates - updateNorm ** 2)),
    };
  }

  /** Closes the round: the server's step, its evaluation, and a line in the history. @returns in what way the server's network broke, if it did. */
  async closeRound(): Promise<string | undefined> {
    const { model, heldOut, settings } = this.input;
    const { asked, failed } = this.current;
    const learningRate = localLearningRate(settings, this.round);
    const clients = this.moveServer(learningRate);
    const broken = nonFiniteNetwork(model, this.network);
    // The server has moved, and its earlier state is gone.
    const evaluation = heldOut && broken === undefined ? await uninterrupted(() => evaluate(model, this.network, heldOut, settings.normalization)) : undefined;
    const divergence = broken ?? nonFiniteEvaluation('held-out', evaluation);
    this.tick();
    const record: RoundRecord = {
      round: this.round,
      learningRate,
      asked,
      failed,
      ...(clients ? { clients } : {}),
      ...(evaluation && divergence === undefined ? { heldOut: evaluation } : {}),
      seconds: this.position.roundSeconds,
    };
    this.position = { ...this.position, history: [...this.position.history, record], clientsDone: 0, sums: NO_IMAGES, squaredUpdates: 0, roundSeconds: 0 };
    if (divergence !== undefined) {
      return `${divergence} after round ${record.round}`;
    }
    // Always saved after the last round, so that a stop in a long evaluation loses no round.
    this.save(this.round > settings.rounds);
    return undefined;
  }

  /** Saves a checkpoint, if the last one is old enough or `now` is asked for. */
  save(now = false): void {
    const { checkpoint } = this.input;
    if (checkpoint && (now || performance.now() - this.savedAt >= 1000 * checkpoint.everySeconds)) {
      saveFederatedCheckpoint(checkpoint.file, { position: this.position, vectors: this.vectors }, checkpoint.fingerprint);
      this.savedAt = performance.now();
    }
  }

  /** The server's network; the tensors stay the run's own. */
  get network(): NetworkState {
    return { parameters: this.vectors.parameters, statistics: fromVector(this.vectors.statistics) };
  }

  /** Hands the network over, with what is known of the training, and frees the rest. */
  handOver(): { readonly network: NetworkState } & Pick<FederatedPosition, 'history' | 'seconds' | 'gradientEvaluations'> {
    const { network, vectors } = this;
    [vectors.direction, vectors.parameterSum, vectors.statisticsSum].forEach((vector) => vector.dispose());
    const { history, seconds, gradientEvaluations } = this.position;
    return { network, history, seconds, gradientEvaluations };
  }

  /** Frees everything, after an error. */
  dispose(): void {
    disposeNetwork(this.handOver().network);
  }
}
