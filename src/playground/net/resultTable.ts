/// <reference lib="dom" />
import { find, html, svg } from '../elements';
import { printed } from '../geometry';
import { netMethodOf } from './methods';
import { percent } from './regions';
import type { NetScene, NetView } from './scene';

/** Digits of numbers that may be large or small. */
const DIGITS = 3;
const NONE = '–';

/** The table of how each method stands. Rows carry exact numbers as `data-` attributes. */
export function createResultTable(): NetView {
  const [rows, caption] = [find('rows', HTMLElement), find('table-caption', HTMLElement)];
  return (scene) => {
    const { taken } = scene.run.comparison;
    caption.textContent = `How the networks stand after ${taken} of ${scene.run.settings.steps} steps`;
    rows.replaceChildren(...scene.run.settings.methods.map((_, index) => row(scene, index)));
  };
}

function row({ run, theme }: NetScene, index: number): HTMLElement {
  const { method, records, curvature } = run.histories[index]!;
  const { name, look: { colour, dashes } } = netMethodOf(method);
  const { gradientEvaluations, divergedAt } = run.comparison.contenders[index]!;
  const swatch = svg('svg', { width: 26, height: 10, 'aria-hidden': 'true' }, svg('path', { d: 'M1 5h24', 'stroke-width': 3, stroke: colour[theme], 'stroke-dasharray': dashes.join(' ') }));
  const [last, bend] = [records.at(-1), curvature.at(-1)];
  const texts = last === undefined
    ? [NONE, NONE, NONE, NONE, NONE]
    : [printed(last.trainingLoss, DIGITS), share(last.rightError), share(last.wrongError), share(last.testError), printed(last.norm, 2)];
  const label = divergedAt === undefined ? name : `${name} (diverged at step ${divergedAt})`;
  const cells = [...texts, number(bend?.eigenvalue), number(bend?.secant), String(Math.round(gradientEvaluations))].map((text) => html('td', {}, text));
  const data = last === undefined ? {} : { 'data-step': last.step, 'data-training-loss': last.trainingLoss, 'data-test-error': last.testError, 'data-right-error': last.rightError, 'data-wrong-error': last.wrongError, 'data-norm': last.norm };
  const bends = bend === undefined ? {} : { 'data-eigenvalue': bend.eigenvalue, 'data-secant': bend.secant ?? NaN, 'data-curvature-step': bend.step };
  return html('tr', { 'data-method': method, ...data, ...bends }, html('th', { scope: 'row' }, swatch, label), ...cells);
}

function share(value: number): string {
  return Number.isNaN(value) ? NONE : percent(value);
}

function number(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? NONE : printed(value, DIGITS);
}

/** One sentence on how the networks stand, for readers who do not see the pictures. */
export function netInWords({ run }: Pick<NetScene, 'run'>): string {
  const { taken, contenders } = run.comparison;
  const places = contenders.map(({ method, divergedAt }, index) => {
    const last = run.histories[index]!.records.at(-1);
    const { name } = netMethodOf(method);
    if (divergedAt !== undefined || last === undefined) {
      return `${name} has ${divergedAt === undefined ? 'not begun' : 'diverged'}`;
    }
    const learned = Number.isNaN(last.wrongError) ? '' : `, ${percent(1 - last.wrongError)} of the wrong labels learned`;
    return `${name} with test error ${percent(last.testError)}${learned}`;
  });
  return `Step ${taken}: ${places.join('; ')}.`;
}
