import { lossBarrier } from '../landscape/connectivity/barrier';
import type { Precision } from '../engine/precision';
import type { BatchNormMode } from '../landscape/operator';
import { toGrid } from '../landscape/surface/grid';
import type { Samples, Series } from '../landscape/surface/store';
import { mergeTree } from '../landscape/topology/mergeTree';
import { contourPanels } from './figures/contourPanels';
import { lossAndErrorLines, type LossAndErrorLine } from './figures/lossAndErrorLines';
import { similarityMap } from './figures/similarityMap';
import type { FigureSpecification } from './figures/specification';
import { spectrum } from './figures/spectrum';
import { surfacePair, type NamedSurface } from './figures/surfacePair';
import { surfaceTopology } from './figures/surfaceTopology';
import type { LandscapeMinima, LandscapePath, LandscapeStudy, StudiedNet } from './landscapeStudies';
import { METHODS } from '../train/methodSettings';
import { describeModel, METHOD_NAMES } from './recipe';
import type { NamedFigures } from './figures/specification';

const BATCH_NORM: Readonly<Record<BatchNormMode, string>> = {
  frozen: "frozen at each network's running statistics",
  batch: "by each batch's own moments",
  're-estimated': 're-estimated at every point',
};

const PLANE_AXES = { x: 'Along direction 1', y: 'Along direction 2' } as const;

/** All stored landscape studies. */
export interface StoredLandscapes {
  readonly studies: readonly LandscapeStudy[];
  readonly paths: readonly LandscapePath[];
  readonly minima: readonly LandscapeMinima[];
}

/** The figures of stored studies, training paths and planes of minima. */
export function landscapeFigures({ studies, paths, minima }: StoredLandscapes): NamedFigures {
  return Object.assign({}, ...studies.map(studyFigures), ...paths.map(pathFigure), ...minima.map(minimaFigure)) as NamedFigures;
}

/** All figures of a stored study, by name; those whose data is missing are left out. Captions state what was measured and claim no cause. */
export function studyFigures(study: LandscapeStudy): NamedFigures {
  const figures: Readonly<Record<string, FigureSpecification | undefined>> = {
    slices: slices(study),
    ...surfaces(study, 'planes', 'random filter-normalised directions', ({ plane }) => plane),
    ...surfaces(study, 'eigenvector-planes', "the Hessian's top two eigenvectors", ({ eigenvectorPlane }) => eigenvectorPlane),
    interpolation: path(study, study.interpolation),
    curve: curve(study),
    spectrum: spectra(study),
    similarity: similarity(study),
  };
  const found = Object.entries(figures).filter((entry): entry is [string, FigureSpecification] => entry[1] !== undefined);
  return Object.fromEntries(found.map(([name, figure]) => [`landscape-${study.name}-${name}`, figure]));
}

/** Each kind of figure once for each network, from its first study that has it: studies of further training seeds repeat the kinds. */
export function figuresOfNetworks(studies: readonly LandscapeStudy[]): NamedFigures {
  const kinds = new Set<string>();
  const found = studies.flatMap((study) =>
    Object.entries(studyFigures(study)).filter(([name]) => {
      const kind = `${study.data.name}, ${study.settings.model}: ${name.slice(`landscape-${study.name}-`.length)}`;
      const first = !kinds.has(kind);
      kinds.add(kind);
      return first;
    }),
  );
  return Object.fromEntries(found);
}

/** The path of the weights in training, on the loss over the plane that holds most of it. */
export function pathFigure({ name, plane, path: places, explainedVariance, moments }: LandscapePath): NamedFigures {
  const source = plane.losses['train']!;
  const [first, second] = explainedVariance.map((share) => `${(100 * share).toFixed(1)} %`) as [string, string];
  const figure = contourPanels({
    title: 'The path of training on its principal plane',
    caption: `${readableSource(source.name)}, loss on ${count(source.images)} training images; batch norm ${BATCH_NORM[source.batchNorm ?? 'frozen']}. Weights at ${moments.length} moments, from ${readableMoment(moments[0]!)} to ${readableMoment(moments.at(-1)!)}. The plane holds ${first} and ${second} of their variance along its directions; distances are those in weight space. Star: the last moment.`,
    panels: [{ name: readableMoment(plane.network), grid: toGrid(plane.points, plane.series['train']!.loss), path: places, stars: [places.at(-1)!] }],
    axes: { x: `First principal component (${first} of the variance)`, y: `Second (${second})` },
    equalScales: true,
  });
  return { [`landscape-${name}-path`]: figure };
}

/** A stored moment of a training in readable form: "sgd-seed-1-epoch-100" becomes "SGD, seed 1, epoch 100"; other names stay. */
function readableMoment(moment: string): string {
  const [, method, seed, epoch] = /(?:^|-)([A-Za-z]+)-(?:[\d.]+-epochs-)?seed-(\d+)-(?:[0-9a-f]{8}-)?epoch-0*(\d+)$/.exec(moment) ?? [];
  const label = METHODS.find((candidate) => candidate === method);
  return label === undefined ? moment : `${label === 'sgd' ? 'SGD' : METHOD_NAMES[label]}, seed ${seed!}, epoch ${epoch!}`;
}

