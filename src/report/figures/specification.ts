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

/** Figures by name, a file name without ending. */
export type NamedFigures = Readonly<Record<string, FigureSpecification>>;
