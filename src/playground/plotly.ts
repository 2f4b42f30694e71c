/// <reference lib="dom" />

/** plotly's script, as it lies beside the pages. */
export const PLOTLY_FILE = 'plotly.js';

/** No buttons over the drawing; and the wheel scrolls the page, not the surface that happens to be below it. */
export const PLOTLY_SETTINGS = { displayModeBar: false, scrollZoom: false } as const;

/** The part of plotly that the pages use. */
export interface Plotly {
  react(root: HTMLElement, data: readonly object[], layout: object, config: object): Promise<unknown>;
  relayout(root: HTMLElement, changes: object): Promise<unknown>;
  purge(root: HTMLElement): void;
}

/** Loads plotly's script (10 MB), which the pages do not wait for. Rejects if it is not beside the page. */
export function loadPlotly(): Promise<Plotly> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = PLOTLY_FILE;
    script.addEventListener('load', () => resolve((globalThis as unknown as { Plotly: Plotly }).Plotly));
    script.addEventListener('error', () => reject(new Error(`loadPlotly: ${PLOTLY_FILE} is not beside this page; npm run figures puts it there.`)));
    document.head.append(script);
  });
}
