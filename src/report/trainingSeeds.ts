import { FAMILY_LEVEL } from '../experiment/comparisonRows';
import { holmAdjusted } from '../experiment/holm';
import { momentsOf } from '../engine/moments';
import { meanInterval } from '../experiment/interval';
import { pairedTest, type PairedTest } from '../experiment/pairedTest';
import { detectableDifference } from '../experiment/power';
import type { StudySettings } from '../landscape/study/settings';
import { pEquals, pText } from './differenceText';
import type { LandscapeStudy, StudiedNet } from './landscapeStudies';
import { probedLoss, unreadableCurvature, unreadableSharpness } from './readable';
import { equalLossNote } from './curvatureRows';
import { describeModel } from './recipe';
import type { Headings } from './recordTable';

/** One measure of sharpness over networks that were trained from several seeds, as text. */
export interface SeedRow {
  readonly measure: string;
  readonly first: string;
  readonly second: string;
  readonly difference: string;
  readonly pValue: string;
  readonly adjustedPValue: string;
  /** The smallest difference that the test could detect. */
  readonly detectable: string;
}

/** A table over training seeds. */
export interface SeedTable {
  /** With all settings of the measurement and of the tests. */
  readonly caption: string;
  /** Data, network, images and the outcome of the tests. */
  readonly shortCaption: string;
  readonly headings: Headings;
  readonly rows: readonly SeedRow[];
  /** Those that the report shows. */
  readonly shortRows: readonly SeedRow[];
  /** Such as "ResNet-20". */
  readonly model: string;
  /** Training images that the loss is measured on. */
  readonly probedImages: number;
  /** What the corrected tests find, such as "After the correction SGD and SAM differ in: Worst case in the ball." */
  readonly verdict: string;
  /** Of a difference that the tests find only because the seeds agree by chance, a sentence; else empty. */
  readonly chance: string;
  /** How many measures of curvature and sharpness are lower for the second kind of network on average, such as "7 of 7 measures of curvature and sharpness are lower for SAM". */
  readonly direction: string;
  /** Data set, network, images and settings of training that all of its networks share, as text. */
  readonly network: string;
  readonly atEqualLoss: boolean;
  /** Names of the studies that it is made of. */
  readonly studies: readonly string[];
}

interface Measure {
  /** Of one network; undefined where it was not measured. */
  readonly of: (net: StudiedNet) => number | undefined;
  /** The column of a study's table that this measure belongs to: it is left out for the same reasons. */
  readonly column?: string;
  /** Whether the report leaves it to the appendix. */
  readonly inAppendix?: true;
  /** False for what is lower or higher without being flatter or sharper. Default: true. */
  readonly ofSharpness?: false;
}

/** Beginning of the label of the training loss. */
const LOSS = 'Training loss';

const MEASURES: Readonly<Record<string, Measure>> = {
  [`${LOSS} on these images, nats`]: { of: probedLoss, ofSharpness: false },
  'Largest eigenvalue λ₁ of the Hessian': { of: ({ eigenvalues }) => eigenvalues?.eigenvalues[0]?.value, column: 'largestEigenvalue' },
  'Curvature over ± ρ along its eigenvector': { of: ({ secant }) => secant?.curvature },
  'Curvature over ± 2 ρ along its eigenvector': { of: ({ secantTwiceRho }) => secantTwiceRho?.curvature },
  'λ₁ / λ₅': { of: ({ eigenvalues: found }) => found?.eigenvalues[4] && found.eigenvalues[0]!.value / found.eigenvalues[4].value, column: 'eigenvalueRatio', inAppendix: true, ofSharpness: false },
  'Trace of the Hessian': { of: ({ trace }) => trace?.trace, column: 'trace' },
  'Worst case in the ball': { of: ({ sharpness }) => sharpness && mean(sharpness.worstCase) },
  'Adaptive worst case': { of: ({ sharpness }) => sharpness && mean(sharpness.adaptiveWorstCase), inAppendix: true },
  "Keskar's ε-sharpness, %": { of: ({ sharpness }) => sharpness && mean(sharpness.epsSharpness), column: 'epsSharpness', inAppendix: true },
  'm-sharpness': { of: ({ sharpness }) => sharpness?.mSharpness.sharpness, inAppendix: true },
  "Rise after SAM's step": { of: ({ sharpness }) => sharpness?.sam.sharpness, inAppendix: true },
};

/** Settings that may differ within a table: those that none of its measures depends on, such as plot settings; kernels, which differ only in rounding; and the seed that drew the training images. */
const UNRELATED: Readonly<Partial<Record<keyof StudySettings, undefined>>> = {
  weights: undefined, subsetSeed: undefined, kernels: undefined, slicePoints: undefined, gridPoints: undefined, rimMultiple: undefined, interpolationPoints: undefined,
  curveSteps: undefined, curveLearningRate: undefined, densityProbes: undefined, densitySteps: undefined, testPerClass: undefined,
};

/**
 * Sharpness of both kinds of minima over training seeds: one table for each group of two or more studies that differ only in
 * the weights, in the draw of their training images, and in settings of drawings. Means have 95 % intervals of Student's t over the seeds; differences are tested in pairs of studies.
 */
