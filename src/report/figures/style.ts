import type { LayoutAxis } from 'plotly.js-dist';

/** The same colour with an opacity. @param opacity in [0, 1] */
export function transparent(colour: string, opacity: number): string {
  const channels = [1, 3, 5].map((start) => parseInt(colour.slice(start, start + 2), 16));
  return `rgba(${channels.join(', ')}, ${opacity})`;
}

/**
 * An axis of percentages that starts at 0 and ends at 100 at most, even if a marker or an interval would need
 * more room.
 */
export function percentAxis(title: string, changes: Partial<LayoutAxis> = {}): Partial<LayoutAxis> {
  return axis(title, { rangemode: 'tozero', autorangeoptions: { clipmin: 0, clipmax: 100 }, ...changes });
}

/** An axis with a title, a frame and a light grid. */
export function axis(title: string, changes: Partial<LayoutAxis> = {}): Partial<LayoutAxis> {
  return { title: { text: title, standoff: 8 }, showline: true, linecolor: '#222222', mirror: true, ticks: 'outside', gridcolor: '#e5e5e5', zeroline: false, automargin: true, ...changes };
}
