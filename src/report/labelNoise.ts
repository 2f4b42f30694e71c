import { comparisonRows, FAMILY_LEVEL, inFamily, type ComparedRun } from '../experiment/comparisonRows';
import type { ExperimentConfig } from '../experiment/config';
import { METHOD_NAMES, methodLabel } from '../experiment/methodLabel';
import { findPreset, presetConfigs } from '../experiment/presets';
import type { EpochRecord, RunResult } from '../experiment/result';
import { runId } from '../experiment/store';
import { detectableInWords, detectableText, pEquals, plusMinus, pText, signedPlusMinus } from './differenceText';
import { noiseCurves } from './figures/noiseCurves';
import { notRun } from './methodStudies';
import type { Moment, NoiseRow, NoiseStudy } from './noiseStudy';
import type { NamedFigures } from './figures/specification';
import { describeModel, describeRecipe } from './recipe';
import { recordsToMarkdown, type Headings } from './recordTable';
import { comparisonNotes, drawnConfigs, drawNote } from './studyNotes';
import { captionOf } from './tables';

/** The preset of training on wrong labels. */
export const NOISE_PRESET = 'label-noise';

/** The record of a run at a moment, and the evaluation of the test set there; undefined for a run that did not get so far. */
function atMoment({ history, final }: RunResult, moment: Moment): { readonly record: EpochRecord; readonly test: NonNullable<RunResult['final']> } | undefined {
  // The test set is evaluated where the held-out error is the lowest so far: the last such epoch has the lowest of all.
  const record = moment === 'last' ? history.at(-1) : history.filter(({ testAtBest }) => testAtBest !== undefined).at(-1);
  const test = moment === 'last' ? final : record?.testAtBest;
  return record && test ? { record, test } : undefined;
}

/** The stored runs of each share of wrong labels that has any, in the preset's order. */
export function noiseStudies(results: readonly RunResult[]): readonly NoiseStudy[] {
  const configs = presetConfigs(findPreset(NOISE_PRESET));
  const stored = new Map(results.map((result) => [result.id, result]));
  const shares = [...new Set(configs.map(({ labelNoise }) => labelNoise))];
  return shares.flatMap((labelNoise) => {
    const ofShare = configs.filter((config) => config.labelNoise === labelNoise);
    const runs = ofShare.flatMap((config) => {
      const result = stored.get(runId(config));
      return result ? [{ label: methodLabel(config), result }] : [];
    });
    return runs.length === 0 ? [] : [noiseStudy(ofShare, runs)];
  });
}

type LabelledRun = Pick<ComparedRun, 'label' | 'result'>;

function noiseStudy(configs: readonly ExperimentConfig[], runs: readonly LabelledRun[]): NoiseStudy {
  const [first] = configs as readonly [ExperimentConfig];
  const labels = [...new Set(configs.map(methodLabel))];
  const rows = inFamily(MOMENTS.flatMap((moment) => momentRows(runs, moment, labels, first)));
  const results = runs.map(({ result }) => result);
  const percent = 100 * first.labelNoise;
  return {
    dataset: first.dataset,
    labelNoise: first.labelNoise,
    title: `Training on ${percent} % wrong labels`,
    caption: `${captionOf(results)}; ${first.epochs} epochs`,
    rows: rows as readonly NoiseRow[],
    curves: labels.map((label) => {
      const config = configs.find((one) => methodLabel(one) === label)!;
      return { method: config.method, label, runs: runs.filter((run) => run.label === label && run.result.status === 'finished').map(({ result }) => result) };
    }),
    notes: [
      ...comparisonNotes(rows, METHOD_NAMES.sgd),
      'Errors on wrong labels are against these labels: they fall as the labels are memorised. The best held-out epoch is chosen by right labels that no run learns from, and the test set is looked at there and at the end.',
      ...drawNote(drawnConfigs(results)),
      `Nothing was tuned; peak learning rate ${first.learningRate}; ${describeRecipe(first)}`,
    ],
  };
}