export function seedTables(studies: readonly LandscapeStudy[]): readonly SeedTable[] {
  const groups = new Map<string, LandscapeStudy[]>();
  for (const study of studies) {
    const key = JSON.stringify({ ...study.settings, ...UNRELATED });
    groups.set(key, [...(groups.get(key) ?? []), study]);
  }
  return [...groups.values()].flatMap(byDraw).filter((group) => group.length > 1).map((group) => seedTable(group, studies));
}

/**
 * How far a measure lies apart for networks that were trained twice with one seed, which differ in rounding alone: the deviation of one of them, the
 * root of the mean of d² / 2 over the pairs. They have one name in several studies. Undefined where there are none.
 */
function repeatDeviation({ settings }: LandscapeStudy, all: readonly LandscapeStudy[], measure: string): number | undefined {
  const measured = (one: StudySettings): string => JSON.stringify({ ...one, ...UNRELATED, atEqualLoss: undefined });
  const values = new Map<string, number[]>();
  for (const { nets, settings: { weights } } of all.filter((one) => measured(one.settings) === measured(settings))) {
    nets.forEach((net, index) => {
      const [name, value] = [weights[index]!, MEASURES[measure]!.of(net)];
      values.set(name, [...(values.get(name) ?? []), ...(value === undefined ? [] : [value])]);
    });
  }
  const pairs = [...values.values()].filter(({ length }) => length === 2);
  return pairs.length === 0 ? undefined : Math.sqrt(pairs.reduce((sum, [one, other]) => sum + (one! - other!) ** 2 / 2, 0) / pairs.length);
}

/** A difference that the tests find although the differences of the seeds agree more closely than trainings of one seed do: that is chance, and its p too small. */
function agreementNote(name: string, differences: readonly number[], deviation: number | undefined): string {
  const { standardDeviation } = momentsOf(differences);
  return deviation === undefined || standardDeviation >= deviation
    ? ''
    : ` The ${differences.length} differences in ${name.charAt(0).toLowerCase()}${name.slice(1)} scatter by ${shortNumber(standardDeviation, 2)}, less than networks of one seed that were trained twice (${shortNumber(deviation, 2)}): their agreement is chance, and p too small.`;
}

/** Studies whose images were drawn by each training's own seed stay together; others are split by their common draw. */
function byDraw(studies: readonly LandscapeStudy[]): readonly (readonly LandscapeStudy[])[] {
  if (studies.every(({ settings }) => settings.weights.every((name) => name.includes(`-seed-${settings.subsetSeed}-`)))) {
    return [studies];
  }
  const draws = [...new Set(studies.map(({ settings }) => settings.subsetSeed))];
  return draws.map((draw) => studies.filter(({ settings }) => settings.subsetSeed === draw));
}

function seedTable(studies: readonly LandscapeStudy[], all: readonly LandscapeStudy[]): SeedTable {
  const { data, settings } = studies[0]!;
  const [first, second] = settings.labels;
  const unreadable = studies.flatMap((study) => [...unreadableCurvature(study), ...unreadableSharpness(study)]);
  const hidden = (column: string | undefined): boolean => unreadable.some(({ key }) => key === column);
  const found = Object.entries(MEASURES).flatMap(([measure, { of, column }]) => {
    const pairs = studies.map(({ nets }) => nets.map(of) as [number | undefined, number | undefined]).filter((pair): pair is [number, number] => pair.every((value) => value !== undefined));
    return pairs.length > 1 ? [{ measure, pairs, hidden: hidden(column) }] : [];
  });
  const shown = found.filter((one) => !one.hidden);
  const tests = shown.map(({ pairs }) => pairedTest(pairs.map(([, value]) => value), pairs.map(([value]) => value)));
  const adjusted = holmAdjusted(tests.map(({ pValue }) => pValue!));
  const named = ({ measure, pairs }: (typeof shown)[number]): string => (pairs.length === studies.length ? measure : `${measure} (${pairs.length} of ${studies.length} seeds)`);
  const rows = shown.map((one, index) => seedRow(named(one), one.pairs, { ...tests[index]!, adjustedPValue: adjusted[index]!, tests: tests.length }));
  const left = found.filter((one) => one.hidden).map(({ measure }) => measure);
  const title = `${data.name}; ${describeModel(settings)}: ${settings.atEqualLoss === true ? `${first} and ${second} at equal training loss` : `minima of ${first} and ${second}`} over ${studies.length} training seeds, loss on ${count(data.probedImages)} of ${count(data.trainingImages)} training images`;
  const chance = shown.map(({ measure, pairs }, index) => (adjusted[index]! < FAMILY_LEVEL ? agreementNote(measure, pairs.map(([one, other]) => other - one), repeatDeviation(studies[0]!, all, measure)) : '')).join('');
  const tested = verdict(shown.map(({ measure }) => measure), adjusted, [first, second]) + chance;
  const conclusion = `${equalLossNote(settings)} ${tested}` + lossNote(rows, tests, adjusted, [first, second]);
  return {
    caption:
      `${title}, batch norm frozen; ρ = ${settings.rho}, adaptive ρ = ${settings.adaptiveRho}, m = ${settings.groupImages}. ` +
      `Mean ± half the 95 % interval over seeds; differences in pairs of the same seed. "p, Holm" is corrected by Holm's procedure for the ${tests.length} tests of this table, "detectable" the smallest difference that a test would have found with a power of 80 %, at 5 % for all together.` +
      conclusion +
      (left.length === 0 ? '' : ` Not shown, since it cannot be read for every network (see the tables of each): ${left.join('; ')}.`),
    shortCaption: `${title}; ρ = ${settings.rho}.${conclusion} In all, ${direction(shown, second)} on average; p is corrected for the ${tests.length} tests of the [whole table](docs/appendix.md#the-two-minima).`,
    headings: { measure: 'Measure', first, second, difference: `${second} minus ${first}`, pValue: 'p', adjustedPValue: 'p, Holm', detectable: 'Detectable' },
    rows,
    shortRows: rows.filter((_, index) => MEASURES[shown[index]!.measure]!.inAppendix !== true),
    model: describeModel(settings),
    probedImages: data.probedImages,
    verdict: tested,
    chance,
    direction: direction(shown, second),
    network: JSON.stringify({ ...settings, ...UNRELATED, atEqualLoss: undefined }),
    atEqualLoss: settings.atEqualLoss === true,
    studies: studies.map(({ name }) => name),
  };
}

