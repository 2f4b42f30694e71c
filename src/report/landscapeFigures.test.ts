import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { evenly, gridPoints, toGrid } from '../landscape/surface/grid';
import { writeSamples } from '../landscape/surface/store';
import { CURVATURE_HEADINGS, curvatureCaption, curvatureRows, SHARPNESS_HEADINGS, sharpnessCaption, sharpnessRows } from './curvatureRows';
import type { FigureSpecification } from './figures/specification';
import { titleOf } from './figures/specification';
import { surfacePair } from './figures/surfacePair';
import { branchPlaces, surfaceTopology } from './figures/surfaceTopology';
import { landscapeContents } from './landscapeContents';
import { figuresOfNetworks, minimaFigure, pathFigure, studyFigures } from './landscapeFigures';
import { readPaths, readStudies, type LandscapeStudy } from './landscapeStudies';
import { testSamples, testStudy } from './testing/study';

/** The fields of a trace that the tests read. */
interface Trace {
  readonly type: string;
  readonly name?: string;
  readonly mode?: string;
  readonly x: readonly (number | string)[];
  readonly y: readonly (number | string | null)[];
  readonly z: readonly (readonly number[])[];
  readonly zmin?: number;
  readonly cmin?: number;
  readonly cmax?: number;
  readonly xaxis?: string;
  readonly showscale?: boolean;
  readonly marker?: { readonly symbol: readonly string[] };
}

const study = testStudy();
const figures = studyFigures(study);

function find(name: string): { readonly figure: FigureSpecification; readonly traces: readonly Trace[]; readonly caption: string } {
  const figure = figures[`landscape-test-${name}`]!;
  const caption = (figure.layout['annotations'] as readonly { readonly text: string }[]).at(-1)!.text.replaceAll('<br>', ' ');
  return { figure, traces: figure.data as readonly Trace[], caption };
}

test('a study has its figures, and those whose data is missing are left out', () => {
  // Each bowl along the eigenvectors has one minimum, of which a picture of basins shows nothing.
  const names = ['slices', ...['surface', 'contour', 'topology-1', 'topology-2'].map((kind) => `planes-${kind}`), ...['surface', 'contour'].map((kind) => `eigenvector-planes-${kind}`), 'interpolation', 'curve', 'spectrum', 'similarity'];
  assert.deepEqual(Object.keys(figures), names.map((name) => `landscape-test-${name}`));
  const { name, settings, modelName, data, nets } = study;
  const [{ label, weights }, other] = nets;
  assert.deepEqual(studyFigures({ name, settings, modelName, data, nets: [{ label, weights }, other] }), {});
});

test('of further training seeds only kinds of figures are shown that the first lacks; another network has all of its own', () => {
  const { interpolation, ...first } = study;
  assert.ok(interpolation);
  const second = { ...study, name: 'second' };
  const other = { ...study, name: 'other', settings: { ...study.settings, model: 'resnet20' as const } };
  const shown = Object.keys(figuresOfNetworks([first, second, other]));
  assert.deepEqual(shown.filter((name) => name.startsWith('landscape-second')), ['landscape-second-interpolation']);
  const count = Object.keys(figures).length;
  assert.deepEqual(['test', 'other'].map((name) => shown.filter((figure) => figure.startsWith(`landscape-${name}-`)).length), [count - 1, count]);
});

test('contours say how many minima were sampled, and planes of a few points are not drawn', () => {
  assert.match(find('eigenvector-planes-contour').caption, /Places of the grid that are lower than their eight neighbours: SGD 1, SAM 1\.$/);
  assert.match(find('planes-contour').caption, /neighbours: SGD \d+, SAM \d+\.$/);
  const coarse = (side: number): LandscapeStudy => {
    const axis = Array.from({ length: side }, (_, index) => index - (side - 1) / 2);
    return { ...study, nets: study.nets.map((net) => ({ ...net, eigenvectorPlane: testSamples(gridPoints(axis, axis), (x, y) => 1 + x ** 2 + y ** 2) })) as unknown as LandscapeStudy['nets'] };
  };
  const drawn = (side: number): boolean => 'landscape-test-eigenvector-planes-contour' in studyFigures(coarse(side));
  assert.deepEqual([drawn(8), drawn(9)], [false, true]);
});

