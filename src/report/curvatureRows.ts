import type { StudySharpness } from '../landscape/study/sharpness';
import { meanInterval } from '../experiment/interval';
import type { LandscapeStudy, StudiedNet } from './landscapeStudies';
import { notShown, probedLoss, readableRow, lossesDiffer, unreadableCurvature, unreadableSharpness } from './readable';
import { describeModel } from './recipe';
import type { Headings } from './recordTable';

/** The curvature of the loss at one minimum, ready for `displayRecords`; "–" where something was not measured. */
export interface CurvatureRow {
  readonly net: string;
  readonly loss: string;
  readonly largestEigenvalue: string;
  readonly secantCurvature: string;
  readonly secantTwiceRho: string;
  readonly eigenvalueRatio: string;
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

/** Headings of the columns of curvature. */
export const CURVATURE_HEADINGS: Headings = {
  net: 'Network',
  loss: 'Loss on the images',
  largestEigenvalue: 'λ₁ ± residual',
  secantCurvature: 'Curvature over ± ρ along its eigenvector',
  secantTwiceRho: 'Over ± 2 ρ',
  eigenvalueRatio: 'λ₁ / λ₅',
  trace: 'Trace ± standard error',
};

/** Headings of the columns of sharpness. */
export const SHARPNESS_HEADINGS: Headings = {
  net: 'Network',
  worstCase: 'Worst case',
  adaptiveWorstCase: 'Adaptive worst case',
  epsSharpness: "Keskar's ε-sharpness, %",
  mSharpness: 'm-sharpness ± standard error',
  sam: "Rise after SAM's step",
  average: 'Average direction ± standard error',
};

const MISSING = '–';

/** Whether eigenvalues or a trace were measured of either network. */
export function hasCurvature({ nets }: LandscapeStudy): boolean {
  return nets.some(({ eigenvalues, trace }) => eigenvalues !== undefined || trace !== undefined);
}

/** Whether the sharpness of either network was measured. */
export function hasSharpness({ nets }: LandscapeStudy): boolean {
  return nets.some(({ sharpness }) => sharpness !== undefined);
}

/** Curvature of both networks of a study, without the columns in which one of them has not converged. */
export function curvatureRows(study: LandscapeStudy): readonly Partial<CurvatureRow>[] {
  const unreadable = unreadableCurvature(study);
  return study.nets.map((net) => readableRow({ net: net.label, ...curvatureCells(net) }, unreadable));
}

/**
 * Sharpness of both networks of a study, without the columns that cannot be read. Ascents are given as the mean over their seeds with
 * its 95 % interval, averages over directions or groups with their standard error.
 */
export function sharpnessRows(study: LandscapeStudy): readonly Partial<SharpnessRow>[] {
  const unreadable = unreadableSharpness(study);
  return study.nets.map((net) => readableRow({ net: net.label, ...sharpnessCells(net.sharpness) }, unreadable));
}

/** The caption of a study's table of curvature. */
export function curvatureCaption(study: LandscapeStudy): string {
  const secants = study.nets.some(({ secant }) => secant !== undefined) ? ` ρ = ${study.settings.rho}.` : '';
  return `${imagesOf(study)}${secants} ${netsOf(study)}${lossesNote(study)}${notShown(unreadableCurvature(study))}`;
}

/** The caption of a study's table of sharpness. */
export function sharpnessCaption(study: LandscapeStudy): string {
  const { rho, adaptiveRho, ascentSteps, ascentSeeds, groupImages } = study.settings;
  return (
    `${imagesOf(study)} ρ = ${rho}, adaptive ρ = ${adaptiveRho}; ascents of ${ascentSteps} gradients, mean over ${ascentSeeds} seeds with its 95 % interval; m = ${groupImages}. ` +
    netsOf(study) + lossesNote(study) + notShown(unreadableSharpness(study))
  );
}

function imagesOf({ data, settings }: LandscapeStudy): string {
  return `${data.name}; ${describeModel(settings)}: loss on ${data.probedImages} of the networks' ${data.trainingImages} training images, batch norm frozen.`;
}

function netsOf({ nets, settings }: LandscapeStudy): string {
  return `Networks: ${nets.map(({ label, weights }) => `${label} is ${weights}`).join(', ')}.${equalLossNote(settings)}`;
}

/** How the networks of a comparison at equal training loss were chosen; "" for other studies. */
export function equalLossNote({ atEqualLoss }: LandscapeStudy['settings']): string {
  return atEqualLoss === true ? ' The network whose loss was lower is taken from the epoch at which its loss was nearest to the other\'s.' : '';
}

/** A note where the losses of the networks differ: sharpness and curvature grow with the loss, whatever the method. */
function lossesNote({ nets }: LandscapeStudy): string {
  const [one, other] = nets.map(probedLoss);
  return one !== undefined && other !== undefined && lossesDiffer(one, other)
    ? ` Their losses on these images, ${digits(one)} and ${digits(other)}, differ, so this is no comparison at equal training loss; npm run landscape -- nets --at-equal-loss makes one.`
    : '';
}

function curvatureCells(net: StudiedNet): Omit<CurvatureRow, 'net'> {
  const { eigenvalues, secant, secantTwiceRho, trace } = net;
  const [first, , , , fifth] = eigenvalues?.eigenvalues ?? [];
  const loss = probedLoss(net);
  return {
    loss: loss === undefined ? MISSING : digits(loss),
    largestEigenvalue: first === undefined ? MISSING : plusMinus(first.value, first.residual),
    secantCurvature: secant === undefined ? MISSING : digits(secant.curvature),
    secantTwiceRho: secantTwiceRho === undefined ? MISSING : digits(secantTwiceRho.curvature),
    eigenvalueRatio: first === undefined || fifth === undefined ? MISSING : digits(first.value / fifth.value),
    trace: trace === undefined ? MISSING : plusMinus(trace.trace, trace.standardError),
  };
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
