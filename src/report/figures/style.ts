import type { LayoutAxis } from 'plotly.js-dist';
import type { Colour } from '../../train/methods/defineMethod';

/** Colours that readers with any kind of colour vision tell apart (Okabe and Ito 2008). */
export const COLOURS = {
  black: '#000000',
  orange: '#E69F00',
  skyBlue: '#56B4E9',
  green: '#009E73',
  yellow: '#F0E442',
  blue: '#0072B2',
  vermilion: '#D55E00',
  purple: '#CC79A7',
} as const satisfies Readonly<Record<Colour, string>>;

/** The same colour, see-through. @param opacity in [0, 1] */
export function transparent(colour: string, opacity: number): string {
  const channels = [1, 3, 5].map((start) => parseInt(colour.slice(start, start + 2), 16));
  return `rgba(${channels.join(', ')}, ${opacity})`;
}

/**
 * An axis of percentages that starts at 0 and never runs beyond 100, where room for a marker or half an interval would
 * lead it.
 */
export function percentAxis(title: string, changes: Partial<LayoutAxis> = {}): Partial<LayoutAxis> {
  return axis(title, { rangemode: 'tozero', autorangeoptions: { clipmin: 0, clipmax: 100 }, ...changes });
}

/** An axis with a title, a frame and a light grid. */
export function axis(title: string, changes: Partial<LayoutAxis> = {}): Partial<LayoutAxis> {
  return { title: { text: title, standoff: 8 }, showline: true, linecolor: '#222222', mirror: true, ticks: 'outside', gridcolor: '#e5e5e5', zeroline: false, automargin: true, ...changes };
}