test('both surfaces have the same axes, heights and colours', () => {
  const { figure, traces, caption } = find('planes-surface');
  assert.deepEqual(traces.map(({ type, name, showscale }) => [type, name, showscale]), [['surface', 'SGD', false], ['surface', 'SAM', true]]);
  const losses = study.nets.flatMap(({ plane }) => plane!.series['train']!.loss);
  for (const { cmin, cmax, x } of traces) {
    assert.deepEqual([cmin, cmax, x[0]], [Math.log10(Math.min(...losses)), Math.log10(Math.max(...losses)), -0.8]);
  }
  const scenes = ['scene', 'scene2'].map((scene) => (figure.layout[scene] as { readonly zaxis: { readonly range: readonly number[] } }).zaxis.range);
  assert.deepEqual(scenes[0], scenes[1]);
  assert.equal(traces[0]!.z[0]![0], Math.log10(study.nets[0].plane!.series['train']!.loss[0]!));
  assert.match(caption, /^CIFAR-10; ResNet-50, ImageNet stem; batch norm frozen at each network's running statistics\. Loss on 500 of the networks' 1,000 training images at 25 x 25 points; two random directions.* SGD is cifar10-resnet50-sgd-100-epochs-seed-0-dbd410fd, SAM is/);
});

test('captions name bfloat16 where the surface was measured in it', () => {
  const mixed = studyFigures({ ...study, settings: { ...study.settings, precision: 'mixed' } });
  const told = (name: string): boolean => JSON.stringify(mixed[`landscape-test-${name}`]!.layout).replaceAll('<br>', ' ').includes('activations and products in bfloat16');
  assert.deepEqual(['slices', 'planes-contour', 'interpolation', 'eigenvector-planes-contour', 'spectrum', 'similarity'].map(told), [true, true, true, false, false, false]);
});

test('surfaces over different ranges, and losses that a logarithm cannot show, are refused', () => {
  const grid = (to: number) => ({ x: [0, to], y: [0, 1], z: [[1, 2], [3, 4]] });
  const input = { title: '', caption: '', axes: { x: '', y: '' } };
  assert.throws(() => surfacePair({ ...input, surfaces: [{ name: 'a', grid: grid(1) }, { name: 'b', grid: grid(2) }] }), /over one range, got \[0, 1, 0, 1\] and \[0, 2, 0, 1\]; measure them with a shared range/);
  assert.throws(() => surfacePair({ ...input, surfaces: [{ name: 'a', grid: { ...grid(1), z: [[1, 0], [3, 4]] } }] }), /losses above 0, got 0; the scale is logarithmic/);
});

test('slices lie over each other, with loss and error', () => {
  const { traces, caption } = find('slices');
  assert.deepEqual(traces.map(({ name, xaxis }) => [name, xaxis]), [['SGD', undefined], ['SGD', 'x2'], ['SAM', undefined], ['SAM', 'x2']]);
  assert.deepEqual(traces[2]!.y, study.nets[1].slice!.series['train']!.loss);
  assert.match(caption, /one random draw \(seed 0\), filter-normalised to each network/);
});

test('the straight line shows train and test, its barriers, and that batch norm is re-estimated', () => {
  const { traces, caption } = find('interpolation');
  assert.deepEqual(traces.map(({ name }) => name), ['train', 'train', 'test', 'test']);
  // 0.1 + 4 sin² at both ends, 4.1 half way.
  assert.match(caption, /batch norm re-estimated at every point.*Loss barrier: 4\.00 nats \(train\), 4\.00 nats \(test\)\. The ends too are evaluated with re-estimated batch norm/);
  const curve = find('curve');
  assert.deepEqual([curve.traces[0]!.x.length, curve.traces[0]!.x[60]], [61, 1]);
});

test('the topology of a bowl is one branch and one bar', () => {
  const { points, series } = study.nets[0].eigenvectorPlane!;
  const surface = { name: 'SGD', grid: toGrid(points, series['train']!.loss) };
  const bowl = surfaceTopology({ title: '', caption: '', axes: { x: '', y: '' }, surface }).data as readonly Trace[];
  assert.deepEqual(bowl.map(({ name }) => name), ['SGD', 'minima', 'branch 1', 'leaves', 'bar 1']);
  const rugged = find('planes-topology-1').traces.filter(({ name }) => name?.startsWith('bar') === true);
  assert.ok(rugged.length > 3);
});

