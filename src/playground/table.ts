/// <reference lib="dom" />
import { find, html, svg } from './elements';
import { printed } from './geometry';
import { methodOf } from './methods';
import { shownPoint, type Scene, type View } from './scene';
import { riseWithin, type MethodRun } from './simulate';

/** The table of where each method is. Rows carry the exact numbers as `data-x`, `data-y` and `data-loss`. */
export function createTable(): View {
  const [rows, caption, riseHead] = [find('rows', HTMLElement), find('table-caption', HTMLElement), find('rise-head', HTMLElement)];
  return (scene) => {
    const { state: { settings, at }, runs } = scene;
    caption.textContent = `Where the methods are after ${at} of ${settings.steps} steps`;
    riseHead.textContent = `Rise within ρ\u00a0=\u00a0${settings.rho}`;
    riseHead.title = 'The largest loss at a distance of at most ρ, minus the loss here: how sharp the loss is here';
    rows.replaceChildren(...runs.map((run) => tableRow(run, scene)));
  };
}

function tableRow(run: MethodRun, { landscape, state, theme }: Scene): HTMLElement {
  const here = shownPoint(run, state.at);
  const { x, y, loss } = run.points[here]!;
  const { name, look: { colour, dashes } } = methodOf(run.method);
  const swatch = svg('svg', { width: 26, height: 10, 'aria-hidden': 'true' }, svg('path', { d: 'M1 5h24', 'stroke-width': 3, stroke: colour[theme], 'stroke-dasharray': dashes.join(' ') }));
  const gone = run.diverged && state.at >= run.points.length;
  const numbers = gone ? ['–', '–', `diverged at step ${run.points.length}`, '–'] : [printed(x, 3), printed(y, 3), printed(loss, 3), printed(riseWithin(landscape.planar, [x, y], state.settings.rho), 3)];
  const cells = [...numbers, String(run.gradientEvaluations[here])].map((text) => html('td', {}, text));
  return html('tr', { 'data-method': run.method, 'data-x': x, 'data-y': y, 'data-loss': loss }, html('th', { scope: 'row' }, swatch, name), ...cells);
}

/** One sentence on where the methods are, for readers who do not see the pictures. */
export function inWords({ state: { at }, runs }: Scene): string {
  const places = runs.map((run) => {
    const { x, y, loss } = run.points[shownPoint(run, at)]!;
    const name = methodOf(run.method).name;
    return run.diverged && at >= run.points.length ? `${name} has diverged` : `${name} at ${printed(x, 2)}, ${printed(y, 2)} with loss ${printed(loss, 2)}`;
  });
  return `Step ${at}: ${places.join('; ') || 'no method chosen'}.`;
}
