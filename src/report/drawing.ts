import { createHash } from 'node:crypto';
import { stopIfAsked } from '../progress/work';
import { withDrawingPage } from '../browser/drawingPage';
import { isThreeDimensional, type FigureSpecification } from './figures/specification';

/** Dots of a PNG for each pixel of the specification, so that it prints at 200 dots an inch and more. */
const PNG_SCALE = 2;

/** A figure as pictures. */
export interface Drawing {
  /** The vector picture; null for a figure that needs WebGL. */
  readonly svg: string | null;
  readonly png: Buffer;
}

/** The part of plotly that runs on the page. */
interface PagePlotly {
  toImage(figure: FigureSpecification, options: { format: 'svg' | 'png'; width: number; height: number; scale?: number }): Promise<string>;
}

/**
 * Draws figures in headless Chromium: SVG and PNG, but only PNG for three-dimensional ones.
 *
 * The same figure gives the same SVG on machines with the same typefaces.
 *
 * @param scale dots of a PNG for each pixel of the specification; default: 2.
 * @throws Error if Chromium does not start or plotly refuses a figure.
 */
export async function drawFigures(figures: readonly FigureSpecification[], scale = PNG_SCALE): Promise<readonly Drawing[]> {
  if (figures.length === 0) {
    return [];
  }
  return withDrawingPage(async (page) => {
    const draw = (figure: FigureSpecification, format: 'svg' | 'png'): Promise<string> =>
      page.evaluate(
        ({ figure, format, scale }) => {
          const { Plotly } = globalThis as unknown as { Plotly: PagePlotly };
          const { width, height } = figure.layout;
          return Plotly.toImage(figure, format === 'png' ? { format, width, height, scale } : { format, width, height });
        },
        { figure, format, scale },
      );
    const drawings: Drawing[] = [];
    for (const figure of figures) {
      stopIfAsked();
      const svg = isThreeDimensional(figure) ? null : svgOf(await draw(figure, 'svg'));
      const png = Buffer.from((await draw(figure, 'png')).split(',')[1]!, 'base64');
      drawings.push({ svg, png });
    }
    return drawings;
  });
}

/**
 * plotly gives clip paths, traces and gradients random numbers. Numbers made from the picture itself give the same file for the
 * same figure, and differ between figures on one page.
 */
function svgOf(url: string): string {
  const svg = decodeURIComponent(url.slice(url.indexOf(',') + 1));
  const numbers = [...new Set([...svg.matchAll(/\b(?:defs-|clip|trace|cb|g(?=[0-9a-f]{6}-cb))([0-9a-f]{6})/g)].map((match) => match[1]!))];
  const named = (prefix: string): string =>
    numbers.reduce((text, number, index) => text.replaceAll(new RegExp(`(defs-|clip|legend|trace|cb|\\bg)${number}`, 'g'), `$1${prefix}-${index}`), svg);
  return named(createHash('sha256').update(named('')).digest('hex').slice(0, 6));
}
