import assert from 'node:assert/strict';
import { test } from 'node:test';
import { displayFigure, displayRecords, displayTable, displayText } from './display';
import { figure } from './figures/figure';
import { errorTables } from './tables';
import { recordsToHtml, recordsToMarkdown } from './recordTable';

test('outside a notebook each display names itself and what to do instead', async () => {
  await assert.rejects(displayFigure(figure({ title: 'a', caption: 'b' }, [], {})), /displayFigure: there is no notebook to show it in; draw it into files with renderFigures/);
  assert.throws(() => displayTable(...errorTables([], { preset: 'laptop', dataset: 'cifar10' })), /displayTable: .* print toMarkdown/);
  assert.throws(() => displayRecords('a', [{ b: 1 }]), /displayRecords: .* console\.table/);
  assert.throws(() => displayText('a'), /displayText: .* print it/);
});

test('records become a table with a column a field', () => {
  const rows = [{ name: 'a|b', n: 23528522, loss: 0.123456 }, { name: '<c>', n: 0, loss: null }];
  assert.equal(recordsToMarkdown('Sizes', rows), '**Sizes**\n\n| name | n | loss |\n|---|---|---|\n| a\\|b | 23,528,522 | 0.1235 |\n| <c> | 0 | – |');
  assert.match(recordsToHtml('Sizes', rows), /<td [^>]*>&lt;c&gt;<\/td><td [^>]*>0<\/td><td [^>]*>–<\/td>/);
  assert.throws(() => recordsToMarkdown('Sizes', []), /expected one row or more for "Sizes"/);
});

test('given headings are above their columns, other columns keep the name of their field', () => {
  const rows = [{ share: 1.5, n: 2 }];
  assert.match(recordsToMarkdown('Sizes', rows, { share: 'share, %' }), /\| share, % \| n \|\n/);
  assert.match(recordsToHtml('Sizes', rows, { share: 'share, %' }), />share, %<\/th><th [^>]*>n<\/th>/);
});
