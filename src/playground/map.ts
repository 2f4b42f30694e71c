/// <reference lib="dom" />
import { svg, within } from './elements';
import { fromPixels, type Frame } from './geometry';
import { WINDOW } from './losses';
import { mapAxes, mapRuns } from './mapDrawing';
import { PALETTES } from './palette';
import type { Scene, View } from './scene';
import { withinWindow } from './settings';
import { paint, reliefOf } from './shading';
import type { Planar } from './simulate';

/** Room for ticks and titles around the map, in pixels. */
const MARGIN = { left: 40, right: 10, top: 10, bottom: 42 } as const;
/** How far an arrow key moves the start, in units of the weights; with Shift, and without. */
const KEY_STEPS = { coarse: 0.25, fine: 0.05 } as const;
/** Decimals of a start chosen with the pointer: less than a pixel, and short in links. */
const DECIMALS = 3;

const ARROWS: Readonly<Record<string, Planar>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** What a reader does on the map. */
export interface MapActions {
  chooseStart(start: Planar): void;
  togglePlay(): void;
}

/** The map of the loss with every path on it, on which a start is chosen. */
export function createMap(root: HTMLElement, actions: MapActions): View {
  const canvas = within(root, 'canvas', HTMLCanvasElement);
  const overlay = within(root, 'svg', SVGSVGElement);
  let shown: Scene | undefined;
  let painted = '';

  const draw = (): void => {
    if (shown === undefined || root.clientWidth === 0) {
      return;
    }
    const frame = frameOf(root, shown);
    const key = [shown.landscape.id, shown.theme, frame.width].join();
    if (key !== painted) {
      paintGround(canvas, frame, shown);
      painted = key;
    }
    root.style.height = `${frame.top + frame.height + MARGIN.bottom}px`;
    overlay.replaceChildren(
      svg('clipPath', { id: 'map-window' }, svg('rect', { x: frame.left, y: frame.top, width: frame.width, height: frame.height })),
      ...mapAxes(frame, shown.theme),
      svg('g', { 'clip-path': 'url(#map-window)' }, ...mapRuns(frame, shown)),
    );
  };

  const point = ({ clientX, clientY }: MouseEvent): void => {
    if (shown !== undefined) {
      const { left, top } = root.getBoundingClientRect();
      actions.chooseStart(rounded(withinWindow(fromPixels(frameOf(root, shown), [clientX - left, clientY - top]), shown.landscape)));
    }
  };
  root.addEventListener('click', point);
  // A mouse drags the start along; a finger scrolls the page.
  root.addEventListener('pointermove', (event) => {
    if (event.pointerType === 'mouse' && event.buttons === 1) {
      point(event);
    }
  });
  root.addEventListener('keydown', (event) => {
    const direction = ARROWS[event.key];
    if (shown === undefined || (direction === undefined && event.key !== ' ')) {
      return;
    }
    event.preventDefault();
    if (direction === undefined) {
      actions.togglePlay();
      return;
    }
    const [x, y] = shown.state.settings.start;
    const step = event.shiftKey ? KEY_STEPS.coarse : KEY_STEPS.fine;
    actions.chooseStart(rounded(withinWindow([x + step * direction[0], y + step * direction[1]], shown.landscape)));
  });
  new ResizeObserver(draw).observe(root);
  return (scene) => {
    shown = scene;
    draw();
  };
}

function rounded([x, y]: Planar): Planar {
  return [Number(x.toFixed(DECIMALS)), Number(y.toFixed(DECIMALS))];
}

function frameOf(root: HTMLElement, { landscape: { xRange, yRange } }: Scene): Frame {
  const width = root.clientWidth - MARGIN.left - MARGIN.right;
  return { left: MARGIN.left, top: MARGIN.top, width, height: (width * WINDOW.height) / WINDOW.width, xRange, yRange };
}

function paintGround(canvas: HTMLCanvasElement, frame: Frame, { landscape, theme }: Scene): void {
  const density = Math.min(devicePixelRatio, 2);
  canvas.width = Math.round(frame.width * density);
  canvas.height = Math.round(frame.height * density);
  Object.assign(canvas.style, { left: `${frame.left}px`, top: `${frame.top}px`, width: `${frame.width}px`, height: `${frame.height}px` });
  const relief = reliefOf(landscape, canvas.width, canvas.height);
  canvas.getContext('2d')?.putImageData(new ImageData(paint(relief, PALETTES[theme]), canvas.width, canvas.height), 0, 0);
}
