import { detectableDifference } from '../experiment/power';
import { findPreset, presetConfigs } from '../experiment/presets';
import type { RunResult } from '../experiment/result';
import { runId } from '../experiment/store';
import { meanInterval, type Interval } from '../experiment/interval';
import { describeData, describeModel, describeRecipe, describeSeeds } from './recipe';

const PRECISIONS = { float32: 'float32', mixed: 'mixed (bfloat16 activations and products)' } as const;

function text({ mean, halfWidth }: Interval): string {
  return halfWidth === null ? mean.toFixed(2) : `${mean.toFixed(2)} ± ${halfWidth.toFixed(2)}`;
}

function lastLoss({ history }: RunResult): number {
  return history.at(-1)!.trainLoss;
}

/** The sentence that compares the two: by the mean of the differences between runs of the same seed. */
function verdict(differences: readonly number[]): string {
  const { mean, halfWidth, n } = meanInterval(differences);
  const size = `${Math.abs(mean).toFixed(2)} points ${mean < 0 ? 'lower' : 'higher'} in mixed precision, over ${n} ${n === 1 ? 'pair' : 'pairs'} of the same seed`;
  if (halfWidth === null) {
    return `The error is ${size}; one pair has no interval.`;
  }
  const within = Math.abs(mean) <= halfWidth;
  const detectable = `could detect ${detectableDifference(halfWidth, n).toFixed(2)} points with a power of 80 %`;
  return `The error is ${size} (95 % interval of the difference ± ${halfWidth.toFixed(2)}): ${within ? `no difference beyond the noise between seeds; ${detectable}` : 'more than the noise between seeds'}.`;
}

/** The same runs in both precisions, in GitHub's Markdown: errors, training loss, and the paired difference. */
export function precisionMarkdown(results: readonly RunResult[]): string {
  // By their names: a run that two presets share is stored by the one that made it.
  const wanted = new Set(presetConfigs(findPreset('precision')).map(runId));
  const runs = results.filter(({ id, status, final }) => wanted.has(id) && status === 'finished' && final !== null);
  const of = (precision: keyof typeof PRECISIONS): RunResult[] => runs.filter(({ config }) => config.precision === precision);
  const [first] = runs;
  if (first === undefined || of('float32').length === 0 || of('mixed').length === 0) {
    return 'Not run.';
  }
  const rows = (['float32', 'mixed'] as const).map((precision) => {
    const own = of(precision);
    return `| ${PRECISIONS[precision]} | ${text(meanInterval(own.map(({ final }) => final!.top1Error)))} | ${text(meanInterval(own.map(lastLoss)))} | ${own.length} |`;
  });
  const differences = of('mixed').flatMap((mixed) => {
    const pair = of('float32').find(({ config }) => config.seed === mixed.config.seed);
    return pair === undefined ? [] : [mixed.final!.top1Error - pair.final!.top1Error];
  });
  return [
    '**The same training in both precisions**',
    '',
    '| Precision | Top-1 test error, % | Training loss of the last epoch, nats | Runs |',
    '|---|---:|---:|---:|',
    ...rows,
    '',
    `*${describeData(first)}; ${describeModel(first.config)}; ${first.config.epochs} epochs; ${describeSeeds(runs.map(({ config }) => config.seed))}; ${describeRecipe(first.config).replace(/\.$/, '')}.*`,
    '',
    differences.length > 0 ? verdict(differences) : 'No two runs share a seed.',
  ].join('\n');
}