test('branches are ordered so that no line to a parent crosses another branch', () => {
  const branch = (birth: number, death: number, parent: number | null) => ({ birth, death, parent, saddle: null, minimum: { row: 0, column: 0 } });
  // 2 joins 1 before 1 joins 0; 3 joins 0 first.
  assert.deepEqual(branchPlaces({ branches: [branch(0, 9, null), branch(1, 6, 0), branch(2, 4, 1), branch(2, 3, 0)] }), [0, 2, 3, 1]);
});

test('eigenvalues that have not converged are hollow', () => {
  const { traces, caption } = find('spectrum');
  assert.deepEqual(traces[0]!.marker!.symbol, ['circle', 'circle', 'circle', 'circle', 'circle-open']);
  assert.deepEqual(traces[0]!.y, [80, 40, 80 / 3, 20, 16]);
  assert.match(caption, /hollow ones have not converged.*2 x 30 products/);
});

test('layers of the first network are at the side, those of the second on top', () => {
  const { traces, figure } = find('similarity');
  assert.deepEqual(traces[0]!.z, [[1, 0.5, 0.2], [0.5, 0.9, 0.3], [0.2, 0.3, 0.8]]);
  assert.equal(titleOf(figure), 'How alike the layers of SGD and SAM are (ResNet-50, ImageNet stem, seed 0)');
});

test('three minima are stars with names on their plane', () => {
  const places = [[0, 0], [4, 0], [1, 2]] as const;
  const plane = testSamples(gridPoints(evenly([-1, 5], 4), evenly([-1, 3], 3)), (x, y) => 1 + x ** 2 + y ** 2, ['train'], 're-estimated');
  const figure = minimaFigure({ name: 'three', plane, minima: ['one', 'two', 'three'], places })['landscape-three-minima']!;
  const stars = (figure.data as readonly (Trace & { readonly text?: readonly string[] })[]).find(({ name }) => name === 'stars')!;
  assert.deepEqual([stars.x, stars.y, stars.text], [[0, 4, 1], [0, 0, 2], ['<b>one</b>', '<b>two</b>', '<b>three</b>']]);
  assert.match(JSON.stringify(figure.layout).replaceAll('<br>', ' '), /Minima \(stars\): one; two; three/);
});

test('a training path is drawn on its plane, with the variance that the plane holds', () => {
  const path = [[4, 1], [2, 2], [0, 0]] as const;
  const plane = testSamples(gridPoints(evenly([-1, 5], 4), evenly([-1, 3], 3)), (x, y) => 1 + x ** 2 + y ** 2, ['train'], 're-estimated');
  const figure = pathFigure({ name: 'sgd', plane, path, explainedVariance: [0.8, 0.15], moments: ['epoch 1', 'epoch 2', 'epoch 3'] })['landscape-sgd-path']!;
  const traces = figure.data as readonly Trace[];
  const drawn = traces.find(({ name }) => name === 'path')!;
  assert.deepEqual([drawn.x, drawn.y], [[4, 2, 0], [1, 2, 0]]);
  const text = JSON.stringify(figure.layout).replaceAll('<br>', ' ');
  assert.match(text, /re-estimated at every point.*80\.0 % and 15\.0 % of their variance/);
  // A distance is as long on either axis, and the figure no higher than a panel of 6 by 4 needs.
  assert.deepEqual([(figure.layout.yaxis as { readonly scaleanchor?: string }).scaleanchor, figure.layout.height], ['x', 560]);
});

test('stored moments and networks are named as a reader names them', () => {
  const samples = testSamples(gridPoints(evenly([-1, 5], 4), evenly([-1, 0], 2)), (x, y) => 1 + x ** 2 + y ** 2, ['train'], 're-estimated');
  const losses = { train: { ...samples.losses['train']!, name: 'resnet50, imagenet stem on CIFAR-10' } };
  const moments = ['sgd-seed-1-epoch-010', 'cifar10-resnet50-sam-100-epochs-seed-12-75241844-epoch-100'];
  const named = (network: string): FigureSpecification => pathFigure({ name: 'p', plane: { ...samples, network, losses }, path: [[4, -1], [0, 0]], explainedVariance: [0.8, 0.1], moments })['landscape-p-path']!;
  const [panel, caption] = (named(moments[1]!).layout['annotations'] as readonly { readonly text: string }[]).map(({ text }) => text.replaceAll('<br>', ' '));
  assert.equal(panel, '<b>SAM, seed 12, epoch 100</b>');
  assert.match(caption!, /^CIFAR-10; ResNet-50, ImageNet stem, loss on .* from SGD, seed 1, epoch 10 to SAM, seed 12, epoch 100\./);
  const other = (named('my best').layout['annotations'] as readonly { readonly text: string }[])[0]!.text;
  assert.equal(other, '<b>my best</b>');
  assert.equal(named('my best').layout.height, 400, 'a flat panel keeps room for its colour bar');
});