/** The source of a stored loss in readable form: "resnet50, imagenet stem on CIFAR-10" becomes "CIFAR-10; ResNet-50, ImageNet stem"; other names stay. */
function readableSource(name: string): string {
  const [, model, stem, images] = /^(resnet\d+)(?:, (imagenet|cifar) stem)? on (.+)$/.exec(name) ?? [];
  return model === undefined ? name : `${images!}; ${describeModel({ model: model as LandscapeStudy['settings']['model'], stem: (stem ?? 'cifar') as 'imagenet' | 'cifar' })}`;
}

/** Three minima on the loss over the plane through them. */
export function minimaFigure({ name, plane, minima, places }: LandscapeMinima): NamedFigures {
  const source = plane.losses['train']!;
  const figure = contourPanels({
    title: 'Three minima on the plane through them',
    caption: `${readableSource(source.name)}, loss on ${count(source.images)} training images; batch norm ${BATCH_NORM[source.batchNorm ?? 'frozen']}. Minima (stars): ${minima.join('; ')}. Distances are those in weight space.`,
    panels: [{ name: minima.join(' · '), grid: toGrid(plane.points, plane.series['train']!.loss), stars: places, starNames: minima }],
    axes: { x: 'Distance in weight space, along the first two', y: 'Distance across them' },
    equalScales: true,
  });
  return { [`landscape-${name}-minima`]: figure };
}

/** A title that distinguishes a study's figure from that of another network or training seed: "... (ResNet-20, seed 1)". */
function titled({ settings, nets }: LandscapeStudy, what: string): string {
  const seeds = new Set(nets.map(({ weights }) => /-seed-(\d+)-/.exec(weights)?.[1]));
  const [seed] = seeds;
  return `${what} (${describeModel(settings)}${seeds.size === 1 && seed !== undefined ? `, seed ${seed}` : ''}${settings.atEqualLoss === true ? ', at equal training loss' : ''})`;
}

/** What all captions of a study share. */
function caption({ settings, data, nets }: LandscapeStudy, what: string, batchNorm: BatchNormMode | undefined, precision: Precision = 'float32'): string {
  const images = data.synthetic ? `${data.name} (embedded synthetic images, not CIFAR)` : data.name;
  const norm = batchNorm === undefined ? '' : `; batch norm ${BATCH_NORM[batchNorm]}`;
  return `${images}; ${describeModel(settings)}${norm}${precision === 'mixed' ? '; activations and products in bfloat16' : ''}. ${what} Networks: ${nets.map(({ label, weights }) => `${label} is ${weights}`).join(', ')}.`;
}

function probed({ data }: LandscapeStudy): string {
  return `on ${count(data.probedImages)} of the networks' ${count(data.trainingImages)} training images`;
}

function slices(study: LandscapeStudy): FigureSpecification | undefined {
  const [one, other] = study.nets;
  if (one.slice === undefined || other.slice === undefined) {
    return undefined;
  }
  const lines = ([[one, one.slice], [other, other.slice]] as const).map(([{ label }, slice]) => line(label, slice.points.map(([x]) => x), slice.series['train']!));
  return lossAndErrorLines({
    title: titled(study, 'A slice through each minimum along a random direction'),
    caption: caption(study, `Loss and error ${probed(study)}, along one random draw (seed ${study.settings.seed}), filter-normalised to each network.`, study.settings.batchNorm, study.settings.precision),
    lines,
    xTitle: 'Distance, in filter-normalised directions',
    marks: [{ name: 'minimum', x: 0 }],
  });
}

/** Places along each axis of a plane that is drawn: with fewer a reader sees the drawing's interpolation. */
const FEWEST_PLACES = 9;

function minimaOf({ grid }: NamedSurface): number {
  return mergeTree(grid.z).branches.length;
}

