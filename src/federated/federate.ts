import { checkDataset } from '../data/checkDataset';
import { nonFiniteNetwork } from '../train/divergence';
import { longWork, type LongWork } from '../progress/longWork';
import type { NetworkState } from '../train/network';
import { checkClients } from './clients';
import { FederatedRun, type FederatedInput } from './federatedRun';
import { LocalTraining } from './localTraining';
import type { RoundRecord } from './record';
import { checkFederatedSettings } from './schema';

/** How a federated training ended. The network is the server's and belongs to the caller. */
export interface FederatedOutcome {
  readonly status: 'finished' | 'stopped' | 'diverged';
  /** What happened, for a training that diverged. Its network is the server's after the last complete round; that server may be what is not finite. */
  readonly divergence?: string;
  readonly network: NetworkState;
  readonly history: readonly RoundRecord[];
  readonly seconds: number;
  /** Gradients of a batch's loss that the answering clients computed. */
  readonly gradientEvaluations: number;
}

/** How a training ended, apart from its numbers. */
type End = Pick<FederatedOutcome, 'status' | 'divergence'>;

/** Makes a client's steps of the round. @returns how the training ended, if it ended here. */
async function trainClient(run: FederatedRun, client: number, { model, settings, clients }: FederatedInput, work: LongWork): Promise<End | undefined> {
  const local = new LocalTraining(model, settings, { images: clients[client]!, client, round: run.round, step: run.step }, run.vectors);
  try {
    let step = 0;
    for (const batch of local.batches()) {
      const loss = local.takeStep(batch);
      run.report(local.sums, ++step);
      if (!Number.isFinite(loss)) {
        return { status: 'diverged', divergence: `the loss of client ${client} was ${loss} at its step ${step} of round ${run.round}` };
      }
      if (work.stopping) {
        run.save(true);
        return { status: 'stopped' };
      }
      await new Promise(setImmediate);
    }
    const broken = nonFiniteNetwork(model, local.network);
    if (broken !== undefined) {
      return { status: 'diverged', divergence: `${broken} after the steps of client ${client} in round ${run.round}` };
    }
    run.addClient(local);
    return undefined;
  } finally {
    local.dispose();
  }
}

async function trainRounds(run: FederatedRun, input: FederatedInput, work: LongWork): Promise<End> {
  while (run.round <= input.settings.rounds) {
    for (const client of run.clientsLeft) {
      const end = await trainClient(run, client, input, work);
      if (end !== undefined) {
        return end;
      }
    }
    const divergence = await run.closeRound();
    if (divergence !== undefined) {
      return { status: 'diverged', divergence };
    }
  }
  return { status: 'finished' };
}

/**
 * Federated training, simulated on one machine: in each round the server hands its weights to some clients, each makes
 * its local steps on its own images, and the server steps towards the average of what comes back, weighted by the
 * clients' numbers of images.
 *
 * Running batch-norm statistics start at the server's, move only at w, and are averaged with the same weights, without the
 * server's learning rate. A round in which no client answers leaves the server as it was, Delta included. The same input gives
 * the same numbers, whether or not the training was stopped or killed and taken up again from its checkpoint, which is written
 * when a client has answered.
 *
 * When its `signal` or the kernel's interrupt asks for it, it ends as `stopped` after the step under way, and resumes from the last
 * client that answered.
 *
 * @throws RangeError before anything is computed, if a setting is out of range, more clients are asked than there are, a
 *   client has no data or data that do not fit the network, no client answers in any round, or the rule keeps a state or is given
 *   to FedAvg; Error for a checkpoint of other settings.
 * @source McMahan et al. 2017 (arXiv 1602.05629), algorithm 1; Qu et al. 2022, "Generalized federated learning via sharpness aware minimization" (arXiv 2206.02618).
 * @example
 * const { network, history } = await federated.federate({ model, settings: federated.DEFAULT_FEDERATED_CONFIG, clients: divideAmongClients(trainingSet, federated.DEFAULT_FEDERATED_CONFIG) });
 */
export function federate(input: FederatedInput): Promise<FederatedOutcome> {
  return longWork(`federate ${input.model.name}`, input, (work) => federateAs(work, input));
}

async function federateAs(work: LongWork, input: FederatedInput): Promise<FederatedOutcome> {
  checkFederatedSettings(input.settings, input.clients.length);
  checkClients('federate', input.clients, 'leave that client out, or divide the images otherwise');
  [...input.clients, ...(input.heldOut ? [input.heldOut] : [])].forEach((images) => checkDataset('federate', images, input.model));
  const run = new FederatedRun(reportingTo(work, input));
  run.open();
  try {
    const end = await trainRounds(run, input, work);
    if (end.status === 'stopped') {
      work.tellStopped(`The outcome has status 'stopped', with the server's network and the rounds so far${input.checkpoint ? '; its checkpoint is stored' : ''}.`);
    }
    return { ...end, ...run.handOver() };
  } catch (error) {
    run.dispose();
    throw error;
  }
}

/** The input with an `onProgress` that also reports to the work how far it is. */
function reportingTo(work: LongWork, input: FederatedInput): FederatedInput {
  return {
    ...input,
    onProgress: (progress) => {
      const { step, steps, loss } = progress;
      work.report({ done: step, of: steps, unit: `steps of clients, loss ${loss.toPrecision(4)}` });
      input.onProgress?.(progress);
    },
  };
}
