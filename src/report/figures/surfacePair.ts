import type { Data, Layout } from 'plotly.js-dist';
import { figure, WIDEST } from './figure';
import { checkGrid, type SurfaceGrid } from './lossSurface';
import { LOSS_COLOURS, lossColourBar, logLosses, lossScale } from './lossScale';
import { panelDomains, panelSuffix, panelTitle } from './panels';
import type { FigureSpecification, FigureText } from './specification';

/** A named surface. */
export interface NamedSurface {
  readonly name: string;
  readonly grid: SurfaceGrid;
}

/** Surfaces to be compared. */
export interface SurfacePairInput extends FigureText {
  readonly surfaces: readonly NamedSurface[];
  readonly axes: { readonly x: string; readonly y: string };
}

/** Surfaces beside each other; more would be too small to read. */
const IN_A_ROW = 2;

/**
 * Loss surfaces side by side, two in a row, in three dimensions, on the same axes, the same height scale and the same colour scale,
 * both logarithmic. They can be turned. Needs WebGL.
 *
 * @throws RangeError if a grid is not rectangular, the surfaces differ in their range, or a loss is 0 or below.
 */
export function surfacePair({ surfaces, axes, ...text }: SurfacePairInput): FigureSpecification {
  surfaces.forEach(({ grid }) => checkGrid('surfacePair', grid));
  checkSameRange('surfacePair', surfaces);
  const scale = lossScale('surfacePair', surfaces.flatMap(({ grid }) => grid.z).flat());
  const rows = Math.ceil(surfaces.length / IN_A_ROW);
  const across = panelDomains(Math.min(surfaces.length, IN_A_ROW), [0, 0.92], 0.01);
  const places = surfaces.map((_, index) => ({ x: across[index % IN_A_ROW]!, row: Math.floor(index / IN_A_ROW) }));
  const data = surfaces.map(({ name, grid }, index): Data => {
    const heights = logLosses(grid.z);
    return {
      type: 'surface', name, scene: `scene${panelSuffix(index)}`, x: [...grid.x], y: [...grid.y], z: heights,
      colorscale: LOSS_COLOURS, cmin: scale.low, cmax: scale.high, showscale: index === surfaces.length - 1, colorbar: { ...lossColourBar(scale), len: 0.6, x: 0.96, y: 0.4 },
      lighting: { ambient: 0.75, diffuse: 0.4, specular: 0.05 },
      contours: { z: { show: true, color: '#ffffff', width: 1, start: scale.low, end: scale.high, size: (scale.high - scale.low) / 14 } },
      customdata: grid.z.map((row) => [...row]), hovertemplate: `${name}<br>(%{x:.3g}, %{y:.3g})<br>loss %{customdata:.4g} nats<extra></extra>`,
    } as unknown as Data;
  });
  // A scene is fitted to its height: with another one beside it the camera is farther away, or the axes would be cut off.
  const distance = across.length > 1 ? 1.14 : 1;
  const side = (title: string): object => ({ title: { text: title, font: { size: 12 } }, tickfont: { size: 11 }, gridcolor: '#d5d5d5', zeroline: false, nticks: 5, showbackground: true, backgroundcolor: 'white' });
  const scenes = places.map(({ x, row }, index): [string, object] => [
    `scene${panelSuffix(index)}`,
    {
      domain: { x: [...x], y: [1 - (row + 1) / rows, 1 - (row + 0.03) / rows] }, xaxis: side(axes.x), yaxis: side(axes.y),
      zaxis: { ...side('Loss, nats'), range: [scale.low, scale.high], tickvals: [...scale.ticks], ticktext: [...scale.texts] },
      aspectratio: { x: 1, y: 1, z: 0.7 }, camera: { eye: { x: 1.45 * distance, y: -1.5 * distance, z: distance }, center: { x: 0, y: 0, z: -0.12 } },
    },
  ]);
  return figure(text, data, {
    width: WIDEST, height: 235 + 365 * rows, margin: { l: 35, r: 10, t: 85, b: 150 },
    annotations: surfaces.map(({ name }, index) => panelTitle(name, places[index]!.x, 1 - places[index]!.row / rows)),
    ...(Object.fromEntries(scenes) as Partial<Layout>),
  });
}

/** @throws RangeError if surfaces reach over different ranges: their shapes could not be compared. */
export function checkSameRange(caller: string, surfaces: readonly NamedSurface[]): void {
  const range = ({ grid: { x, y } }: NamedSurface): string => [x[0], x.at(-1), y[0], y.at(-1)].join(', ');
  const ranges = new Set(surfaces.map(range));
  if (ranges.size !== 1) {
    throw new RangeError(`${caller}: expected surfaces over one range, got ${[...ranges].map((text) => `[${text}]`).join(' and ') || 'no surface'}; measure them with a shared range.`);
  }
}
