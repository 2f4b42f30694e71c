import { METHOD_LIST, type MethodName } from '../../train/methods';
import type { LineStyle } from '../../train/methods/defineMethod';
import { COLOURS } from '../../train/methods/colours';

/** How a method's lines and markers are drawn, with the colour as plotly.js takes it. */
export type MethodStyle = Omit<LineStyle, 'colour'> & { readonly colour: string };

/** Colour, dash and marker of each method, the same in all figures; each of the three by itself distinguishes most methods. */
export const METHOD_STYLES = Object.fromEntries(
  Object.entries(METHOD_LIST).map(([name, { line }]) => [name, { ...line, colour: COLOURS[line.colour] }]),
) as Readonly<Record<MethodName, MethodStyle>>;
