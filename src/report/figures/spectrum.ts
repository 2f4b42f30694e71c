import type { Data } from 'plotly.js-dist';
import { figure } from './figure';
import { panelDomains } from './panels';
import type { FigureSpecification, FigureText } from './specification';
import { COLOURS } from '../../train/methods/colours';
import { axis } from './style';

/** The measured eigenvalues of one matrix. */
export interface NamedSpectrum {
  readonly name: string;
  /** The largest eigenvalues, with the residuals that bound their error. */
  readonly largest: readonly { readonly value: number; readonly residual: number; readonly converged: boolean }[];
  /** Where the density is given, and the share of all eigenvalues per unit there. */
  readonly density: { readonly eigenvalues: readonly number[]; readonly density: readonly number[] };
}

/** Spectra to draw over each other. */
export interface SpectrumInput extends FigureText {
  readonly spectra: readonly NamedSpectrum[];
}

const STYLES = [
  { colour: COLOURS.blue, dash: 'solid', symbol: 'circle' },
  { colour: COLOURS.vermilion, dash: 'dash', symbol: 'diamond' },
] as const;
/** Densities below this are not drawn: the sum of Gaussians falls to nothing between eigenvalues. */
const SMALLEST_DENSITY = 1e-10;

/** The largest eigenvalues of several matrices, hollow where they have not converged, and the densities of all. */
export function spectrum({ spectra, ...text }: SpectrumInput): FigureSpecification {
  if (spectra.length === 0) {
    throw new RangeError('spectrum: expected one spectrum or more, got none; a figure of nothing would look like a result.');
  }
  const domains = panelDomains(2, [0, 1], 0.13);
  const count = spectra.reduce((most, { largest }) => Math.max(most, largest.length), 2);
  return figure(text, spectra.flatMap(spectrumTraces), {
    xaxis: axis('Rank of the eigenvalue', { domain: [...domains[0]!], range: [0.5, count + 0.5], dtick: 1 }),
    yaxis: axis('Eigenvalue', { rangemode: 'tozero' }),
    xaxis2: axis('Eigenvalue', { domain: [...domains[1]!], anchor: 'y2' }),
    yaxis2: axis('Density (log scale)', { anchor: 'x2', type: 'log', exponentformat: 'power', nticks: 8 }),
  });
}

function spectrumTraces({ name, largest, density }: NamedSpectrum, index: number): Data[] {
  const { colour, dash, symbol } = STYLES[index % STYLES.length]!;
  return [
    {
      type: 'scatter', mode: 'lines+markers', name, legendgroup: name, x: largest.map((_, rank) => rank + 1), y: largest.map(({ value }) => value),
      error_y: { type: 'data', array: largest.map(({ residual }) => residual), color: colour, thickness: 1.2, width: 4 },
      line: { color: colour, dash, width: 1.5 }, marker: { color: colour, size: 10, symbol: largest.map(({ converged }) => (converged ? symbol : (`${symbol}-open` as const))) },
    },
    {
      type: 'scatter', mode: 'lines', name, legendgroup: name, showlegend: false, xaxis: 'x2', yaxis: 'y2',
      x: [...density.eigenvalues], y: density.density.map((value) => (value >= SMALLEST_DENSITY ? value : null)), line: { color: colour, dash, width: 2 },
    },
  ];
}
