import type { Data } from 'plotly.js-dist';
import { requireFiniteRange } from '../../engine/finiteRange';
import { figure } from './figure';
import type { FigureSpecification, FigureText } from './specification';
import { COLOURS } from '../../train/methods/colours';
import { axis } from './style';

/** Values of a function of two variables over a rectangle. */
export interface SurfaceGrid {
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** [y.length][x.length] */
  readonly z: readonly (readonly number[])[];
}

/** A path to be drawn on a surface. */
export interface NamedPath {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number; readonly loss: number }[];
}

/** A loss over a plane and paths on it. */
export interface SurfaceInput extends FigureText {
  readonly grid: SurfaceGrid;
  readonly paths: readonly NamedPath[];
  /** Titles of the axes, with units. */
  readonly axes: { readonly x: string; readonly y: string; readonly z: string };
}

/** Styles of the paths, in their order: they differ in colour, dash and marker. */
const PATH_STYLES = [
  { colour: COLOURS.blue, dash: 'solid', symbol: 'circle', symbol3d: 'circle' },
  { colour: COLOURS.vermilion, dash: 'dash', symbol: 'diamond', symbol3d: 'diamond' },
  { colour: COLOURS.purple, dash: 'dot', symbol: 'square', symbol3d: 'square' },
] as const;

/** Greys from low to high: colours are reserved for paths and arrows. */
const GREYS: [number, string][] = [[0, '#5c6b73'], [0.5, '#b4bec2'], [1, '#f7f7f7']];

const COLOUR_BAR = { thickness: 14, len: 0.9, outlinewidth: 0 } as const;
/** Lines between the lowest and the highest value. */
const CONTOUR_LINES = 18;

/** The surface of a loss in three dimensions, with paths drawn on it. Needs WebGL. @throws RangeError if the grid is not rectangular or no value is finite. */
export function lossSurface({ grid, paths, axes, ...text }: SurfaceInput): FigureSpecification {
  checkGrid('lossSurface', grid);
  const { lowest, highest } = requireFiniteRange('lossSurface: expected values', grid.z.flat());
  // Lifted, since a path exactly on the surface would flicker.
  const lift = 0.015 * (highest - lowest);
  const surface: Data = {
    type: 'surface', x: [...grid.x], y: [...grid.y], z: grid.z.map((row) => [...row]), colorscale: GREYS, showscale: true,
    colorbar: { ...COLOUR_BAR, title: { text: axes.z, side: 'right' }, len: 0.6 }, opacity: 1, lighting: { ambient: 0.75, diffuse: 0.4, specular: 0.05 },
    contours: { z: { show: true, color: '#8a979c', width: 1, start: lowest, end: highest, size: (highest - lowest || 1) / CONTOUR_LINES } },
  };
  const lines = paths.map(({ name, points }, index): Data => {
    const { colour, dash, symbol3d } = styleOf(index);
    return {
      type: 'scatter3d', mode: 'lines+markers', name,
      x: points.map((point) => point.x), y: points.map((point) => point.y), z: points.map((point) => point.loss + lift),
      line: { color: colour, dash, width: 6 }, marker: { color: colour, symbol: symbol3d, line: { width: 0 }, size: points.map((_, place) => (place === points.length - 1 ? 8 : 2)) },
    };
  });
  const scene = (title: string): object => ({ title: { text: title, font: { size: 14 } }, tickfont: { size: 12 }, gridcolor: '#d5d5d5', zeroline: false, nticks: 6, backgroundcolor: 'white', showbackground: true });
  return figure(text, [surface, ...lines], {
    height: 640,
    margin: { l: 10, r: 10, t: 95, b: 108 },
    scene: { xaxis: scene(axes.x), yaxis: scene(axes.y), zaxis: scene(axes.z), domain: { x: [0, 0.92], y: [0, 1] }, aspectratio: { x: 1.35, y: 1, z: 0.5 }, camera: { eye: { x: 0.15, y: -0.95, z: 1.45 }, center: { x: 0.05, y: -0.05, z: -0.15 } } },
  });
}

/** The same loss from above, as lines of equal loss, with the paths. @throws RangeError if the grid is not rectangular. */
export function lossContour({ grid, paths, axes, ...text }: SurfaceInput): FigureSpecification {
  checkGrid('lossContour', grid);
  const lines = paths.flatMap(({ name, points }, index): Data[] => {
    const { colour, dash, symbol } = styleOf(index);
    const last = points.at(-1)!;
    const first = points[0]!;
    return [
      { type: 'scatter', mode: 'lines+markers', name, x: points.map((p) => p.x), y: points.map((p) => p.y), line: { color: colour, dash, width: 2 }, marker: { color: colour, symbol, size: 4 } },
      {
        type: 'scatter', mode: 'markers', showlegend: false, hoverinfo: 'skip', x: [first.x, last.x], y: [first.y, last.y],
        marker: { color: ['white', colour], symbol: [symbol, symbol], size: 13, line: { color: index === 0 || first !== last ? colour : 'white', width: 2 } },
      },
    ];
  });
  return figure(text, [contourTrace(grid, axes.z), ...lines], {
    height: 620,
    xaxis: axis(axes.x, { range: [grid.x[0]!, grid.x.at(-1)!], constrain: 'domain' }),
    yaxis: axis(axes.y, { range: [grid.y[0]!, grid.y.at(-1)!], scaleanchor: 'x', constrain: 'domain' }),
  });
}

/** Lines of equal loss in greys. @throws RangeError if no value is finite. */
export function contourTrace(grid: SurfaceGrid, title: string): Data {
  requireFiniteRange('contourTrace: expected values', grid.z.flat());
  return {
    type: 'contour', x: [...grid.x], y: [...grid.y], z: grid.z.map((row) => [...row]), colorscale: GREYS, ncontours: CONTOUR_LINES,
    line: { color: 'white', width: 0.7 }, colorbar: { ...COLOUR_BAR, title: { text: title, side: 'right' } },
  };
}

/** @throws RangeError if the grid's rows and columns do not fit its axes. */
export function checkGrid(name: string, { x, y, z }: SurfaceGrid): void {
  if (z.length !== y.length || z.some((row) => row.length !== x.length)) {
    throw new RangeError(`${name}: expected z as ${y.length} rows of ${x.length} numbers, got ${z.length} rows of ${[...new Set(z.map((row) => row.length))].join(' or ')}.`);
  }
}

function styleOf(index: number): (typeof PATH_STYLES)[number] {
  return PATH_STYLES[index % PATH_STYLES.length]!;
}
