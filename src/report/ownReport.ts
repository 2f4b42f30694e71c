import { methodLabel } from '../experiment/methodLabel';
import type { ExperimentConfig } from '../experiment/config';
import type { RunResult } from '../experiment/result';
import { goalsMarkdown, timesMarkdown } from './benchTables';
import { pictures } from './contents';
import { federatedGroups, federatedStudy } from './federatedStudy';
import { CURVATURE_NOT_RUN, landscapeContents, NOT_MEASURED } from './landscapeContents';
import { methodStudyMarkdown } from './methodStudies';
import type { StoredWork } from './publishedWork';
import { describeModel } from './recipe';
import { recordsToMarkdown, type Headings } from './recordTable';
import type { NamedFigures } from './figures/specification';
import { errorRows } from './rows';
import { errorText, runsText } from './tableText';

/** A user's own runs that differ only in their seed, as text. */
interface OwnRow {
  readonly grid: string;
  readonly data: string;
  readonly network: string;
  readonly method: string;
  readonly differs: string;
  readonly epochs: number;
  readonly training: string;
  readonly judged: string;
  readonly top1: string;
  readonly top5: string;
  readonly runs: string;
}

const HEADINGS: Headings = {
  grid: 'Grid', data: 'Images', network: 'Network', method: 'Method', differs: 'Differs in', epochs: 'Epochs', training: 'Training error, %',
  judged: 'Judged on', top1: 'Top-1 error, %', top5: 'Top-5 error, %', runs: 'Runs',
};

/** Settings that decide no numbers, or that a row names elsewhere. */
const NAMED: ReadonlySet<string> = new Set<keyof ExperimentConfig>(['seed', 'kernels', 'snapshotEvery', 'dataset', 'model', 'stem', 'epochs', 'method', 'evaluateOn', 'imagesPerClass']);

function cellKey({ preset, config, data }: RunResult): string {
  return JSON.stringify([preset, data.name, { ...config, seed: 0, kernels: '', snapshotEvery: 0 }]);
}

/** The settings that differ between these runs and are neither in the method's label nor in another column. */
function variedSettings(results: readonly RunResult[]): readonly (keyof ExperimentConfig)[] {
  const keys = Object.keys(results[0]?.config ?? {}) as (keyof ExperimentConfig)[];
  return keys.filter((key) => !NAMED.has(key) && new Set(results.map(({ config }) => config[key])).size > 1);
}

function rowOf(runs: readonly RunResult[], varied: readonly (keyof ExperimentConfig)[]): OwnRow {
  const [first] = runs as readonly [RunResult];
  const { preset, config, data } = first;
  const [row] = errorRows(runs);
  const trained = runs.flatMap(({ history }) => history.slice(-1).map(({ trainTop1Error }) => trainTop1Error));
  return {
    grid: preset === 'none' ? 'single runs' : preset,
    data: `${data.name}${data.synthetic ? ' (embedded synthetic images, not CIFAR)' : ''}, ${data.trainImages.toLocaleString('en-US')} for training`,
    network: describeModel(config),
    method: methodLabel(config),
    differs: varied.map((key) => `${key} ${config[key]}`).join(', ') || '–',
    epochs: config.epochs,
    training: trained.length === 0 ? '–' : (trained.reduce((sum, error) => sum + error, 0) / trained.length).toFixed(2),
    judged: config.evaluateOn === 'test' ? `${data.testImages.toLocaleString('en-US')} test images` : `${data.heldOutImages.toLocaleString('en-US')} held-out images`,
    top1: errorText(row!, 'top1'),
    top5: errorText(row!, 'top5'),
    runs: runsText(row!),
  };
}

function ownRows(results: readonly RunResult[]): readonly OwnRow[] {
  const cells = new Map<string, RunResult[]>();
  for (const result of results) {
    cells.set(cellKey(result), [...(cells.get(cellKey(result)) ?? []), result]);
  }
  const varied = variedSettings(results);
  return [...cells.values()].map((runs) => rowOf(runs, varied));
}

/** The report of a user's own work: its tables and figures, without the project's. Parts without results are left out. */
export function ownReport(work: StoredWork, figures: NamedFigures): string {
  const { results, federated, benchmarks } = work;
  const groups = federatedGroups(federated).map(federatedStudy);
  const landscapes = landscapeContents(work.studies, figures);
  const parts: readonly (readonly [string, readonly string[]])[] = [
    ['Runs', results.length === 0 ? [] : [recordsToMarkdown('Own runs, one row for each configuration', ownRows(results), HEADINGS), 'Means over seeds ± half the 95 % interval of Student t; one run has no interval.']],
    ['Federated runs', groups.map(methodStudyMarkdown)],
    ['Loss landscapes', ['sharpness', 'sharpness-over-seeds', 'curvature'].map((name) => landscapes[name]!).filter((text) => text !== NOT_MEASURED && text !== CURVATURE_NOT_RUN)],
    ['Benchmarks', benchmarks.length === 0 ? [] : [goalsMarkdown(benchmarks), timesMarkdown(benchmarks)]],
    ['Figures', Object.keys(figures).length === 0 ? [] : [pictures(figures, '')]],
  ];
  const made = parts.filter(([, texts]) => texts.length > 0);
  return [
    '# Own work',
    "Made from `data/own` by `npm run report -- --own`; no part of the project's report.",
    ...(made.length === 0 ? ['Nothing is stored yet.'] : made.flatMap(([title, texts]) => [`## ${title}`, ...texts])),
    '',
  ].join('\n\n');
}
