/// <reference lib="dom" />
import { finiteRange } from '../../engine/finiteRange';
import { find, html } from '../elements';
import { printed } from '../geometry';
import { PALETTES } from '../palette';
import { paint } from '../shading';
import { netMethodOf } from './methods';
import { PLANE_RADIUS, PLANE_SIDE, planeLosses } from './planes';
import { enlarged } from './regionShading';
import { slicedPause } from './runner';
import type { NetScene, NetView } from './scene';
import type { NetMethodId } from './settings';

/** Of the pictures, in pixels of their own. */
const SIZE = 240;

/** Planes that were measured. */
interface Measured {
  readonly step: number;
  readonly planes: readonly { readonly method: NetMethodId; readonly losses: Float64Array }[];
}

/** The loss on a plane around each network's weights, measured when asked for. @param stopped ends the training and settles when it has ended */
export function createPlanes(stopped: () => Promise<void>): NetView {
  const [root, button, note] = [find('planes', HTMLElement), find('measure-planes', HTMLButtonElement), find('planes-note', HTMLElement)];
  let scene: NetScene | undefined;
  let measured: Measured | undefined;

  const draw = (): void => {
    root.replaceChildren(...(scene === undefined || measured === undefined ? [] : pictures(measured, scene.theme)));
  };
  const run = async (): Promise<void> => {
    await stopped();
    const own = scene?.run;
    if (own === undefined) {
      return;
    }
    const { model, contenders, training, taken } = own.comparison;
    button.disabled = true;
    const pause = slicedPause();
    const planes: { method: NetMethodId; losses: Float64Array }[] = [];
    // The weights stay where they are even if the training continues, or another one begins.
    const points = contenders.map(({ method, parameters }) => ({ method, parameters: parameters.clone() }));
    try {
      for (const { method, parameters } of points) {
        note.textContent = `Measuring the plane of ${netMethodOf(method).name} …`;
        planes.push({ method, losses: await planeLosses(model, parameters, training, { seed: own.settings.seed, pause }) });
      }
    } finally {
      points.forEach(({ parameters }) => parameters.dispose());
      button.disabled = false;
    }
    if (scene?.run === own) {
      measured = { step: taken, planes };
      note.textContent = noteOf(measured);
      draw();
    } else {
      note.textContent = '';
    }
  };
  button.addEventListener('click', () => void run());
  return (next) => {
    const [another, themed] = [next.run !== scene?.run, next.theme !== scene?.theme];
    scene = next;
    if (another) {
      measured = undefined;
      note.textContent = '';
    }
    if (another || themed) {
      draw();
    }
  };
}

/** The range of the losses in all planes; losses that overflow are left out. */
function sharedRange(planes: Measured['planes']): { readonly lowest: number; readonly highest: number } {
  return finiteRange(planes.flatMap(({ losses }) => [...losses])) ?? { lowest: 0, highest: 1 };
}

function noteOf({ step, planes }: Measured): string {
  const { lowest, highest } = sharedRange(planes);
  const middles = planes.map(({ method, losses }) => `${netMethodOf(method).name} ${printed(losses[(losses.length - 1) / 2]!, 3)}`);
  return `Training loss around the weights of step ${step}, from ${printed(lowest, 3)} (dark) to ${printed(highest, 2)} nats, the same colours for all. In the middle: ${middles.join(', ')}.`;
}

function pictures({ planes }: Measured, theme: NetScene['theme']): readonly HTMLElement[] {
  const { lowest, highest } = sharedRange(planes);
  const [floor, ceiling] = [Math.log(lowest), Math.log(highest)];
  return planes.map(({ method, losses }) => {
    const shares = losses.map((loss) => (Number.isFinite(loss) ? (Math.log(loss) - floor) / Math.max(ceiling - floor, 1e-9) : 1));
    const canvas = html('canvas', { width: SIZE, height: SIZE, role: 'img', 'aria-label': `Loss around the weights of ${netMethodOf(method).name}` });
    const relief = { width: SIZE, height: SIZE, shares: enlarged(shares, PLANE_SIDE, SIZE) };
    canvas.getContext('2d')?.putImageData(new ImageData(paint(relief, PALETTES[theme]), SIZE, SIZE), 0, 0);
    return html('figure', { 'data-plane': method }, html('figcaption', {}, html('b', {}, netMethodOf(method).name), ` ±${PLANE_RADIUS} filter lengths`), canvas);
  });
}
