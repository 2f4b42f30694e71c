import type { DataFrame } from 'danfojs-node';

type Joined = ReturnType<typeof import('danfojs-node').merge>;

/**
 * The rows of two data frames that agree in some columns, side by side, as pandas' `merge` with `how='inner'` gives them.
 *
 * @param on names of the columns that are compared; both frames have them.
 * @throws Error from danfojs for a column that one of them lacks.
 * @example
 * const joined = await notebook.joinDataFrames(ours, theirs, ['method', 'epochs']);
 */
export async function joinDataFrames(left: DataFrame, right: DataFrame, on: readonly string[]): Promise<Joined> {
  const danfo = await import('danfojs-node');
  return danfo.merge({ left, right, on: [...on], how: 'inner' });
}
