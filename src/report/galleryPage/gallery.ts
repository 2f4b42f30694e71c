/// <reference lib="dom" />
import { within } from '../../playground/elements';
import { loadPlotly, PLOTLY_SETTINGS, type Plotly } from '../../playground/plotly';

/** A figure as the page holds it. */
interface StoredFigure {
  readonly data: readonly object[];
  readonly layout: Readonly<Record<string, unknown>>;
  readonly threeDimensional: boolean;
}

/** Smallest width in pixels at which figures other than a lone surface are shown: on a phone they are as legible as this, and scroll. */
const NARROWEST = 620;
/** Figures are drawn at this distance before they come into sight. */
const AHEAD = '300px';

/** Replaces each figure's picture by the figure when it comes into sight. A browser has few WebGL contexts, so surfaces out of sight release theirs. */
function drawInSight(plotly: Plotly): void {
  const places = Array.from(document.querySelectorAll<HTMLElement>('.plot'));
  const pictures = new Map(places.map((place) => [place, within(place, 'img', HTMLImageElement)]));
  const observer = new IntersectionObserver((entries) => entries.forEach(({ target, isIntersecting }) => {
    const place = target as HTMLElement;
    const figure = storedFigure(place);
    const drawn = place.querySelector<HTMLElement>('.js-plotly-plot');
    if (isIntersecting && drawn === null) {
      void draw(plotly, place, figure);
    } else if (!isIntersecting && drawn !== null && figure.threeDimensional) {
      plotly.purge(drawn);
      place.replaceChildren(pictures.get(place)!);
    }
  }), { rootMargin: AHEAD });
  places.forEach((place) => observer.observe(place));
}

function storedFigure(place: HTMLElement): StoredFigure {
  const { textContent } = within(place.parentElement!, 'script', HTMLScriptElement);
  return JSON.parse(textContent) as StoredFigure;
}

async function draw(plotly: Plotly, place: HTMLElement, { data, layout, threeDimensional }: StoredFigure): Promise<void> {
  const oneSurface = threeDimensional && !('scene2' in layout);
  const shown = oneSurface ? place.clientWidth : Math.max(place.clientWidth, NARROWEST);
  // Its own width, for which its titles and panels were laid out, and then smaller as a whole.
  const width = oneSurface ? shown : Math.max(shown, Number(layout['width']) || 0);
  const scale = shown / width;
  const [frame, canvas] = [document.createElement('div'), document.createElement('div')];
  Object.assign(canvas.style, { width: `${width}px`, transformOrigin: '0 0', transform: scale < 1 ? `scale(${scale})` : 'none' });
  // Keeps the page from jumping when picture and figure change places.
  Object.assign(frame.style, { width: `${shown}px`, height: `${Number(layout['height']) * scale}px`, overflow: 'hidden' });
  place.style.minHeight = frame.style.height;
  frame.append(canvas);
  place.replaceChildren(frame);
  await plotly.react(canvas, data, { ...layout, width }, PLOTLY_SETTINGS);
}

loadPlotly().then(drawInSight, (error: unknown) => {
  // The pictures stay.
  console.error(error);
});
