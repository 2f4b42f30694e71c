import type { Annotation, Data, Layout } from 'plotly.js-dist';
import { mergeTree, type Branch, type MergeTree } from '../../landscape/topology/mergeTree';
import { persistenceBars } from '../../landscape/topology/persistence';
import { logContour } from './contourPanels';
import { figure, WIDEST } from './figure';
import { checkGrid } from './lossSurface';
import { lossScale, type LossScale } from './lossScale';
import { panelTitle } from './panels';
import type { FigureSpecification, FigureText } from './specification';
import type { NamedSurface } from './surfacePair';
import { COLOURS } from '../../train/methods/colours';
import { axis } from './style';

/** A surface whose basins are drawn. */
export interface SurfaceTopologyInput extends FigureText {
  readonly surface: NamedSurface;
  readonly axes: { readonly x: string; readonly y: string };
}

const DOMAINS = { surface: [0, 0.42], tree: [0.54, 0.72], bars: [0.8, 1] } as const;
/** So many of the longest bars get a number; more would cover each other. */
const NUMBERED = 9;

/**
 * A loss surface from above, its merge tree, and the persistence bars of its minima: how the sublevel sets merge
 * as the loss rises. Minima, branches and bars have the same numbers, by decreasing persistence.
 *
 * @throws RangeError if the grid is not rectangular or a loss is 0 or below.
 */
export function surfaceTopology({ surface, axes, ...text }: SurfaceTopologyInput): FigureSpecification {
  checkGrid('surfaceTopology', surface.grid);
  const scale = lossScale('surfaceTopology', surface.grid.z.flat());
  const tree = mergeTree(surface.grid.z);
  const losses = { type: 'log', range: [scale.low - 0.03 * (scale.high - scale.low), scale.high + 0.03 * (scale.high - scale.low)] } as const;
  const hidden = { showticklabels: false, ticks: '', showgrid: false } as const;
  const bars = persistenceBars(tree);
  const titles = [['Surface', DOMAINS.surface], ['Merge tree', DOMAINS.tree], [`Persistence: ${bars.length} ${bars.length === 1 ? 'minimum' : 'minima'}`, DOMAINS.bars]] as const;
  const layout: Partial<Layout> = {
    width: WIDEST, height: 540, showlegend: false,
    xaxis: axis(axes.x, { domain: [...DOMAINS.surface], range: [surface.grid.x[0]!, surface.grid.x.at(-1)!] }),
    yaxis: axis(axes.y, { range: [surface.grid.y[0]!, surface.grid.y.at(-1)!] }),
    xaxis2: axis('Basins', { domain: [...DOMAINS.tree], anchor: 'y2', ...hidden, range: [-1, tree.branches.length] }),
    yaxis2: axis('Loss, nats (log scale)', { anchor: 'x2', ...losses, range: [...losses.range], tickvals: [...scale.values], ticktext: [...scale.texts] }),
    xaxis3: axis('Bars, longest first', { domain: [...DOMAINS.bars], anchor: 'y3', ...hidden, range: [-1, bars.length] }),
    yaxis3: axis('', { anchor: 'x3', ...losses, range: [...losses.range], tickvals: [...scale.values], ticktext: [...scale.texts] }),
    annotations: [...titles.map(([title, domain]) => panelTitle(title, domain)), ...minimumNumbers(tree, surface)],
  };
  return figure(text, [logContour(surface, scale, { xaxis: 'x', yaxis: 'y' }, false), minima(tree, surface), ...treeTraces(tree), ...barTraces(tree, scale)], layout);
}

function minima({ branches }: MergeTree, { grid }: NamedSurface): Data {
  const place = ({ minimum }: Branch): readonly [number, number] => [grid.x[minimum.column]!, grid.y[minimum.row]!];
  return {
    type: 'scatter', mode: 'markers', name: 'minima', x: branches.map((branch) => place(branch)[0]), y: branches.map((branch) => place(branch)[1]),
    marker: { color: COLOURS.orange, size: 9, line: { color: 'black', width: 1 } }, hoverinfo: 'skip',
  };
}

function minimumNumbers({ branches }: MergeTree, { grid }: NamedSurface): Annotation[] {
  return branches.slice(0, NUMBERED).map(({ minimum }, index): Annotation => ({
    text: String(index + 1), x: grid.x[minimum.column]!, y: grid.y[minimum.row]!, xref: 'x', yref: 'y', xshift: 11, yshift: 9, showarrow: false,
    bgcolor: 'rgba(255, 255, 255, 0.8)', borderpad: 1, font: { size: 11 },
  }));
}

/**
 * The horizontal place of each branch. The branches that join one are to its right, the earliest nearest, each with its
 * own branches around it, so that no line to a parent crosses another branch.
 */
export function branchPlaces({ branches }: MergeTree): readonly number[] {
  const places = new Array<number>(branches.length).fill(0);
  let next = 0;
  const put = (branch: number): void => {
    places[branch] = next++;
    const joining = branches.flatMap(({ parent }, index) => (parent === branch ? [index] : []));
    joining.sort((a, b) => branches[a]!.death - branches[b]!.death).forEach(put);
  };
  put(0);
  return places;
}

function treeTraces(tree: MergeTree): Data[] {
  const places = branchPlaces(tree);
  const lines = tree.branches.map(({ birth, death, parent }, index): Data => ({
    type: 'scatter', mode: 'lines', name: `branch ${index + 1}`, xaxis: 'x2', yaxis: 'y2', hoverinfo: 'y', line: { color: COLOURS.blue, width: 2 },
    x: [places[index]!, places[index]!, ...(parent === null ? [] : [places[parent]!])], y: [birth, death, ...(parent === null ? [] : [death])],
  }));
  const leaves: Data = {
    type: 'scatter', mode: 'text+markers', name: 'leaves', xaxis: 'x2', yaxis: 'y2', hoverinfo: 'y', x: [...places], y: tree.branches.map(({ birth }) => birth),
    marker: { color: COLOURS.orange, size: 8, line: { color: 'black', width: 1 } },
    text: tree.branches.map((_, index) => (index < NUMBERED ? String(index + 1) : '')), textposition: 'middle right', textfont: { size: 11 },
  };
  return [...lines, leaves];
}

function barTraces(tree: MergeTree, { high }: LossScale): Data[] {
  // The first branch never ends: its bar reaches beyond the upper edge.
  return tree.branches.map(({ birth, death, parent }, index): Data => ({
    type: 'scatter', mode: 'lines', name: `bar ${index + 1}`, xaxis: 'x3', yaxis: 'y3', hoverinfo: 'y', x: [index, index], y: [birth, parent === null ? 10 ** (high + 1) : death],
    line: { color: parent === null ? COLOURS.vermilion : COLOURS.blue, width: 4 },
  }));
}
