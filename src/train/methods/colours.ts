/** Colours that readers with any kind of colour vision can tell apart (Okabe and Ito 2008). */
export const COLOURS = {
  black: '#000000',
  orange: '#E69F00',
  skyBlue: '#56B4E9',
  green: '#009E73',
  yellow: '#F0E442',
  blue: '#0072B2',
  vermilion: '#D55E00',
  purple: '#CC79A7',
} as const;

/** Their names. */
export type Colour = keyof typeof COLOURS;
