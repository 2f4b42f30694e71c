import type { DataFrame } from 'danfojs-node';
import { displayRecords } from '../report/display';

/**
 * Shows a danfojs data frame as a table below the running cell, numbers with four significant digits; its own `print` draws
 * wide boxes of text. An index of names, such as that of `describe`, is the first column.
 *
 * @throws Error outside a notebook; RangeError if there is no row.
 * @example
 * notebook.displayDataFrame('Errors', frame.groupby(['method']).agg({ error: ['mean', 'std', 'count'] }));
 */
export function displayDataFrame(title: string, frame: Pick<DataFrame, 'columns' | 'index' | 'values'>): void {
  displayRecords(title, frameRecords(frame), { [INDEX]: ' ' });
}

const INDEX = 'index';

/** The rows of a data frame as plain records. */
export function frameRecords({ columns, index, values }: Pick<DataFrame, 'columns' | 'index' | 'values'>): readonly object[] {
  const named = index.some((name) => typeof name === 'string');
  return (values as unknown[][]).map((row, at) => ({
    ...(named ? { [INDEX]: index[at] } : {}),
    ...Object.fromEntries(columns.map((column, place) => [column, row[place]])),
  }));
}