function surfaces(study: LandscapeStudy, kind: string, along: string, choose: (net: StudiedNet) => Samples | undefined): Readonly<Record<string, FigureSpecification>> {
  const found = study.nets.flatMap((net): { readonly surface: NamedSurface; readonly samples: Samples }[] => {
    const samples = choose(net);
    return samples === undefined ? [] : [{ surface: { name: net.label, grid: toGrid(samples.points, samples.series['train']!.loss) }, samples }];
  });
  if (found.length < study.nets.length) {
    return {};
  }
  const { grid } = found[0]!.surface;
  if (Math.min(grid.x.length, grid.y.length) < FEWEST_PLACES) {
    return {};
  }
  const what = `Loss ${probed(study)} at ${grid.x.length} x ${grid.y.length} points; ${found[0]!.samples.directions}. Both networks over one range, to where the mean loss over each rim is at least ${study.settings.rimMultiple} times the centre's.`;
  const text = caption(study, what, found[0]!.samples.losses['train']?.batchNorm, kind === 'planes' ? study.settings.precision : 'float32');
  const named = found.map(({ surface }) => surface);
  return {
    [`${kind}-surface`]: surfacePair({ title: titled(study, `The loss around both minima along ${along}`), caption: text, surfaces: named, axes: PLANE_AXES }),
    [`${kind}-contour`]: contourPanels({ title: titled(study, `The loss around both minima along ${along}, from above`), caption: `${text} Star: the trained weights. Places of the grid that are lower than their eight neighbours: ${named.map((surface) => `${surface.name} ${minimaOf(surface)}`).join(', ')}.`, panels: named.map((surface) => ({ ...surface, stars: [[0, 0]] })), axes: PLANE_AXES }),
    // Of one minimum there is nothing to see.
    ...Object.fromEntries(
      named.filter((surface) => minimaOf(surface) > 1).map((surface) => ({ surface, index: named.indexOf(surface) })).map(({ surface, index }) => [
        `${kind}-topology-${index + 1}`,
        surfaceTopology({
          title: titled(study, `${surface.name}: how the basins of the sampled surface merge along ${along}`),
          caption: `${text} Merge tree and persistence of the sublevel sets; a point touches its eight neighbours. The orange bar is the deepest minimum's, which never ends.`,
          surface,
          axes: PLANE_AXES,
        }),
      ]),
    ),
  };
}

function path(study: LandscapeStudy, samples: Samples | undefined): FigureSpecification | undefined {
  if (samples === undefined) {
    return undefined;
  }
  const t = samples.points.map(([x]) => x);
  return pathLines(study, { samples, t, title: 'On the straight line between the minima', where: `Straight line through both networks, ${t.length} points.` });
}

function curve(study: LandscapeStudy): FigureSpecification | undefined {
  const samples = study.curve;
  if (samples === undefined) {
    return undefined;
  }
  const t = samples.points.map((_, index) => index / (samples.points.length - 1));
  const { directions } = samples;
  return pathLines(study, { samples, t, title: 'On a trained curve between the minima', where: `${directions[0]!.toUpperCase()}${directions.slice(1)}; ${t.length} points.` });
}

function pathLines(study: LandscapeStudy, { samples, t, title, where }: { readonly samples: Samples; readonly t: readonly number[]; readonly title: string; readonly where: string }): FigureSpecification {
  const names = Object.keys(samples.series);
  const barriers = names.map((name) => `${lossBarrier(t, samples.series[name]!.loss).barrier.toPrecision(3)} nats (${name})`);
  const images = names.map((name) => `${count(samples.losses[name]!.images)} ${name === 'train' ? 'training' : name} images`);
  const batchNorm = samples.losses[names[0]!]?.batchNorm;
  const ends = batchNorm === 're-estimated' ? " The ends too are evaluated with re-estimated batch norm, so their errors differ from those of the trained networks with their own statistics." : '';
  return lossAndErrorLines({
    title: titled(study, title),
    caption: caption(study, `${where} Loss and error on ${images.join(' and ')}. Loss barrier: ${barriers.join(', ')}.${ends}`, batchNorm, study.settings.precision),
    lines: names.map((name) => line(name, t, samples.series[name]!)),
    xTitle: `Place between ${study.nets[0].label} (0) and ${study.nets[1].label} (1)`,
    marks: study.nets.map(({ label }, index) => ({ name: label, x: index })),
  });
}

function spectra(study: LandscapeStudy): FigureSpecification | undefined {
  const found = study.nets.flatMap(({ label, eigenvalues, density }) => (eigenvalues && density ? [{ name: label, largest: eigenvalues.eigenvalues, density, iterations: density.iterations, probes: density.probes }] : []));
  if (found.length < study.nets.length) {
    return undefined;
  }
  const { iterations, probes } = found[0]!;
  return spectrum({
    title: titled(study, 'Eigenvalues of the Hessian at both minima'),
    caption: caption(study, `Hessian of the loss ${probed(study)}. Left: the largest eigenvalues by Lanczos, with residuals; hollow ones have not converged. Right: density by stochastic Lanczos quadrature, ${probes} x ${iterations} products.`, 'frozen'),
    spectra: found,
  });
}

function similarity(study: LandscapeStudy): FigureSpecification | undefined {
  const [one, other] = study.nets;
  return study.similarity && similarityMap({
    title: titled(study, `How alike the layers of ${one.label} and ${other.label} are`),
    caption: caption(study, `Linear CKA of activations ${probed(study)}, after the stem, each block, and of the logits.`, 'frozen'),
    ...study.similarity,
    rowTitle: `Layer of ${one.label}`,
    columnTitle: `Layer of ${other.label}`,
  });
}

function line(name: string, x: readonly number[], { loss, error }: Series): LossAndErrorLine {
  return { name, x, loss, error };
}

function count(images: number): string {
  return images.toLocaleString('en-US');
}
