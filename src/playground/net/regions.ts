/// <reference lib="dom" />
import { parameterCount } from '../../models/model';
import { html, svg } from '../elements';
import { printed } from '../geometry';
import { CLASS_LOOKS } from './classLook';
import { WINDOW, type Points } from './data';
import { netMethodOf } from './methods';
import { batchOf, margins } from './model';
import { gridPlaces, paintRegions } from './regionShading';
import { latestRecords, type NetScene, type NetView } from './scene';
import type { NetMethodId } from './settings';
import type { Contender } from './training';

/** Most multiplications for a picture: a larger network is evaluated on a coarser grid. */
const MOST_PRODUCTS = 4e6;
const SIDES = { least: 24, most: 60 } as const;
/** Of the pictures in pixels of their own; the page scales them. */
const SIZE = 260;
/** After this many milliseconds the other pictures wait for the next frame. */
const BUDGET = 14;

/** A picture of one network. */
interface Picture {
  readonly method: NetMethodId;
  readonly element: HTMLElement;
  readonly ground: HTMLCanvasElement;
  readonly note: HTMLElement;
}

/** Which class each network predicts where, with the training points. */
export function createRegions(root: HTMLElement): NetView {
  let pictures: readonly Picture[] = [];
  let shown: { readonly run: NetScene['run']; readonly theme: NetScene['theme'] } | undefined;
  let next = 0;
  let waiting = false;
  let grid = { side: 0, batch: batchOf({ places: new Float32Array(0), labels: new Int32Array(0) }) };

  /** Draws outdated pictures, each first in its turn, and continues in the next frame when the time is up. */
  const drawGrounds = (scene: NetScene): void => {
    const { run } = scene;
    if (shown?.run !== run) {
      return;
    }
    const started = performance.now();
    let behind = pictures.filter(({ element }) => element.dataset['step'] !== stepOf(scene));
    while (behind.length > 0 && performance.now() - started < BUDGET) {
      const picture = behind.find((candidate) => pictures.indexOf(candidate) >= next % pictures.length) ?? behind[0]!;
      const index = pictures.indexOf(picture);
      drawGround(picture, run.comparison.contenders[index]!, scene, grid);
      picture.element.dataset['step'] = stepOf(scene);
      next = index + 1;
      behind = behind.filter((other) => other !== picture);
    }
    if (behind.length > 0 && !waiting) {
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        drawGrounds(scene);
      });
    }
  };
  return (scene) => {
    const { run, theme } = scene;
    if (shown?.run !== run || shown.theme !== theme) {
      pictures = run.settings.methods.map((method) => createPicture(method, run.comparison.training, theme));
      root.replaceChildren(...pictures.map(({ element }) => element));
      root.dataset['count'] = String(pictures.length);
      const side = Math.round(Math.min(Math.max(Math.sqrt(MOST_PRODUCTS / parameterCount(run.comparison.model)), SIDES.least), SIDES.most));
      grid = { side, batch: batchOf({ places: gridPlaces(WINDOW, side), labels: new Int32Array(side * side) }) };
      shown = { run, theme };
      next = 0;
    }
    drawGrounds(scene);
    const records = latestRecords(scene);
    pictures.forEach(({ note }, index) => (note.textContent = noteOf(run.comparison.contenders[index]!, records[index]?.trainingError, records[index]?.testError)));
  };
}

function stepOf({ run }: NetScene): string {
  return String(run.comparison.taken);
}

function noteOf({ divergedAt }: Contender, trainingError: number | undefined, testError: number | undefined): string {
  if (divergedAt !== undefined) {
    return `Diverged at step ${divergedAt}: its weights grew beyond all bounds. Lower the learning rate or ρ; Restart starts over.`;
  }
  return trainingError === undefined ? '' : `training error ${percent(trainingError)}, test error ${percent(testError!)}`;
}

/** A share in percent. */
export function percent(share: number): string {
  return `${printed(100 * share, 1)}\u202f%`;
}

function createPicture(method: NetMethodId, training: Points, theme: NetScene['theme']): Picture {
  const { name, look: { colour, dashes } } = netMethodOf(method);
  const swatch = svg('svg', { width: 30, height: 10, 'aria-hidden': 'true' }, svg('path', { d: 'M1 5h28', 'stroke-width': 3, stroke: colour[theme], 'stroke-dasharray': dashes.join(' ') }));
  const ground = html('canvas', { width: SIZE, height: SIZE });
  const points = html('canvas', { width: 2 * SIZE, height: 2 * SIZE });
  const note = html('p', { class: 'caption' });
  const element = html('figure', { 'data-method': method }, html('figcaption', { class: 'name' }, swatch, html('b', {}, name)), html('div', { class: 'square', 'aria-hidden': 'true' }, ground, points), note);
  drawPoints(points, training, theme);
  return { method, element, ground, note };
}

function drawGround({ ground, element }: Picture, { parameters, divergedAt }: Contender, { run, theme }: NetScene, { side, batch }: { readonly side: number; readonly batch: ReturnType<typeof batchOf> }): void {
  const found = margins(run.comparison.model, parameters, batch);
  ground.getContext('2d')?.putImageData(new ImageData(paintRegions(found, side, SIZE, CLASS_LOOKS[theme]), SIZE, SIZE), 0, 0);
  element.classList.toggle('diverged', divergedAt !== undefined);
}

/** Discs for class 0, squares for class 1; a ring around each wrong label. */
function drawPoints(canvas: HTMLCanvasElement, { places, labels, wrong }: Points, theme: NetScene['theme']): void {
  const context = canvas.getContext('2d');
  if (context === null) {
    return;
  }
  const { points, outline, ring } = CLASS_LOOKS[theme];
  const scale = canvas.width / (WINDOW[1] - WINDOW[0]);
  const radius = labels.length > 250 ? 5 : 7;
  labels.forEach((label, index) => {
    const [x, y] = [(places[2 * index]! - WINDOW[0]) * scale, (WINDOW[1] - places[2 * index + 1]!) * scale];
    context.beginPath();
    if (label === 0) {
      context.arc(x, y, radius, 0, 2 * Math.PI);
    } else {
      context.rect(x - 0.9 * radius, y - 0.9 * radius, 1.8 * radius, 1.8 * radius);
    }
    Object.assign(context, { fillStyle: points[label]!, strokeStyle: outline, lineWidth: 2 });
    context.fill();
    context.stroke();
    if (wrong[index] === true) {
      context.beginPath();
      context.arc(x, y, 2 * radius, 0, 2 * Math.PI);
      Object.assign(context, { strokeStyle: ring, lineWidth: 2.5 });
      context.stroke();
    }
  });
}

