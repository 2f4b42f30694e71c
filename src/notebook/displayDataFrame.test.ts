import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toDataFrame } from '../report/dataFrame';
import { frameRecords } from './displayDataFrame';

test('a data frame becomes records of its columns, with an index where it has names', async () => {
  const frame = await toDataFrame([{ method: 'sgd', error: 57 }, { method: 'sam', error: 55 }]);
  assert.deepEqual(frameRecords(frame), [{ method: 'sgd', error: 57 }, { method: 'sam', error: 55 }]);
  const described = frameRecords(frame.loc({ columns: ['error'] }).describe());
  assert.deepEqual(described.slice(0, 2), [{ index: 'count', error: 2 }, { index: 'mean', error: 56 }]);
});