const MOMENTS = ['last', 'bestHeldOut'] as const;

/** Rows of all methods at one moment, those without runs too; not corrected yet for the other moment's tests. */
function momentRows(runs: readonly LabelledRun[], moment: Moment, labels: readonly string[], config: ExperimentConfig): readonly NoiseRow[] {
  const judged = runs.map(({ label, result }): ComparedRun => ({ label, budget: 'epochs', result: { ...result, final: atMoment(result, moment)?.test ?? null } }));
  const made = comparisonRows(judged, METHOD_NAMES.sgd);
  return labels.map((label): NoiseRow => {
    const moments = runs.filter((run) => run.label === label && run.result.status === 'finished').flatMap(({ result }) => atMoment(result, moment) ?? []);
    const epochs = moments.map(({ record }) => record.epoch);
    const errorOn = (set: string): number | null => {
      const errors = moments.flatMap(({ record }) => record.alsoEvaluated?.[set]?.top1Error ?? []);
      return errors.length === 0 ? null : errors.reduce((sum, error) => sum + error / errors.length, 0);
    };
    return {
      ...(made.find(({ method }) => method === label) ?? notRun(label, config, 0)),
      moment,
      fromEpoch: epochs.length === 0 ? null : Math.min(...epochs),
      toEpoch: epochs.length === 0 ? null : Math.max(...epochs),
      wrongLabelError: errorOn('wrongLabels'),
      rightLabelError: errorOn('rightLabels'),
    };
  });
}

/** A row as text. */
export interface NoiseRecord {
  readonly method: string;
  readonly epoch: string;
  readonly wrong: string;
  readonly right: string;
  readonly test: string;
  readonly difference: string;
  readonly pValue: string;
  readonly adjustedPValue: string;
  readonly detectable: string;
  readonly runs: string;
}

/** Headings of the columns. */
export const NOISE_HEADINGS: Headings = {
  method: 'Method', epoch: 'Epoch', wrong: 'Error on wrong labels, %', right: 'On right labels, %', test: 'Test error, %', difference: 'Minus SGD, points', pValue: 'p',
  adjustedPValue: 'p, Holm', detectable: 'Detectable, points', runs: 'Runs',
};

/** The rows of a study as text, ready for `displayRecords`. */
export function noiseRecords({ rows }: Pick<NoiseStudy, 'rows'>): readonly NoiseRecord[] {
  return rows.map((row) => ({
    method: row.method,
    epoch: row.fromEpoch === null ? '–' : `${row.moment === 'last' ? 'last' : 'best held-out'}, ${row.fromEpoch}${row.toEpoch === row.fromEpoch ? '' : ` to ${row.toEpoch}`}`,
    wrong: row.wrongLabelError?.toFixed(1) ?? '–',
    right: row.rightLabelError?.toFixed(1) ?? '–',
    test: row.top1Error === null ? (row.divergedSeeds === '' ? 'not run' : 'diverged') : plusMinus(row.top1Error, row.top1HalfWidth),
    difference: row.difference === null ? '–' : signedPlusMinus(row.difference, row.differenceHalfWidth),
    pValue: pText(row.pValue),
    adjustedPValue: pText(row.adjustedPValue),
    detectable: detectableText(row),
    runs: [...(row.n > 0 ? [`n = ${row.n}`] : []), ...(row.divergedSeeds === '' ? [] : [`diverged: seed ${row.divergedSeeds}`])].join('; ') || '–',
  }));
}

/** The table of a study in GitHub's Markdown. */
export function noiseMarkdown(study: NoiseStudy): string {
  return [recordsToMarkdown(study.title, noiseRecords(study), NOISE_HEADINGS), `*${study.caption}.*`, ...study.notes].join('\n\n');
}

/** Error on the wrong labels below which a network counts as having memorised them. */
const MEMORISED = 50;

