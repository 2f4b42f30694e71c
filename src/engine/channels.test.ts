import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectOp, opCases } from '../testing/opCase';
import { padChannels } from './channels';
import { scope, tensor } from './tensor';

test('padding channels and its gradient are PyTorch\'s', () => {
  opCases('padChannels').forEach((one) => expectOp(one, ({ x }, { before, after }) => ({ y: padChannels(x!, before!, after!) })));
});

test('by hand: one channel between two before and one after', () => {
  scope(() => {
    assert.deepEqual([...padChannels(tensor([5, 6], [1, 1, 2, 1]), 2, 1).values()], [0, 0, 5, 0, 0, 0, 6, 0]);
  });
});
