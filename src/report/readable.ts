import type { LandscapeStudy, StudiedNet } from './landscapeStudies';

/** A column of probes that cannot be read, and why. */
export interface Unreadable {
  readonly key: string;
  /** The column's name, and why it is not shown. */
  readonly reason: string;
}

/** An average within this many standard errors of 0 counts as noise. */
const NOISE = 2;

/** Which eigenvalues a column is made of, by place. */
const EIGENVALUES = [
  { key: 'largestEigenvalue', name: 'λ₁', places: [0] },
  { key: 'eigenvalueRatio', name: 'λ₁ / λ₅', places: [0, 4] },
] as const;

/** Columns of curvature that have not converged for some network of a study: such numbers cannot be compared. */
export function unreadableCurvature({ nets }: Pick<LandscapeStudy, 'nets'>): readonly Unreadable[] {
  const eigenvalues = EIGENVALUES.flatMap(({ key, name, places }) => {
    const open = nets.filter(({ eigenvalues: found }) => found !== undefined && places.some((place) => found.eigenvalues[place]?.converged === false));
    return open.length === 0 ? [] : [{ key, reason: `${name} (not converged for ${open.map(({ label }) => label).join(', ')})` }];
  });
  const traces = nets.filter(({ trace }) => trace?.converged === false);
  return [...eigenvalues, ...(traces.length === 0 ? [] : [{ key: 'trace', reason: `the trace (not converged for ${traces.map(({ label }) => label).join(', ')})` }])];
}

/** Columns of sharpness that do not describe the minimum: a box that leaves its neighbourhood, an average within its noise. */
export function unreadableSharpness(study: Pick<LandscapeStudy, 'nets' | 'settings'>): readonly Unreadable[] {
  const measured = study.nets.flatMap(({ sharpness }) => sharpness ?? []);
  const worst = measured.flatMap(({ epsSharpness }) => epsSharpness.map(({ worstLoss }) => worstLoss));
  const far = 2 * Math.log(study.settings.dataset === 'cifar10' ? 10 : 100);
  const inNoise = measured.length > 0 && measured.every(({ average }) => Math.abs(average.sharpness) <= NOISE * average.standardError);
  return [
    ...(worst.some((loss) => loss > far)
      ? [{ key: 'epsSharpness', reason: `Keskar's ε-sharpness (its box leaves the neighbourhood of the minimum: the loss at its worst points, up to ${Math.max(...worst).toPrecision(3)} nats, is above twice the loss at chance)` }]
      : []),
    ...(inNoise ? [{ key: 'average', reason: `the average direction (within ${NOISE} standard errors of 0)` }] : []),
  ];
}

/** "Not shown: ..." for a caption, or nothing. */
export function notShown(unreadable: readonly Unreadable[]): string {
  return unreadable.length === 0 ? '' : ` Not shown: ${unreadable.map(({ reason }) => reason).join('; ')}.`;
}

/** A row without the columns that cannot be read. */
export function readableRow<Row extends object>(row: Row, unreadable: readonly Unreadable[]): Partial<Row> {
  return Object.fromEntries(Object.entries(row).filter(([key]) => !unreadable.some((one) => one.key === key))) as Partial<Row>;
}

/** The loss of a network on the images that its curvature or sharpness was measured on, in nats. */
export function probedLoss({ loss, sharpness }: StudiedNet): number | undefined {
  return loss?.loss ?? sharpness?.worstCase[0]?.baseLoss;
}

/** Whether two losses differ by more than a tenth of the larger one, so that their networks are not comparable. */
export function lossesDiffer(one: number, other: number): boolean {
  return Math.abs(one - other) > 0.1 * Math.max(one, other);
}
