import type { DataFrame } from 'danfojs-node';

/**
 * The rows of a table as a danfojs data frame, one column a field. For readers who go on with the
 * numbers in a notebook: `(await toDataFrame(table.rows)).print()`.
 *
 * @param rows records with the same fields, such as the `rows` of a `ResultTable`.
 * @throws RangeError if there is no row.
 */
export async function toDataFrame(rows: readonly object[]): Promise<DataFrame> {
  if (rows.length === 0) {
    throw new RangeError('toDataFrame: expected one row or more, got none; select a preset that was run.');
  }
  // Loaded when asked for: danfojs takes a second, and nothing else needs it.
  const danfo = await import('danfojs-node');
  return new danfo.DataFrame(rows.map((row) => ({ ...row })));
}
