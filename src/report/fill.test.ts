import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fill } from './fill';

const DOCUMENT = `# Title

Error: <!-- begin error -->old<!-- end error --> %.

<!-- begin table -->
| old |
<!-- end table -->

Text stays.
`;

test('places are filled, inline and as blocks, and nothing else is touched', () => {
  const filled = fill(DOCUMENT, { error: '61.2', table: '| a |\n| b |', unused: 'x' }, 'REPORT.md');
  assert.equal(
    filled,
    '# Title\n\nError: <!-- begin error -->61.2<!-- end error --> %.\n\n<!-- begin table -->\n| a |\n| b |\n<!-- end table -->\n\nText stays.\n',
  );
});

test('filling twice is filling once, also with what looks like a pattern', () => {
  const contents = { error: '$& $1', table: '$$' };
  const once = fill(DOCUMENT, contents, 'REPORT.md');
  assert.match(once, /-->\$& \$1<!--/);
  assert.equal(fill(once, contents, 'REPORT.md'), once);
});

test('an unknown place is named with its line and the known ones', () => {
  assert.throws(() => fill(DOCUMENT, { error: '1' }, 'REPORT.md'), /REPORT\.md, line 5: nothing is called "table"; use one of error\./);
});

test('markers that do not pair are refused', () => {
  const contents = { a: '', b: '' };
  assert.throws(() => fill('<!-- begin a -->', contents, 'X'), /"<!-- begin a -->" is never closed/);
  assert.throws(() => fill('<!-- end a -->', contents, 'X'), /line 1: "<!-- end a -->" has no begin before it/);
  assert.throws(() => fill('<!-- begin a -->\n<!-- begin b --><!-- end b --><!-- end a -->', contents, 'X'), /line 2: "<!-- begin b -->" stands where "<!-- end a -->" is due/);
  assert.throws(() => fill('Words <!-- begin a --><!-- end b -->', contents, 'X'), /"<!-- end b -->" stands where "<!-- end a -->" is due/);
});

test('text after a marker at the beginning of a line is refused, since Markdown would show it unformatted', () => {
  const contents = { a: 'text' };
  for (const document of ['<!-- begin a -->x<!-- end a -->', 'One.\n  <!-- begin a -->x<!-- end a -->', '1. <!-- begin a -->x<!-- end a -->', '> - <!-- begin a -->x<!-- end a -->', '<!-- begin a -->\nx\n<!-- end a --> goes on.']) {
    assert.throws(() => fill(document, contents, 'X'), /text follows "<!-- (begin|end) a -->" at the beginning of a line, which Markdown shows unformatted; put the marker on a line of its own/);
  }
  assert.equal(fill('Words <!-- begin a --><!-- end a -->\n', contents, 'X'), 'Words <!-- begin a -->text<!-- end a -->\n');
});
