/// <reference lib="dom" />
import { createNumberDial } from './dial';
import { find, html, svg } from './elements';
import { LANDSCAPES, type LandscapeId } from './losses';
import { METHODS, type MethodId } from './methods';
import type { Scene, View } from './scene';
import { RANGES, type NumberSetting } from './settings';

/** How each number is offered. */
const DIALS: readonly { readonly setting: NumberSetting; readonly label: string; readonly hint: string }[] = [
  { setting: 'rho', label: 'Radius ρ', hint: 'length of ε' },
  { setting: 'learningRate', label: 'Learning rate', hint: '' },
  { setting: 'momentum', label: 'Momentum', hint: '' },
  { setting: 'innerSteps', label: 'Inner steps', hint: 'multi-step' },
  { setting: 'noise', label: 'Noise σ', hint: 'of the gradient' },
  { setting: 'seed', label: 'Seed', hint: 'of the noise' },
  { setting: 'steps', label: 'Steps', hint: 'in the run' },
];

/** Called when a reader changes a setting. */
export interface ControlActions {
  chooseLandscape(landscape: LandscapeId): void;
  chooseMethods(methods: readonly MethodId[]): void;
  chooseNumber(setting: NumberSetting, value: number): void;
}

/** The choice of landscape, the methods and the dials. */
export function createControls(actions: ControlActions): View {
  const views = [landscapeChoice(actions), methodChoice(actions), ...DIALS.map((dial) => createDial(dial, actions))];
  return (scene) => views.forEach((view) => view(scene));
}

function landscapeChoice(actions: ControlActions): View {
  const inputs = LANDSCAPES.map(({ id, title }) => {
    const input = html('input', { type: 'radio', name: 'landscape', value: id });
    input.addEventListener('change', () => actions.chooseLandscape(id));
    find('landscapes', HTMLElement).append(html('label', {}, input, html('span', {}, title)));
    return input;
  });
  const [story, formula] = [find('story', HTMLElement), find('formula', HTMLElement)];
  return ({ landscape }) => {
    inputs.forEach((input) => (input.checked = input.value === landscape.id));
    story.textContent = landscape.story;
    formula.textContent = landscape.formula;
  };
}

function methodChoice(actions: ControlActions): View {
  const inputs = METHODS.map(({ id }) => html('input', { type: 'checkbox', name: 'methods', value: id }));
  const chosen = (): readonly MethodId[] => METHODS.filter((_, index) => inputs[index]!.checked).map(({ id }) => id);
  const swatches = METHODS.map((method) => {
    const line = svg('path', { d: 'M1 7h30', 'stroke-width': 3, 'stroke-dasharray': method.look.dashes.join(' '), fill: 'none' });
    return { method, line, picture: svg('svg', { width: 32, height: 14, 'aria-hidden': 'true' }, line) };
  });
  swatches.forEach(({ method, picture }, index) => {
    const words = html('span', {}, html('b', {}, method.name), html('small', {}, method.summary));
    find('methods', HTMLElement).append(html('label', { class: 'method' }, inputs[index]!, picture, words));
    inputs[index]!.addEventListener('change', () => actions.chooseMethods(chosen()));
  });
  return ({ state, theme }: Scene) => {
    inputs.forEach((input) => (input.checked = state.settings.methods.some((id) => id === input.value)));
    swatches.forEach(({ method, line }) => line.setAttribute('stroke', method.look.colour[theme]));
  };
}

/** A dial of the playground. */
function createDial({ setting, label, hint }: (typeof DIALS)[number], actions: ControlActions): View {
  const dial = createNumberDial({ id: setting, label, hint, range: RANGES[setting] }, (value) => actions.chooseNumber(setting, value));
  find('dials', HTMLElement).append(dial.element);
  return (scene) => dial.show(scene.state.settings[setting]);
}
