import { comparisonRows, type ComparedRun, type JudgedResult } from '../experiment/comparisonRows';
import type { FederatedResult } from '../federated/result';
import { FEDERATED_METHODS, type FederatedConfig } from '../federated/settings';
import { federatedRounds } from './figures/federatedRounds';
import type { MethodStudy } from './methodStudies';
import type { NamedFigures } from './figures/specification';
import { comparisonNotes, drawNote } from './studyNotes';
import { describeModel, describeSeeds } from './recipe';

/** The names of the federated methods; the others are tested against the first. */
export const FEDERATED_NAMES: Readonly<Record<FederatedConfig['method'], string>> = { fedavg: 'FedAvg', fedsam: 'FedSAM', mofedsam: 'MoFedSAM' };

const BASE = FEDERATED_NAMES.fedavg;

/** The stored federated runs of real images, split by preset and by all settings but method and seed. */
export function federatedGroups(results: readonly FederatedResult[]): readonly (readonly FederatedResult[])[] {
  const groups = new Map<string, FederatedResult[]>();
  for (const result of results.filter(({ preset }) => !preset.startsWith('quick'))) {
    const key = JSON.stringify([result.preset, { ...result.config, method: '', seed: 0 }]);
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  return [...groups.values()];
}

/** The comparison that runs of one group make: errors on the test images, and paired t tests against FedAvg. */
export function federatedStudy(group: readonly FederatedResult[]): MethodStudy {
  const { config } = group[0]!;
  const ordered = FEDERATED_METHODS.flatMap((method) => group.filter((result) => result.config.method === method));
  const rows = comparisonRows(ordered.map(comparedRun), BASE);
  return {
    dataset: config.dataset,
    title: 'FedAvg, FedSAM and MoFedSAM — quick runs on a small budget',
    caption: federatedCaption(group),
    rows,
    notes: [
      ...comparisonNotes(rows, BASE, 'the same seed, clients and failures'),
      ...drawNote(group.map((result) => result.config), 'images and clients'),
      "Gradients are those of all clients; training errors are the clients' own in the last round.",
      `ρ = ${config.rho}, α = ${config.alpha}, local learning rate ${config.learningRate}, ${config.localEpochs} local epochs in batches of ${config.batchSize}: nothing was tuned.`,
    ],
  };
}

function comparedRun(result: FederatedResult): ComparedRun<JudgedResult> {
  const { status, final, gradientEvaluations, config, history } = result;
  return {
    label: FEDERATED_NAMES[config.method],
    budget: 'epochs',
    result: { status, final, gradientEvaluations, config: { seed: config.seed, epochs: config.rounds }, history: history.flatMap(({ clients }) => clients ?? []) },
  };
}

function federatedCaption(group: readonly FederatedResult[]): string {
  const { config, data } = group[0]!;
  const counts = data.clientClassCounts.flat().reduce((sum, count) => sum + count, 0);
  const division = config.partition === 'iid' ? 'evenly' : `by a Dirichlet distribution of concentration ${config.concentration}`;
  const images = `${data.name}${data.synthetic ? ' (embedded synthetic images, not CIFAR)' : ''}, ${counts.toLocaleString('en-US')} training images divided ${division}`;
  const round = `${config.activeClients} of ${config.clients} clients asked in each of ${config.rounds} rounds, ${100 * config.dropOut} % of them do not answer`;
  return `${images}, ${data.testImages.toLocaleString('en-US')} test images; ${describeModel(config)}; ${round}; ${describeSeeds(group.map((result) => result.config.seed))}`;
}

/** "Runs: FedAvg [0](...), [1](...); FedSAM [0](...).", each seed a link to its result file. */
export function linkedRuns(group: readonly FederatedResult[]): string {
  const ofMethod = FEDERATED_METHODS.flatMap((method) => {
    const seeds = group.filter(({ config }) => config.method === method).map(({ id, config: { seed } }) => `[${seed}](data/results/federated/${id}.json)`);
    return seeds.length === 0 ? [] : [`${FEDERATED_NAMES[method]} ${seeds.join(', ')}`];
  });
  return `Runs, by seed: ${ofMethod.join('; ')}.`;
}

/** The figures of stored federated runs: error and drift of the clients by round, one figure a group. */
export function federatedFigures(results: readonly FederatedResult[]): NamedFigures {
  return Object.fromEntries(
    federatedGroups(results).map((group, index) => [
      `federated-rounds${index === 0 ? '' : `-${index + 1}`}`,
      federatedRounds({
        title: 'Federated training, round by round — quick runs on a small budget',
        caption: `${federatedCaption(group)}. Means over seeds. Left: the server on held-out images. Right: root mean square distance of the clients from their average.`,
        methods: FEDERATED_METHODS.map((method) => ({ name: FEDERATED_NAMES[method], runs: group.filter((result) => result.config.method === method && result.status === 'finished') })),
      }),
    ]),
  );
}
