import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineFigure, type FigureLine } from './lineFigure';

const TEXT = { title: 'Errors', caption: 'CIFAR-10, 10 images, seed 0', xTitle: 'Epoch', yTitle: 'Error, %' };

interface Trace {
  readonly name?: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly xaxis: string;
  readonly showlegend: boolean;
  readonly fill?: string;
  readonly line: { readonly color?: string };
}

function tracesOf(lines: readonly FigureLine[]): readonly Trace[] {
  return lineFigure({ ...TEXT, lines }).data as readonly Trace[];
}

test('a line keeps its points, and lines of one name look alike in all panels and are in the legend once', () => {
  const [first, other, second] = tracesOf([
    { name: 'right', panel: 'SGD', x: [1, 2], y: [3, 4] },
    { name: 'wrong', panel: 'SGD', x: [1, 2], y: [5, 6] },
    { name: 'right', panel: 'SAM', x: [1, 2], y: [7, 8] },
  ]);
  assert.deepEqual([first!.x, first!.y, second!.y], [[1, 2], [3, 4], [7, 8]]);
  assert.deepEqual([first!.xaxis, other!.xaxis, second!.xaxis], ['x', 'x', 'x2']);
  assert.deepEqual([first!.showlegend, other!.showlegend, second!.showlegend], [true, true, false]);
  assert.equal(first!.line.color, second!.line.color);
  assert.notEqual(first!.line.color, other!.line.color);
});

test('panels share one vertical scale and say what they are', () => {
  const { layout } = lineFigure({ ...TEXT, lines: [{ name: 'a', panel: 'SGD', x: [1], y: [1] }, { name: 'a', panel: 'SAM', x: [1], y: [9] }] });
  assert.equal((layout['yaxis2'] as { matches?: string }).matches, 'y');
  assert.match(JSON.stringify(layout['annotations']), /SGD.*SAM/);
  assert.equal(layout['showlegend'], false, 'one name needs no legend');
});

test('an interval is a band of y ± its half width, and a missing one has no width', () => {
  const [band, line] = tracesOf([{ name: 'a', x: [0, 1, 2], y: [10, 20, 30], halfWidth: [1, null, 3] }]);
  assert.deepEqual([band!.x, band!.y, band!.fill], [[0, 1, 2, 2, 1, 0], [11, 20, 33, 27, 20, 9], 'toself']);
  assert.deepEqual(line!.y, [10, 20, 30]);
  assert.equal(tracesOf([{ name: 'a', x: [0], y: [1], halfWidth: [null] }]).length, 1, 'a single run has no band');
});

test('lines that cannot be drawn are refused', () => {
  assert.throws(() => tracesOf([]), /expected 1 to 5 names of lines, got 0/);
  assert.throws(() => tracesOf([{ name: 'a', x: [1, 2], y: [1] }]), /expected 2 values for the line "a", one for each x, got 1/);
  assert.throws(() => tracesOf([{ name: 'a', x: [1], y: [1], halfWidth: [1, 2] }]), /got 1 and 2 half widths/);
});
