import type { ExperimentConfig } from '../experiment/config';
import { presetConfigs, PRESETS } from '../experiment/presets';
import type { RunResult } from '../experiment/result';
import { CHOSEN } from './presentSettings';
import { METHOD_NAMES } from './recipe';
import type { ErrorRow } from './rows';

/** A note on settings of runs that differ from those their preset has now; nothing where none do. */
export function earlierSettingsNote(runs: readonly RunResult[]): readonly string[] {
  const preset = PRESETS.find(({ name }) => name === runs[0]?.preset);
  if (preset === undefined) {
    return [];
  }
  const now = presetConfigs(preset);
  const changes = runs.flatMap(({ config }) => {
    const same = now.find((one) => one.dataset === config.dataset && one.method === config.method && one.epochs === config.epochs && one.seed === config.seed);
    const keys = (Object.keys(config) as (keyof ExperimentConfig)[]).filter((key) => !CHOSEN.has(key) && same !== undefined && config[key] !== same[key]);
    return keys.map((key) => `${key} ${String(config[key])} (now ${key === 'subsetSeed' ? 'that of the seed' : String(same![key])})`);
  });
  const distinct = [...new Set(changes)];
  return distinct.length === 0 ? [] : [`These runs have earlier settings of the preset: ${distinct.join(', ')}. Their learning rates and ρ come from the trials of those settings.`];
}

/** A note on how far and when the training loss rose above twice the loss at chance; nothing where it did not. */
export function lossPeakNote(runs: readonly RunResult[]): readonly string[] {
  const atChance = Math.log(runs[0]?.config.dataset === 'cifar100' ? 100 : 10);
  const peaks = runs.flatMap(({ history }) => {
    const [first] = [...history].sort((a, b) => b.trainLoss - a.trainLoss);
    return first !== undefined && first.trainLoss > 2 * atChance ? [first] : [];
  });
  if (peaks.length === 0) {
    return [];
  }
  const range = (values: readonly number[], digits: number): string => {
    const [low, high] = [Math.min(...values).toFixed(digits), Math.max(...values).toFixed(digits)];
    return low === high ? low : `${low} to ${high}`;
  };
  return [
    `In ${peaks.length} of ${runs.length} runs the training loss rises above twice the loss at chance (${atChance.toFixed(1)} nats) before it falls: to ${range(peaks.map(({ trainLoss }) => trainLoss), 1)} nats in epoch ${range(peaks.map(({ epoch }) => epoch), 0)}.`,
  ];
}

/** Notes on the weaknesses of a table of trials: one seed each, a choice at the edge of its grid, a lowest error between much worse ones. */
export function trialNotes(rows: readonly ErrorRow[], bestOf: (method: ErrorRow['method']) => ErrorRow | undefined): readonly string[] {
  const finished = rows.filter(({ top1Error }) => top1Error !== null);
  const methods = [...new Set(finished.map(({ method }) => method))];
  return [
    ...(finished.length > 0 && finished.every(({ n }) => n === 1) ? ['Each setting was tried with one seed, and the trials share one draw of images.'] : []),
    ...methods.flatMap((method) => {
      const [best, tried] = [bestOf(method)!, finished.filter((row) => row.method === method)];
      return [...edgeNote(best, tried), ...neighboursNote(best, tried)];
    }),
  ];
}

function edgeNote(best: ErrorRow, tried: readonly ErrorRow[]): readonly string[] {
  const edges = ([['learningRate', 'learning rate'], ['rho', 'ρ']] as const).flatMap(([key, name]) => {
    const values = tried.flatMap((row) => row[key] ?? []);
    const value = best[key];
    if (value === null || new Set(values).size < 2 || (value > Math.min(...values) && value < Math.max(...values))) {
      return [];
    }
    return [`its ${name}, ${value}, is the ${value === Math.min(...values) ? 'lowest' : 'highest'} that was tried`];
  });
  return edges.length === 0 ? [] : [`The choice of ${METHOD_NAMES[best.method]} lies at the edge of its grid: ${edges.join(', and ')}.`];
}

/** Only for one seed per setting and a grid of learning rates only. */
function neighboursNote(best: ErrorRow, tried: readonly ErrorRow[]): readonly string[] {
  const line = [...tried].sort((a, b) => a.learningRate! - b.learningRate!);
  const [below, above] = [line[line.indexOf(best) - 1], line[line.indexOf(best) + 1]];
  if (new Set(tried.map(({ rho }) => rho)).size > 1 || tried.some(({ n }) => n > 1) || below === undefined || above === undefined) {
    return [];
  }
  const described = (row: ErrorRow): string => `${row.top1Error!.toFixed(2)} % at ${row.learningRate!}`;
  return [`The lowest error of ${METHOD_NAMES[best.method]}, ${described(best)}, is of a single seed and lies between ${described(below)} and ${described(above)}.`];
}
