import { FAMILY_LEVEL } from '../experiment/comparisonRows';
import { holmAdjusted } from '../experiment/holm';
import { momentsOf } from '../engine/moments';
import { meanInterval } from '../experiment/interval';
import { pairedTest, type PairedTest } from '../experiment/pairedTest';
import { detectableDifference } from '../experiment/power';
import { studentTail } from '../experiment/studentT';
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
  /** What the corrected tests find, such as "After the correction SGD and SAM are found to differ in: Worst case in the ball." */
  readonly verdict: string;
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

/** A measure that some studies of a table lack is shown from so many pairs on: with two, an interval is a dozen times as wide as their scatter. */
const FEWEST_PAIRS = 3;

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

/** How much training again changes a measure of a network. */
interface Retrained {
  /** Deviation of one network, pooled over the networks that were trained more than once. */
  readonly deviation: number;
  readonly degreesOfFreedom: number;
}

/**
 * How far a measure lies apart for networks that were trained again with the same settings and seed, which differ in rounding alone. They
 * have one name and one draw of images in several studies that measure alike; a network of equal loss is the same file. Undefined where there are none.
 */
function retrained({ settings }: LandscapeStudy, all: readonly LandscapeStudy[], measure: string): Retrained | undefined {
  const measured = (one: StudySettings): string => JSON.stringify({ ...one, ...UNRELATED, atEqualLoss: undefined });
  const found = new Map<string, Map<number | undefined, number>>();
  for (const { nets, settings: { weights, subsetSeed } } of all.filter((one) => measured(one.settings) === measured(settings))) {
    nets.forEach((net, index) => {
      const [name, value] = [`${weights[index]!} ${subsetSeed}`, MEASURES[measure]!.of(net)];
      if (value !== undefined) {
        found.set(name, new Map([...(found.get(name) ?? []), [probedLoss(net), value]]));
      }
    });
  }
  const groups = [...found.values()].map((values) => [...values.values()]).filter(({ length }) => length > 1);
  const degreesOfFreedom = groups.reduce((sum, { length }) => sum + length - 1, 0);
  const squares = groups.reduce((sum, values) => sum + (values.length - 1) * momentsOf(values).standardDeviation ** 2, 0);
  return degreesOfFreedom === 0 ? undefined : { deviation: Math.sqrt(squares / degreesOfFreedom), degreesOfFreedom };
}

/**
 * For a difference that the tests find because the few seeds agree more closely than training one seed again would let them: what p is with
 * that scatter, where it then finds nothing. Else empty.
 *
 * Two networks differ by sqrt(2) of the deviation of one; t has the degrees of freedom of that deviation.
 */
function agreementNote(name: string, differences: readonly number[], again: Retrained | undefined, tests: number): string {
  const { mean, standardDeviation } = momentsOf(differences);
  const scatter = Math.SQRT2 * (again?.deviation ?? 0);
  if (again === undefined || standardDeviation >= scatter) {
    return '';
  }
  const pValue = studentTail((Math.abs(mean) * Math.sqrt(differences.length)) / scatter, again.degreesOfFreedom);
  const corrected = Math.min(1, tests * pValue);
  return corrected < FAMILY_LEVEL
    ? ''
    : ` ${name}: its ${differences.length} differences scatter by ${shortNumber(standardDeviation, 2)}, less than training the same seeds again makes them (${shortNumber(scatter, 2)}); with that scatter p is ${pText(pValue)}, ${pText(corrected)} corrected, and no difference is found.`;
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
    return pairs.length >= Math.min(FEWEST_PAIRS, studies.length) ? [{ measure, pairs, hidden: hidden(column) }] : [];
  });
  const shown = found.filter((one) => !one.hidden);
  const tests = shown.map(({ pairs }) => pairedTest(pairs.map(([, value]) => value), pairs.map(([value]) => value)));
  const adjusted = holmAdjusted(tests.map(({ pValue }) => pValue!));
  const named = ({ measure, pairs }: (typeof shown)[number]): string => (pairs.length === studies.length ? measure : `${measure} (${pairs.length} of ${studies.length} seeds)`);
  const rows = shown.map((one, index) => seedRow(named(one), one.pairs, { ...tests[index]!, adjustedPValue: adjusted[index]!, tests: tests.length }));
  const left = found.filter((one) => one.hidden).map(({ measure }) => measure);
  const title = `${data.name}; ${describeModel(settings)}: ${settings.atEqualLoss === true ? `${first} and ${second} at equal training loss` : `minima of ${first} and ${second}`} over ${studies.length} training seeds, loss on ${count(data.probedImages)} of ${count(data.trainingImages)} training images`;
  const agreement = shown.map(({ measure, pairs }, index) =>
    adjusted[index]! < FAMILY_LEVEL && !measure.startsWith(LOSS) ? agreementNote(measure, pairs.map(([one, other]) => other - one), retrained(studies[0]!, all, measure), tests.length) : '',
  );
  const tested = verdict(shown.map(({ measure }) => measure), adjusted, [first, second]) + agreement.join('');
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
