import type { Annotation } from 'plotly.js-dist';

/** Room between panels side by side, as a share of the width. */
const GAP = 0.06;

/** Where each of `count` panels side by side begins and ends, over [from, to] of the width. */
export function panelDomains(count: number, [from, to]: readonly [number, number] = [0, 1], gap = GAP): readonly [number, number][] {
  const width = (to - from - gap * (count - 1)) / count;
  return Array.from({ length: count }, (_, index) => [from + index * (width + gap), from + index * (width + gap) + width]);
}

/** A panel's name above it. @param top of the panel, as a share of the height */
export function panelTitle(text: string, [from, to]: readonly [number, number], top = 1): Annotation {
  return { text: `<b>${text}</b>`, xref: 'paper', yref: 'paper', x: (from + to) / 2, y: top, xanchor: 'center', yanchor: 'bottom', yshift: 4, showarrow: false, font: { size: 14 } };
}

/** Suffix of plotly's axes and scenes: none for the first, then 2, 3, ... */
export function panelSuffix(index: number): string {
  return index === 0 ? '' : String(index + 1);
}
