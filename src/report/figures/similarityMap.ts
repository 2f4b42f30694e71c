import { figure } from './figure';
import type { FigureSpecification, FigureText } from './specification';
import { axis } from './style';

/** Similarity of the layers of two networks. */
export interface SimilarityMapInput extends FigureText {
  /** Names of the layers of the network on the vertical axis, from the images to the logits. */
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** [rows][columns], in [0, 1] */
  readonly cka: readonly (readonly number[])[];
  readonly rowTitle: string;
  readonly columnTitle: string;
}

/** Linear CKA of two nets' layers as a heat map, the first layers at the lower left. @throws RangeError if the numbers of names and values differ. */
export function similarityMap({ rows, columns, cka, rowTitle, columnTitle, ...text }: SimilarityMapInput): FigureSpecification {
  if (cka.length !== rows.length || cka.some((row) => row.length !== columns.length)) {
    throw new RangeError(`similarityMap: expected ${rows.length} rows of ${columns.length} values, got ${cka.length} rows of ${[...new Set(cka.map((row) => row.length))].join(' or ')}.`);
  }
  const heatMap = {
    type: 'heatmap' as const, x: [...columns], y: [...rows], z: cka.map((row) => [...row]), zmin: 0, zmax: 1, colorscale: 'Cividis',
    colorbar: { title: { text: 'Linear CKA', side: 'right' as const }, thickness: 14, outlinewidth: 0 },
    hovertemplate: '%{y} and %{x}: %{z:.3f}<extra></extra>',
  };
  return figure(text, [heatMap], {
    width: 900, height: 800,
    xaxis: axis(columnTitle, { type: 'category', side: 'top', tickangle: -60, dtick: 1, gridcolor: 'white' }),
    yaxis: axis(rowTitle, { type: 'category', dtick: 1, gridcolor: 'white' }),
    margin: { l: 100, r: 30, t: 170, b: 130 },
  });
}
