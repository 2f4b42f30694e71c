import { meanInterval } from '../experiment/interval';
import { pairedTest } from '../experiment/pairedTest';
import type { StudySettings } from '../landscape/study/settings';
import type { LandscapeStudy, StudiedNet } from './landscapeStudies';
import { describeModel } from './recipe';
import type { Headings } from './recordTable';

/** One measure of sharpness over networks that were trained from several seeds, as text. */
export interface SeedRow {
  readonly measure: string;
  readonly first: string;
  readonly second: string;
  readonly difference: string;
  readonly pValue: string;
}

/** A table over training seeds. */
export interface SeedTable {
  readonly caption: string;
  readonly headings: Headings;
  readonly rows: readonly SeedRow[];
}

const MEASURES: Readonly<Record<string, (net: StudiedNet) => number | undefined>> = {
  'Largest eigenvalue λ₁ of the Hessian': ({ eigenvalues }) => eigenvalues?.eigenvalues[0]?.value,
  'λ₁ / λ₅': ({ eigenvalues: found }) => found?.eigenvalues[4] && found.eigenvalues[0]!.value / found.eigenvalues[4].value,
  'Trace of the Hessian': ({ trace }) => trace?.trace,
  'Worst case in the ball': ({ sharpness }) => sharpness && mean(sharpness.worstCase),
  'Adaptive worst case': ({ sharpness }) => sharpness && mean(sharpness.adaptiveWorstCase),
  "Keskar's ε-sharpness, %": ({ sharpness }) => sharpness && mean(sharpness.epsSharpness),
  'm-sharpness': ({ sharpness }) => sharpness?.mSharpness.sharpness,
  "SAM's, 1 step": ({ sharpness }) => sharpness?.sam.sharpness,
};

/** Settings that no measure of the table depends on: those of drawings, and kernels, which differ in rounding alone. */
const UNRELATED: Readonly<Partial<Record<keyof StudySettings, undefined>>> = {
  weights: undefined, kernels: undefined, slicePoints: undefined, gridPoints: undefined, rimMultiple: undefined, interpolationPoints: undefined,
  curveSteps: undefined, curveLearningRate: undefined, densityProbes: undefined, densitySteps: undefined, testPerClass: undefined,
};

/**
 * How sharp both kinds of minima are over training seeds: one table for each group of two or more studies that differ in the
 * weights, and in settings of drawings, alone. Means have 95 % intervals of Student's t over the seeds; differences are tested in pairs of studies.
 */
export function seedTables(studies: readonly LandscapeStudy[]): readonly SeedTable[] {
  const groups = new Map<string, LandscapeStudy[]>();
  for (const study of studies) {
    const key = JSON.stringify({ ...study.settings, ...UNRELATED });
    groups.set(key, [...(groups.get(key) ?? []), study]);
  }
  return [...groups.values()].filter((group) => group.length > 1).map(seedTable);
}

function seedTable(studies: readonly LandscapeStudy[]): SeedTable {
  const { data, settings } = studies[0]!;
  const [first, second] = settings.labels;
  const rows = Object.entries(MEASURES).flatMap(([measure, valueOf]) => {
    const pairs = studies.map(({ nets }) => nets.map(valueOf) as [number | undefined, number | undefined]).filter((pair): pair is [number, number] => pair.every((value) => value !== undefined));
    return pairs.length > 1 ? [seedRow(measure, pairs)] : [];
  });
  return {
    caption:
      `${data.name}; ${describeModel(settings)}: both kinds of minima over ${studies.length} training seeds, ` +
      `loss on ${data.probedImages} of ${data.trainingImages} training images, batch norm frozen; ρ = ${settings.rho}, adaptive ρ = ${settings.adaptiveRho}, m = ${settings.groupImages}. ` +
      `Mean ± half the 95 % interval over seeds; differences in pairs of the same seed, tests not corrected for their number.` +
      convergenceNote(studies),
    headings: { measure: 'Measure', first, second, difference: `${second} less ${first}`, pValue: 'p' },
    rows,
  };
}

/** What stands in the table without having converged. */
function convergenceNote(studies: readonly LandscapeStudy[]): string {
  const { traceProducts } = studies[0]!.settings;
  const nets = studies.flatMap((study) => study.nets);
  const unsettled = nets.flatMap(({ eigenvalues: found }) => (found && [0, 4].some((index) => found.eigenvalues[index]?.converged === false) ? [found] : []));
  const traces = nets.filter(({ trace }) => trace?.converged === false).length;
  const largestResidual = Math.max(...unsettled.map(({ eigenvalues }) => Math.max(...[0, 4].map((index) => (eigenvalues[index]?.residual ?? 0) / eigenvalues[0]!.value))));
  return (
    (unsettled.length > 0 ? ` Residuals of λ₁ or λ₅ of ${unsettled.length} nets are above ${Number((100 * unsettled[0]!.tolerance).toPrecision(3))} % of λ₁, at most ${(100 * largestResidual).toFixed(0)} %.` : '') +
    (traces > 0 ? ` Traces of ${traces} nets have not converged within ${traceProducts} products.` : '')
  );
}

function seedRow(measure: string, pairs: readonly (readonly [number, number])[]): SeedRow {
  const [first, second] = [0, 1].map((side) => pairs.map((pair) => pair[side]!)) as [number[], number[]];
  const { difference, halfWidth, pValue } = pairedTest(second, first);
  const [one, other] = [first, second].map((values) => meanInterval(values)) as [ReturnType<typeof meanInterval>, ReturnType<typeof meanInterval>];
  return { measure, first: plusMinus(one.mean, one.halfWidth), second: plusMinus(other.mean, other.halfWidth), difference: plusMinus(difference, halfWidth), pValue: pValue === null ? '–' : pValue.toFixed(3) };
}

function mean(ascents: readonly { readonly sharpness: number }[]): number {
  return ascents.reduce((sum, { sharpness }) => sum + sharpness / ascents.length, 0);
}

function plusMinus(value: number, halfWidth: number | null): string {
  const digits = (number: number, count: number): string => String(Number(number.toPrecision(count)));
  return halfWidth === null ? digits(value, 3) : `${digits(value, 3)} ± ${digits(halfWidth, 2)}`;
}