test('the tables of curvature and sharpness by hand', () => {
  const [sgd, sam] = study.nets;
  const ascent = (sharpness: number) => ({ sharpness }) as never;
  const sharpness = {
    worstCase: [1, 2, 3].map(ascent), adaptiveWorstCase: [ascent(0.5)], epsSharpness: [1, 1, 1].map(() => ({ sharpness: 1, worstLoss: 4.6 }) as never),
    mSharpness: { sharpness: 4, standardError: 0.25 } as never, sam: ascent(0.123456), average: { sharpness: 0.01, standardError: 0.002 } as never,
  };
  const measured: LandscapeStudy = { ...study, nets: [{ ...sgd, sharpness }, { label: sam.label, weights: sam.weights }] };
  const [bends, nothing] = curvatureRows(measured);
  assert.deepEqual(bends, { net: 'SGD', loss: '0.08', largestEigenvalue: '80 ± 0.01', secantCurvature: '70', secantTwiceRho: '40', trace: '960 ± 4' });
  assert.deepEqual(Object.values(nothing!).slice(1), new Array(5).fill('–'));
  const [first, second] = sharpnessRows(measured);
  assert.deepEqual(first, {
    // t(0.975, 2) / sqrt(3) = 4.3027 / 1.7321
    net: 'SGD', worstCase: '2 ± 2.5', adaptiveWorstCase: '0.5', epsSharpness: '1 ± 0', mSharpness: '4 ± 0.25', sam: '0.1235', average: '0.01 ± 0.002',
  });
  assert.deepEqual(Object.values(second!).slice(1), new Array(6).fill('–'));
  // λ₅ has not converged, so its column is missing.
  assert.deepEqual([Object.keys(bends), Object.keys(first)], [Object.keys(CURVATURE_HEADINGS).filter((key) => key !== 'eigenvalueRatio'), Object.keys(SHARPNESS_HEADINGS)]);
  assert.match(sharpnessCaption(study), /500 of the networks' 1000 training images, batch norm frozen\. ρ = 0\.05/);
  assert.match(curvatureCaption(study), / ρ = 0\.05\. Networks: .* Their losses on these images, 0\.08 and 0\.03, differ, .* Not shown: λ₁ \/ λ₅ \(not converged for SGD, SAM\)\.$/);
});

test('columns that cannot be read are dropped, with the reason', () => {
  const [sgd, sam] = study.nets;
  const ascent = (sharpness: number, worstLoss: number) => ({ sharpness, worstLoss, baseLoss: 0.1 }) as never;
  const sharpness = (worstLoss: number, average: number) => ({
    worstCase: [ascent(1, 1)], adaptiveWorstCase: [ascent(1, 1)], epsSharpness: [ascent(1, worstLoss)],
    mSharpness: { sharpness: 4, standardError: 0.25 } as never, sam: ascent(1, 1), average: { sharpness: average, standardError: 0.001 } as never,
  });
  const dropped = (worstLosses: readonly [number, number], averages: readonly [number, number]): string[] => {
    const measured: LandscapeStudy = { ...study, nets: [{ ...sgd, sharpness: sharpness(worstLosses[0], averages[0]) }, { ...sam, sharpness: sharpness(worstLosses[1], averages[1]) }] };
    return Object.keys(SHARPNESS_HEADINGS).filter((key) => !(key in sharpnessRows(measured)[0]!));
  };
  // Twice the loss at chance is 2 ln 10 = 4.605 nats.
  assert.deepEqual(dropped([4.6, 4.6], [0.0019, 0.0021]), []);
  assert.deepEqual(dropped([4.6, 4.61], [0.0019, -0.0021]), ['epsSharpness']);
  assert.deepEqual(dropped([4.6, 4.6], [0.0019, -0.0019]), ['average']);
  const unconverged: LandscapeStudy = { ...study, nets: [sgd, { ...sam, trace: { ...sam.trace!, converged: false } }] };
  assert.ok(!('trace' in curvatureRows(unconverged)[0]!));
  assert.match(curvatureCaption(unconverged), /the trace \(not converged for SAM\)\.$/);
});

test('the documents get the table of curvature and the figures of all studies', () => {
  const { curvature, 'landscape-figures': pictures } = landscapeContents([study], figures);
  assert.match(curvature!, /^\*\*CIFAR-10; ResNet-50, ImageNet stem: .*\n\n\| Network \| Loss on the images \| λ₁ ± residual \|.*\n\|---.*\n\| SGD \| 0\.08 \| 80 ± 0\.01 \| 70 \| 40 \| 960 ± 4 \|/);
  assert.equal(pictures!.split('\n\n').length, Object.keys(figures).length);
  assert.match(pictures!, /!\[The loss around both minima along random filter-normalised directions \(ResNet-50, ImageNet stem, seed 0\)\]\(figures\/landscape-test-planes-surface\.png\)/);
  const { name, settings, modelName, data, nets } = study;
  const bare = { name, settings, modelName, data, nets: nets.map(({ label, weights }) => ({ label, weights })) as unknown as LandscapeStudy['nets'] };
  for (const studies of [[], [bare]]) {
    const { curvature: none, sharpness } = landscapeContents(studies, {});
    assert.match(none!, /exact products: not run yet\.$/);
    assert.equal(sharpness, 'Not measured.');
  }
});

test('stored studies and paths are read unchanged; unfinished ones are left out', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'samlab-studies-'));
  t.after(() => rmSync(folder, { recursive: true }));
  assert.deepEqual(await readStudies(join(folder, 'none')), []);
  const { settings, modelName, data, nets, interpolation, curve, similarity } = study;
  const write = (name: string, content: unknown): void => writeFileSync(join(folder, 'test', `${name}.json`), JSON.stringify(content));
  mkdirSync(join(folder, 'test'));
  write('study', { settings, modelName, data });
  write('similarity', similarity);
  writeSamples(join(folder, 'test', 'interpolation.json'), interpolation!);
  writeSamples(join(folder, 'test', 'curve.json'), { ...curve!, series: { train: { loss: [1], error: [1] }, test: { loss: [1], error: [1] } } });
  for (const { label, slice, plane, eigenvectorPlane, eigenvalues, secant, secantTwiceRho, loss, trace, density } of nets) {
    const name = label.toLowerCase();
    writeSamples(join(folder, 'test', `slice-${name}.json`), slice!);
    writeSamples(join(folder, 'test', `plane-${name}.json`), plane!);
    writeSamples(join(folder, 'test', `eigenvector-plane-${name}.json`), eigenvectorPlane!);
    write(`eigenvalues-${name}`, eigenvalues);
    write(`secant-${name}`, secant);
    write(`secant-twice-rho-${name}`, secantTwiceRho);
    write(`loss-${name}`, loss);
    write(`trace-${name}`, trace);
    write(`density-${name}`, density);
  }
  const { curve: unfinished, ...rest } = study;
  assert.ok(unfinished);
  assert.deepEqual(await readStudies(folder), [rest satisfies LandscapeStudy]);
  assert.deepEqual([await readStudies(folder, ['other']), (await readStudies(folder, ['test', 'other'])).length], [[], 1]);

  const plane = testSamples(gridPoints([0, 1], [0, 1]), (x) => 1 + x);
  mkdirSync(join(folder, 'way'));
  writeSamples(join(folder, 'way', 'way-plane.json'), plane);
  writeFileSync(join(folder, 'way', 'way.json'), JSON.stringify({ moments: ['1'], path: [[0, 0]], explainedVariance: [1, 0] }));
  assert.deepEqual(await readPaths(folder), [{ name: 'way', plane, moments: ['1'], path: [[0, 0]], explainedVariance: [1, 0] }]);
  writeFileSync(join(folder, 'test', 'study.json'), '{');
  await assert.rejects(readStudies(folder), /study\.json is not JSON.*measure again/);
});
