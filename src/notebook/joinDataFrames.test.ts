import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toDataFrame } from '../report/dataFrame';
import { joinDataFrames } from './joinDataFrames';

test('rows that agree in all named columns are joined, and all others are left out', async () => {
  const ours = await toDataFrame([
    { method: 'sgd', epochs: 100, error: 57 },
    { method: 'sam', epochs: 100, error: 56 },
    { method: 'sam', epochs: 300, error: 55 },
  ]);
  const theirs = await toDataFrame([
    { method: 'sam', epochs: 100, original: 14.5 },
    { method: 'sgd', epochs: 100, original: 15.34 },
    { method: 'sgd', epochs: 200, original: 12.94 },
  ]);
  const joined = await joinDataFrames(ours, theirs, ['method', 'epochs']);
  assert.deepEqual(joined.columns, ['method', 'epochs', 'error', 'original']);
  assert.deepEqual(joined.values, [['sgd', 100, 57, 15.34], ['sam', 100, 56, 14.5]]);
});