/** What a study shows, in sentences that follow from its rows alone. */
export function readNoise({ rows, labelNoise }: NoiseStudy): string {
  const [sgd, ...others] = rows.filter(({ moment }) => moment === 'last');
  const start = `With ${100 * labelNoise} % wrong labels`;
  if (sgd?.wrongLabelError == null) {
    return `${start}: SGD ${sgd && sgd.divergedSeeds !== '' ? 'diverged' : 'is not run'}, so that nothing is compared.`;
  }
  const learned = others.flatMap(({ method, wrongLabelError }) => (wrongLabelError === null ? [] : [`, ${wrongLabelError.toFixed(1)} % with ${method}`]));
  const fits = sgd.wrongLabelError < MEMORISED ? 'SGD memorises them' : 'SGD does not memorise them in this time, so there is little for another method to prevent';
  const moments = ([['last', 'After the last epoch'], ['bestHeldOut', 'At the best held-out epoch']] as const).flatMap(([moment, when]) => {
    const [base, ...compared] = rows.filter((row) => row.moment === moment);
    return base?.top1Error == null ? [] : [`${when} the test error is ${[`${plusMinus(base.top1Error, base.top1HalfWidth)} % with SGD`, ...compared.flatMap(differenceText)].join('; ')}.`];
  });
  const tests = sgd.tests > 1 ? [`Each p is corrected by Holm's procedure for the ${sgd.tests} tests of both.`] : [];
  return [`${start} the error on them is ${sgd.wrongLabelError.toFixed(1)} % with SGD at the end${learned.join('')}: ${fits}.`, ...moments, ...tests].join(' ');
}

/** "lower by 11.56 ± 4.02 points with SAM, ρ = 0.1 (p = 0.013)", with what the test could detect where it finds nothing; nothing for a method without a pair. */
function differenceText(row: NoiseRow): string[] {
  const { method, difference, differenceHalfWidth, adjustedPValue, pairs } = row;
  if (difference === null) {
    return [];
  }
  const found = `${difference < 0 ? 'lower' : difference > 0 ? 'higher' : 'different'} by ${plusMinus(Math.abs(difference), differenceHalfWidth)} points with ${method}`;
  if (adjustedPValue === null) {
    return [`${found} (${pairs} ${pairs === 1 ? 'pair' : 'pairs'}, no test)`];
  }
  return [`${found} (p ${pEquals(adjustedPValue)}${adjustedPValue < FAMILY_LEVEL ? '' : `, no difference found, detectable ${detectableInWords(row)}`})`];
}

/** The shares of wrong labels, and the methods of the others, that are not run: one sentence; nothing where all are run. */
export function noiseNotRun(studies: readonly NoiseStudy[]): string {
  const configs = presetConfigs(findPreset(NOISE_PRESET));
  const shares = [...new Set(configs.map(({ labelNoise }) => labelNoise))];
  const missing = shares.flatMap((share) => {
    const study = studies.find(({ labelNoise }) => labelNoise === share);
    const absent = study?.rows.filter(({ moment, n, divergedSeeds }) => moment === 'last' && n === 0 && divergedSeeds === '').map(({ method }) => method) ?? [];
    return study === undefined ? [`${100 * share} %`] : absent.length === 0 ? [] : [`${100 * share} % with ${absent.join('; ')}`];
  });
  return missing.length === 0 ? '' : `Not run: training on wrong labels, ${missing.join('; ')} (${describeModel(configs[0]!)}, preset \`${NOISE_PRESET}\`).`;
}

/** A figure of each share of wrong labels that has a finished run. */
export function noiseFigures(results: readonly RunResult[]): NamedFigures {
  const drawn = noiseStudies(results).filter(({ curves }) => curves.some(({ runs }) => runs.length > 0));
  return Object.fromEntries(drawn.map((study) => [`label-noise-${100 * study.labelNoise}-percent`, noiseCurves(study)]));
}
