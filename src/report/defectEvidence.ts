import type { ExperimentConfig } from '../experiment/config';
import { comparisonRows, type ComparisonRow } from '../experiment/comparisonRows';
import { findPreset, presetConfigs } from '../experiment/presets';
import { PUBLISHED_DEFECTS } from '../experiment/publishedDefects';
import type { RunResult } from '../experiment/result';
import { runId } from '../experiment/store';
import { plusMinus, type MethodStudyName } from './methodStudies';
import { recordsToMarkdown, type Headings } from './recordTable';
import { hardlyTrains, LEVEL, trains } from './studyReading';

/** A defect of the original's code beside the same training without it, as text. */
export interface DefectEvidence {
  readonly defect: string;
  readonly control: string;
  /** Top-1 errors in percent. */
  readonly withIt: string;
  readonly without: string;
  readonly follows: string;
}

/** Title of the table. */
export const DEFECT_EVIDENCE_TITLE = "What the runs say of each defect of the original's code — quick runs on a small budget";

/** What stands above the columns. */
export const DEFECT_EVIDENCE_HEADINGS: Headings = {
  defect: 'Defect',
  control: 'Compared with',
  withIt: 'Error with it, %',
  without: 'Error without, %',
  follows: 'What follows on this budget',
};

type Settings = Partial<ExperimentConfig>;

interface Pair {
  readonly defect: string;
  readonly control: string;
  readonly preset: MethodStudyName;
  /** What the rows leave open, whatever they find. */
  readonly open?: string;
  /** Settings that single out the runs of the preset. */
  readonly withIt: Settings;
  readonly without: Settings;
}

/** Points of error that count as a large difference, such as would explain one of the report's anomalies. */
const LARGE = 5;

const { asamForm, perCoordinateRadius, noProjection, fgsmAsItRan, learningRate, selectionOnTest, cutoutPerBatch } = PUBLISHED_DEFECTS;
const { batchSize } = learningRate;
const SAM: Settings = { method: 'sam', selection: 'last', cutout: 0, batchSize: 50 };
const OF_SAM = { control: 'SAM', preset: 'defects', without: SAM } as const;
/** The code's clip has a bound of its own, far below the radius, and no run has that pair. */
const OF_FGSM = { ...OF_SAM, open: "the original's cause is open: its clip, had it worked, was at 0.001 for each coordinate, which no row has" } as const;
const METHODS = [['sgd', 'SGD'], ['sam', 'SAM']] as const;

const PAIRS: readonly Pair[] = [
  { ...OF_FGSM, defect: 'FGSM, T = 2: radius for each coordinate', withIt: { ...perCoordinateRadius, ascentProjection: true } },
  { ...OF_FGSM, defect: 'FGSM, T = 2: no projection', withIt: { ...noProjection, radiusIn: 'twoNorm' } },
  { ...OF_FGSM, defect: 'FGSM, T = 2: both', withIt: fgsmAsItRan },
  ...METHODS.flatMap(([method, name]) =>
    ([['defects', 'CIFAR-10'], ['defects-cifar100', 'CIFAR-100']] as const).map(([preset, images]) => ({
      defect: `Learning rate 1 without warm-up, ${name}, ${images}`,
      control: `rate 0.1, batches of ${batchSize}`,
      preset,
      withIt: { method, ...learningRate },
      without: { method, batchSize, learningRate: 0.1 },
    })),
  ),
  { ...OF_SAM, defect: "ASAM's form at SAM's radius", withIt: asamForm },
  { ...OF_SAM, defect: 'Epoch chosen by test error', withIt: selectionOnTest },
  { defect: 'One cutout square for a batch', control: 'one for each image', preset: 'defects', withIt: cutoutPerBatch, without: { cutout: 16, cutoutPer: 'image' } },
];

/** What the stored runs say of each defect, against the same training without it and with the same seeds. */
export function defectEvidence(results: readonly RunResult[]): readonly DefectEvidence[] {
  const stored = new Map(results.map((result) => [result.id, result]));
  return PAIRS.map(({ defect, control, preset, open, withIt, without }) => {
    const configs = presetConfigs(findPreset(preset));
    const runs = ([['with', withIt], ['without', without]] as const).flatMap(([label, settings]) =>
      configs.filter((config) => fits(config, settings)).flatMap((config) => {
        const result = stored.get(runId(config));
        return result ? [{ label, budget: 'epochs' as const, result }] : [];
      }),
    );
    const rows = comparisonRows(runs, 'without');
    const [found, base] = (['with', 'without'] as const).map((label) => rows.find(({ method }) => method === label));
    return { defect, control, withIt: errorOf(found), without: errorOf(base), follows: found && base ? [conclusion(found, base, configs[0]!.dataset), open].filter((text) => text !== undefined).join('; ') : 'nothing: not run' };
  });
}

function fits(config: ExperimentConfig, settings: Settings): boolean {
  return (Object.keys(settings) as (keyof ExperimentConfig)[]).every((key) => config[key] === settings[key]);
}

function errorOf(row: ComparisonRow | undefined): string {
  return row === undefined ? 'not run' : row.top1Error === null ? 'diverged' : plusMinus(row.top1Error, row.top1HalfWidth);
}

function conclusion(found: ComparisonRow, base: ComparisonRow, dataset: ExperimentConfig['dataset']): string {
  if (!trains(base, dataset)) {
    return 'nothing: the training without it stays near guessing too';
  }
  if (!trains(found, dataset)) {
    return 'with it this network stays near guessing';
  }
  if (found.difference === null || found.pValue === null) {
    return 'an observation: too few runs';
  }
  const difference = `${plusMinus(Math.abs(found.difference), found.differenceHalfWidth)} points ${found.difference < 0 ? 'lower' : 'higher'}, p = ${found.pValue.toFixed(3)}`;
  const verdict = found.pValue < LEVEL ? `the error is ${difference}` : `no difference found (${difference}); ${whatIsOpen(found)}`;
  return hardlyTrains(base, dataset) ? `${verdict}; the training without it itself has hardly left guessing, so nothing is said of one that has` : verdict;
}

/** What the 95 % interval of a difference that was not found leaves possible. */
function whatIsOpen({ difference, differenceHalfWidth }: ComparisonRow): string {
  const farthest = Math.abs(difference!) + differenceHalfWidth!;
  return farthest <= LARGE ? `more than ${farthest.toFixed(2)} points are ruled out` : `the interval is too wide to rule out ${LARGE} points`;
}

/** The table of `defectEvidence` in GitHub's Markdown. */
export function defectEvidenceMarkdown(results: readonly RunResult[]): string {
  const table = recordsToMarkdown(DEFECT_EVIDENCE_TITLE, defectEvidence(results), DEFECT_EVIDENCE_HEADINGS);
  return `${table}\n\n*Means over seeds ± half the 95 % interval of Student t; tests in pairs of the same seed, not corrected for their number.*`;
}