/** What follows from the corrected tests of all measures but the training loss. */
function verdict(measures: readonly string[], adjusted: readonly number[], [first, second]: readonly [string, string]): string {
  const differ = measures.filter((measure, index) => adjusted[index]! < FAMILY_LEVEL && !measure.startsWith(LOSS));
  return differ.length === 0 ? `After the correction no difference between ${first} and ${second} is found in any measure of curvature or sharpness.` : `After the correction ${first} and ${second} are found to differ in: ${differ.join('; ')}.`;
}

/** How many measures are lower for the second kind of network on average, such as "7 of 7 measures of curvature and sharpness are lower for SAM". */
function direction(shown: readonly { readonly measure: string; readonly pairs: readonly (readonly [number, number])[] }[], second: string): string {
  const measures = shown.filter(({ measure }) => MEASURES[measure]!.ofSharpness !== false);
  const lower = measures.filter(({ pairs }) => pairs.reduce((sum, [one, other]) => sum + other - one, 0) < 0);
  return `${lower.length} of ${measures.length} measures of curvature and sharpness are lower for ${second}`;
}

/** That the two kinds of networks have different training losses, where the uncorrected test finds that: then they are not compared at equal loss. */
function lossNote(rows: readonly SeedRow[], tests: readonly PairedTest[], adjusted: readonly number[], [first, second]: readonly [string, string]): string {
  const index = rows.findIndex(({ measure }) => measure.startsWith(LOSS));
  const pValue = tests[index]?.pValue ?? 1;
  return pValue < FAMILY_LEVEL
    ? ` The training losses of ${first} and ${second} differ (p ${pEquals(pValue)}, corrected p ${pEquals(adjusted[index]!)}), so the two are not compared at equal training loss.`
    : '';
}

function seedRow(measure: string, pairs: readonly (readonly [number, number])[], test: PairedTest & { readonly adjustedPValue: number; readonly tests: number }): SeedRow {
  const [one, other] = ([0, 1] as const).map((side) => meanInterval(pairs.map((pair) => pair[side])));
  const { difference, halfWidth, pValue, adjustedPValue, tests } = test;
  return {
    measure,
    first: plusMinus(one!.mean, one!.halfWidth),
    second: plusMinus(other!.mean, other!.halfWidth),
    difference: plusMinus(difference, halfWidth),
    pValue: pText(pValue),
    adjustedPValue: pText(adjustedPValue),
    detectable: String(Number(detectableDifference(halfWidth!, pairs.length, { level: FAMILY_LEVEL / tests }).toPrecision(2))),
  };
}

function mean(ascents: readonly { readonly sharpness: number }[]): number {
  return ascents.reduce((sum, { sharpness }) => sum + sharpness / ascents.length, 0);
}

function count(images: number): string {
  return images.toLocaleString('en-US');
}

/** With so many digits, without zeros at the end, and with a minus sign. */
function shortNumber(value: number, digits: number): string {
  return String(Number(value.toPrecision(digits))).replace('-', '−');
}

function plusMinus(value: number, halfWidth: number | null): string {
  return halfWidth === null ? shortNumber(value, 3) : `${shortNumber(value, 3)} ± ${shortNumber(halfWidth, 2)}`;
}

/** Of tables of the same networks, at the end of training and at equal training loss, the one over more seeds; of as many, that at equal training loss. */
export function withoutTwins(tables: readonly SeedTable[]): readonly SeedTable[] {
  const isBetter = (one: SeedTable, other: SeedTable): boolean => one.studies.length > other.studies.length || (one.studies.length === other.studies.length && one.atEqualLoss);
  return tables.filter((table) => !tables.some((other) => other.network === table.network && other.atEqualLoss !== table.atEqualLoss && isBetter(other, table)));
}
