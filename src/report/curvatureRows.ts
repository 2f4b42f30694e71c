import type { StudySharpness } from '../landscape/study/sharpness';
import { meanInterval } from '../experiment/interval';
import type { LandscapeStudy, StudiedNet } from './landscapeStudies';
import { describeModel } from './recipe';
import type { Headings } from './recordTable';

/** How the loss bends around one minimum, ready for `displayRecords`; "–" where something was not measured. */
export interface CurvatureRow {
  readonly net: string;
  readonly largestEigenvalue: string;
  readonly eigenvalueRatio: string;
  readonly secantCurvature: string;
  readonly trace: string;
}

/** How far the loss rises near one minimum, ready for `displayRecords`; "–" where something was not measured. */
export interface SharpnessRow {
  readonly net: string;
  readonly worstCase: string;
  readonly adaptiveWorstCase: string;
  readonly epsSharpness: string;
  readonly mSharpness: string;
  readonly sam: string;
  readonly average: string;
}

/** What stands above the columns of curvature. */
export const CURVATURE_HEADINGS: Headings = {
  net: 'Net',
  largestEigenvalue: 'λ₁ ± residual',
  eigenvalueRatio: 'λ₁ / λ₅',
  secantCurvature: 'Curvature over ± ρ along its vector',
  trace: 'Trace ± standard error',
};

/** What stands above the columns of sharpness. */
export const SHARPNESS_HEADINGS: Headings = {
  net: 'Net',
  worstCase: 'Worst case',
  adaptiveWorstCase: 'Adaptive worst case',
  epsSharpness: "Keskar's ε-sharpness, %",
  mSharpness: 'm-sharpness ± standard error',
  sam: "SAM's, 1 step",
  average: 'Average direction ± standard error',
};

const MISSING = '–';

/** Whether eigenvalues or a trace were measured of either net. */
export function hasCurvature({ nets }: LandscapeStudy): boolean {
  return nets.some(({ eigenvalues, trace }) => eigenvalues !== undefined || trace !== undefined);
}

/** Whether the sharpness of either net was measured. */
export function hasSharpness({ nets }: LandscapeStudy): boolean {
  return nets.some(({ sharpness }) => sharpness !== undefined);
}

/** Curvature of both nets of a study; an eigenvalue or trace that has not converged is marked. */
export function curvatureRows({ nets }: LandscapeStudy): readonly CurvatureRow[] {
  return nets.map((net) => ({ net: net.label, ...eigenvalueCells(net), secantCurvature: net.secant === undefined ? MISSING : digits(net.secant.curvature), trace: traceCell(net) }));
}

/**
 * Sharpness of both nets of a study. Ascents are given as the mean over their seeds with its 95 % interval, averages over
 * directions or groups with their standard error.
 */
export function sharpnessRows({ nets }: LandscapeStudy): readonly SharpnessRow[] {
  return nets.map((net) => ({ net: net.label, ...sharpnessCells(net.sharpness) }));
}

/** What the caption of the table of curvature says of a study. */
export function curvatureCaption(study: LandscapeStudy): string {
  return `${imagesOf(study)} ${netsOf(study)}`;
}

/** What the caption of the table of sharpness says of a study. */
export function sharpnessCaption(study: LandscapeStudy): string {
  const { rho, adaptiveRho, ascentSteps, ascentSeeds, groupImages } = study.settings;
  return (
    `${imagesOf(study)} ρ = ${rho}, adaptive ρ = ${adaptiveRho}; ascents of ${ascentSteps} gradients, mean over ${ascentSeeds} seeds with its 95 % interval; m = ${groupImages}. ` +
    netsOf(study)
  );
}

function imagesOf({ data, settings }: LandscapeStudy): string {
  return `${data.name}; ${describeModel(settings)}: loss on ${data.probedImages} of the nets' ${data.trainingImages} training images, batch norm frozen.`;
}

function netsOf({ nets }: LandscapeStudy): string {
  return `Nets: ${nets.map(({ label, weights }) => `${label} is ${weights}`).join(', ')}.`;
}

function eigenvalueCells({ eigenvalues }: StudiedNet): Pick<CurvatureRow, 'largestEigenvalue' | 'eigenvalueRatio'> {
  const [first, , , , fifth] = eigenvalues?.eigenvalues ?? [];
  return {
    largestEigenvalue: first === undefined ? MISSING : `${plusMinus(first.value, first.residual)}${mark(first.converged)}`,
    eigenvalueRatio: first === undefined || fifth === undefined ? MISSING : `${digits(first.value / fifth.value)}${mark(fifth.converged)}`,
  };
}

function traceCell({ trace }: StudiedNet): string {
  return trace === undefined ? MISSING : `${plusMinus(trace.trace, trace.standardError)}${mark(trace.converged)}`;
}

function sharpnessCells(sharpness: StudySharpness | undefined): Omit<SharpnessRow, 'net'> {
  if (sharpness === undefined) {
    return { worstCase: MISSING, adaptiveWorstCase: MISSING, epsSharpness: MISSING, mSharpness: MISSING, sam: MISSING, average: MISSING };
  }
  const overSeeds = (runs: readonly { readonly sharpness: number }[]): string => {
    const { mean, halfWidth } = meanInterval(runs.map((run) => run.sharpness));
    return halfWidth === null ? digits(mean) : plusMinus(mean, halfWidth);
  };
  const { worstCase, adaptiveWorstCase, epsSharpness, mSharpness, sam, average } = sharpness;
  return {
    worstCase: overSeeds(worstCase),
    adaptiveWorstCase: overSeeds(adaptiveWorstCase),
    epsSharpness: overSeeds(epsSharpness),
    mSharpness: plusMinus(mSharpness.sharpness, mSharpness.standardError),
    sam: digits(sam.sharpness),
    average: plusMinus(average.sharpness, average.standardError),
  };
}

function plusMinus(value: number, error: number): string {
  return `${digits(value)} ± ${String(Number(error.toPrecision(2)))}`;
}

function digits(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function mark(converged: boolean): string {
  return converged ? '' : ' (not converged)';
}
