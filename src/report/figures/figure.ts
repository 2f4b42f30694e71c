import type { Annotation, Data, Layout } from 'plotly.js-dist';
import type { FigureSpecification, FigureText } from './specification';

/** Sizes, in pixels. */
const WIDTH = 900;
/** The output area of JupyterLab in a window of 1,400 pixels holds 950. */
export const WIDEST = 930;
const HEIGHT = 500;
const FONT_SIZE = 14;
const CAPTION_SIZE = 12;
/** Characters of the caption and of the title that fit side by side. */
const CAPTION_COLUMNS = 130;
const TITLE_COLUMNS = 85;
const CAPTION_LINE = 16;
const TITLE_LINE = 22;

/** Puts a figure together: white ground, legible type; title and legend above, caption below, both in the middle whatever the margins. */
export function figure({ title, caption }: FigureText, data: readonly Data[], layout: Partial<Layout>): FigureSpecification {
  const lines = wrap(caption, CAPTION_COLUMNS);
  const titleLines = wrap(title, TITLE_COLUMNS);
  const width = layout.width ?? WIDTH;
  const given = { l: 75, r: 30, t: 95, b: 75 + CAPTION_LINE * lines.length, ...layout.margin };
  const margin = { ...given, t: given.t + TITLE_LINE * (titleLines.length - 1) };
  return {
    data: data.map((trace) => ({ ...trace })),
    layout: {
      width: WIDTH,
      height: HEIGHT,
      paper_bgcolor: 'white',
      plot_bgcolor: 'white',
      font: { family: 'Open Sans, Arial, sans-serif', size: FONT_SIZE, color: '#222222' },
      // Vertical beside the figure, clear of title and panels; without the buttons that are not needed here.
      modebar: { orientation: 'v', remove: ['select2d', 'lasso2d', 'zoomIn2d', 'zoomOut2d', 'autoScale2d', 'tableRotation', 'resetCameraLastSave3d'], bgcolor: 'rgba(255, 255, 255, 0.8)' },
      legend: { orientation: 'h', x: 0.5, xanchor: 'center', y: 1.02, yanchor: 'bottom' },
      ...layout,
      margin,
      title: { text: titleLines.join('<br>'), x: 0.5, xanchor: 'center', y: 0.97 - TITLE_LINE * (titleLines.length - 1) / HEIGHT, yanchor: 'top', font: { size: 18 } },
      annotations: [...(layout.annotations ?? []), captionAnnotation(lines, (width / 2 - margin.l) / (width - margin.l - margin.r))],
    },
  };
}

/** At the lower edge of the figure, centred, whatever the height of the axes. */
function captionAnnotation(lines: readonly string[], x: number): Annotation {
  return {
    text: lines.join('<br>'),
    xref: 'paper', yref: 'paper', x, y: 0, xanchor: 'center', yanchor: 'top', yshift: -62,
    showarrow: false, align: 'center', font: { size: CAPTION_SIZE, color: '#444444' },
  };
}

/** Breaks a text into lines of at most `columns` characters, at spaces. */
export function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= columns) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else {
      lines.push(word);
    }
  }
  return lines;
}
