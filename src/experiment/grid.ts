import type { ExperimentConfig } from './config';

/** Values to run through, by setting. */
export type Grid = { readonly [Key in keyof ExperimentConfig]?: readonly ExperimentConfig[Key][] };

/** Every combination of the values, the last setting changing fastest. */
export function crossProduct(grid: Grid): Partial<ExperimentConfig>[] {
  return Object.entries(grid).reduce<Partial<ExperimentConfig>[]>(
    (points, [key, values]) => points.flatMap((point) => (values as readonly unknown[]).map((value) => ({ ...point, [key]: value }))),
    [{}],
  );
}
