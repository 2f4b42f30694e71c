import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evenly } from '../../landscape/surface/grid';
import { figure1, figure1Section, figure2 } from '../illustrations/figures';
import { errorTables } from '../tables';
import { testRun } from '../testing/run';
import { contourPanels } from './contourPanels';
import { finalErrors } from './finalErrors';
import { learningCurves } from './learningCurves';
import { lossAndErrorLines } from './lossAndErrorLines';
import { lossScale } from './lossScale';
import { lossContour, lossSurface, type SurfaceGrid } from './lossSurface';
import type { FigureSpecification } from './specification';
import { surfacePair } from './surfacePair';
import { surfaceTopology } from './surfaceTopology';
import { linearTicks } from './ticks';

const TEXT = { title: 'A title', caption: 'A caption', axes: { x: 'x', y: 'y' } } as const;
const SURFACE_TEXT = { ...TEXT, axes: { ...TEXT.axes, z: 'Loss' }, paths: [] } as const;

function grid(points: number, f: (x: number, y: number) => number): SurfaceGrid {
  const x = evenly([-1, 1], points);
  return { x, y: x, z: x.map((b) => x.map((a) => f(a, b))) };
}

const bowl = (x: number, y: number): number => 0.1 + x * x + y * y;
const panels = (count: number, points: number, f = bowl): { readonly name: string; readonly grid: SurfaceGrid }[] =>
  Array.from({ length: count }, (_, index) => ({ name: `surface ${index}`, grid: grid(points, f) }));

test('surfaces of many places are drawn: 401 x 401, and four of 201 x 201', () => {
  const large = grid(401, bowl);
  const four = panels(4, 201);
  const made = [
    surfacePair({ surfaces: [{ name: 'a', grid: large }], ...TEXT }), surfacePair({ surfaces: four, ...TEXT }), contourPanels({ panels: four, ...TEXT }),
    contourPanels({ panels: [{ name: 'a', grid: large }], ...TEXT }), lossSurface({ grid: large, ...SURFACE_TEXT }), lossContour({ grid: large, ...SURFACE_TEXT }),
    surfaceTopology({ surface: { name: 'a', grid: large }, ...TEXT }),
  ];
  assert.ok(made.every(({ data }) => data.length > 0));
});

test('surfaces without a finite value are refused by name', () => {
  for (const value of [NaN, Infinity]) {
    const none = grid(5, () => value);
    const surface = { name: 'a', grid: none };
    for (const [name, draw] of [
      ['surfacePair', () => surfacePair({ surfaces: [surface], ...TEXT })],
      ['contourPanels', () => contourPanels({ panels: [surface], ...TEXT })],
      ['surfaceTopology', () => surfaceTopology({ surface, ...TEXT })],
      ['lossSurface', () => lossSurface({ grid: none, ...SURFACE_TEXT })],
      ['contourTrace', () => lossContour({ grid: none, ...SURFACE_TEXT })],
      ['lossAndErrorLines', () => lossAndErrorLines({ ...TEXT, xTitle: 'x', marks: [], lines: [{ name: 'a', x: [0, 1], loss: [value, value], error: [] }] })],
    ] as const) {
      assert.throws(draw, { name: 'RangeError', message: new RegExp(`^${name}: expected .* of which at least one is finite, got none`) });
    }
  }
});

test('a logarithmic scale has two or more numbers within it, however narrow its range', () => {
  for (const [low, high] of [[1e-9, 1e4], [0.01, 30], [1, 9], [2.1, 4.9], [2.3, 2.4], [0.123, 0.1231], [2.302585, 2.302586], [5, 5], [1e-300, 1e-300], [1e250, 1.1e250], [999, 1001]] as const) {
    const scale = lossScale('test', [high, NaN, low, Infinity]);
    assert.ok(scale.low < scale.high && scale.ticks.length >= 2 && scale.ticks.length <= 16, `${low} to ${high}: ${scale.texts.join(', ')}`);
    assert.equal(new Set(scale.texts).size, scale.texts.length, scale.texts.join(', '));
    scale.ticks.forEach((tick, index) => {
      // Labels and positions agree, up to the rounding of logarithms.
      assert.ok(tick >= scale.low - 1e-9 && tick <= scale.high + 1e-9 && Math.abs(Math.log10(Number(scale.texts[index])) - tick) < 1e-12);
    });
  }
  assert.deepEqual(lossScale('test', [2.3, 2.4]).texts, ['2.30', '2.32', '2.34', '2.36', '2.38', '2.40']);
  assert.deepEqual(lossScale('test', [0.1, 5]).texts, ['0.1', '0.2', '0.5', '1', '2', '5']);
  assert.deepEqual(linearTicks(-1, 1).map(({ text }) => text), ['-1.0', '-0.5', '0.0', '0.5', '1.0']);
});

test('every figure fits beside JupyterLab\'s prompt, with an upright toolbar', () => {
  const runs = [testRun({ top1Error: 60, losses: [3, 1] })];
  const all: readonly FigureSpecification[] = [
    figure1().surface, figure1().contour, figure1Section(), figure2(), learningCurves(runs), finalErrors(errorTables(runs, { preset: 'laptop', dataset: 'cifar10' })[0]!),
    ...[1, 2, 3, 4].flatMap((count) => [surfacePair({ surfaces: panels(count, 5), ...TEXT }), contourPanels({ panels: panels(count, 5), ...TEXT })]),
    surfaceTopology({ surface: panels(1, 9)[0]!, ...TEXT }),
  ];
  for (const { layout } of all) {
    assert.ok(layout.width <= 930, `${layout.title.text}: ${layout.width} pixels`);
    assert.equal((layout['modebar'] as { readonly orientation: string }).orientation, 'v');
  }
});

test('axes of percentages end at 0 and 100', () => {
  const runs = [testRun({ top1Error: 60, losses: [3, 1] })];
  const line = { name: 'a', x: [0, 1], loss: [1, 2], error: [0, 100] };
  for (const [figure, names] of [
    [learningCurves(runs), ['yaxis2']],
    [finalErrors(errorTables(runs, { preset: 'laptop', dataset: 'cifar10' })[0]!), ['yaxis', 'yaxis2']],
    [lossAndErrorLines({ ...TEXT, xTitle: 'x', marks: [], lines: [line] }), ['yaxis2']],
  ] as const) {
    for (const name of names) {
      assert.deepEqual((figure.layout[name] as { readonly autorangeoptions: object }).autorangeoptions, { clipmin: 0, clipmax: 100 });
    }
  }
});
