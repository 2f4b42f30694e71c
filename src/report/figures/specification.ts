import type { Annotation, Data, Layout } from 'plotly.js-dist';

/**
 * A figure as plotly takes it. Plain data: it can be stored as JSON and drawn by any plotly.
 * The types are kept this wide because plotly's own are a megabyte that every notebook cell would have to read.
 */
export interface FigureSpecification {
  /** Traces. */
  readonly data: readonly object[];
  readonly layout: FigureLayout;
}

/** The layout of a figure; plotly's other keys are there too. */
export interface FigureLayout {
  readonly title: { readonly text: string; readonly [key: string]: unknown };
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  readonly [key: string]: unknown;
}

/** Whether a figure needs WebGL, so that it has no SVG of its own. */
export function isThreeDimensional({ data }: FigureSpecification): boolean {
  return data.some((trace) => 'type' in trace && (trace.type === 'surface' || trace.type === 'scatter3d'));
}

/** The title of a figure as one line of plain text. */
export function titleOf({ layout }: FigureSpecification): string {
  return layout.title.text.replaceAll('<br>', ' ');
}

/** What every figure states. */
export interface FigureText {
  readonly title: string;
  /** Printed below the figure: data set, model, number of images, seeds. */
  readonly caption: string;
}

/** Sizes, in pixels. */
const WIDTH = 900;
const HEIGHT = 500;
const FONT_SIZE = 14;
const CAPTION_SIZE = 12;
/** Characters of the caption and of the title that fit side by side. */
const CAPTION_COLUMNS = 130;
const TITLE_COLUMNS = 85;
const CAPTION_LINE = 16;
const TITLE_LINE = 22;

/** Puts a figure together: white ground, legible type; title and legend above, caption below. */
export function figure({ title, caption }: FigureText, data: readonly Data[], layout: Partial<Layout>): FigureSpecification {
  const lines = wrap(caption, CAPTION_COLUMNS);
  const titleLines = wrap(title, TITLE_COLUMNS);
  return {
    data: data.map((trace) => ({ ...trace })),
    layout: {
      width: WIDTH,
      height: HEIGHT,
      paper_bgcolor: 'white',
      plot_bgcolor: 'white',
      font: { family: 'Open Sans, Arial, sans-serif', size: FONT_SIZE, color: '#222222' },
      margin: { l: 75, r: 30, t: 95 + TITLE_LINE * (titleLines.length - 1), b: 75 + CAPTION_LINE * lines.length },
      legend: { orientation: 'h', x: 0.5, xanchor: 'center', y: 1.02, yanchor: 'bottom' },
      ...layout,
      title: { text: titleLines.join('<br>'), x: 0.5, xanchor: 'center', y: 0.97 - TITLE_LINE * (titleLines.length - 1) / HEIGHT, yanchor: 'top', font: { size: 18 } },
      annotations: [...(layout.annotations ?? []), captionAnnotation(lines)],
    },
  };
}

/** Sits on the lower edge of the figure, whatever the height of the axes. */
function captionAnnotation(lines: readonly string[]): Annotation {
  return {
    text: lines.join('<br>'),
    xref: 'paper', yref: 'paper', x: 0.5, y: 0, xanchor: 'center', yanchor: 'top', yshift: -62,
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
