/// <reference lib="dom" />
import { createNumberDial } from '../dial';
import { find, html, svg } from '../elements';
import { DATA_SETS } from './data';
import { NET_METHODS } from './methods';
import type { NetScene, NetView } from './scene';
import { CONTENDERS, LAYERS, NET_RANGES, WIDTHS, type ActivationId, type NetMethodId, type NetNumber, type NetSettings } from './settings';

/** How each number is offered, and in which group. */
const DIALS: readonly { readonly setting: NetNumber; readonly label: string; readonly hint: string; readonly place: 'data-dials' | 'dials' }[] = [
  { setting: 'points', label: 'Points', hint: 'for training', place: 'data-dials' },
  { setting: 'noise', label: 'Noise', hint: 'in position', place: 'data-dials' },
  { setting: 'wrong', label: 'Wrong labels', hint: 'share', place: 'data-dials' },
  { setting: 'rho', label: 'Radius ρ', hint: 'length of ε', place: 'dials' },
  { setting: 'learningRate', label: 'Learning rate', hint: '', place: 'dials' },
  { setting: 'momentum', label: 'Momentum', hint: '', place: 'dials' },
  { setting: 'weightDecay', label: 'Weight decay', hint: '', place: 'dials' },
  { setting: 'batch', label: 'Batch', hint: 'points a step', place: 'dials' },
  { setting: 'group', label: 'm', hint: 'points per ε', place: 'dials' },
  { setting: 'innerSteps', label: 'Inner steps', hint: 'of FGSM', place: 'dials' },
  { setting: 'seed', label: 'Seed', hint: '', place: 'dials' },
  { setting: 'steps', label: 'Steps', hint: 'in all', place: 'dials' },
];
const ACTIVATIONS: readonly { readonly id: ActivationId; readonly title: string }[] = [{ id: 'relu', title: 'ReLU' }, { id: 'tanh', title: 'tanh' }];
/** The width of a layer that is added. */
const NEW_WIDTH = 32;

/** What a reader sets. */
export type ChooseSettings = (changes: Partial<NetSettings>) => void;

/** Data, network, methods and dials. */
export function createNetControls(choose: ChooseSettings): NetView {
  const views = [
    radios('data', DATA_SETS, ({ data }) => data, (data) => choose({ data })),
    radios('activations', ACTIVATIONS, ({ activation }) => activation, (activation) => choose({ activation })),
    layerDials(choose),
    methodChoice(choose),
    ...DIALS.map((dial) => numberDial(dial, choose)),
  ];
  return (scene) => views.forEach((view) => view(scene));
}

function radios<Id extends string>(root: string, options: readonly { readonly id: Id; readonly title: string }[], current: (settings: NetSettings) => Id, choose: (id: Id) => void): NetView {
  const inputs = options.map(({ id, title }) => {
    const input = html('input', { type: 'radio', name: root, value: id });
    input.addEventListener('change', () => choose(id));
    find(root, HTMLElement).append(html('label', {}, input, html('span', {}, title)));
    return input;
  });
  return ({ run }) => inputs.forEach((input) => (input.checked = input.value === current(run.settings)));
}

function numberDial({ setting, label, hint, place }: (typeof DIALS)[number], choose: ChooseSettings): NetView {
  const dial = createNumberDial({ id: setting, label, hint, range: NET_RANGES[setting] }, (value) => choose({ [setting]: value }));
  find(place, HTMLElement).append(dial.element);
  return ({ run }) => dial.show(run.settings[setting]);
}

/** How many hidden layers, and how wide each is. */
function layerDials(choose: ChooseSettings): NetView {
  let hidden: readonly number[] = [];
  const root = find('layers', HTMLElement);
  const count = createNumberDial({ id: 'layers-count', label: 'Hidden layers', hint: '', range: { ...LAYERS, step: 1, whole: true } }, (value) =>
    choose({ hidden: Array.from({ length: value }, (_, layer) => hidden[layer] ?? hidden.at(-1) ?? NEW_WIDTH) }));
  const widths = Array.from({ length: LAYERS.most }, (_, layer) =>
    createNumberDial({ id: `layer-${layer + 1}`, label: `Layer ${layer + 1}`, hint: 'units', range: { ...WIDTHS, step: 1, whole: true } }, (value) => choose({ hidden: hidden.map((units, index) => (index === layer ? value : units)) })));
  root.append(count.element, ...widths.map(({ element }) => element));
  return ({ run }) => {
    ({ hidden } = run.settings);
    count.show(hidden.length);
    widths.forEach(({ element, show }, layer) => {
      element.hidden = layer >= hidden.length;
      show(hidden[layer] ?? NEW_WIDTH);
    });
  };
}

/** Two to four methods: a choice that would make fewer or more is disabled. */
function methodChoice(choose: ChooseSettings): NetView {
  const inputs = NET_METHODS.map(({ id }) => html('input', { type: 'checkbox', name: 'methods', value: id }));
  const chosen = (): readonly NetMethodId[] => NET_METHODS.filter((_, index) => inputs[index]!.checked).map(({ id }) => id);
  const swatches = NET_METHODS.map(({ name, summary, look }, index) => {
    const line = svg('path', { d: 'M1 7h30', 'stroke-width': 3, 'stroke-dasharray': look.dashes.join(' '), fill: 'none' });
    const picture = svg('svg', { width: 32, height: 14, 'aria-hidden': 'true' }, line);
    find('methods', HTMLElement).append(html('label', { class: 'method' }, inputs[index]!, picture, html('span', {}, html('b', {}, name), html('small', {}, summary))));
    inputs[index]!.addEventListener('change', () => choose({ methods: chosen() }));
    return { line, look };
  });
  return ({ run, theme }: NetScene) => {
    const { methods } = run.settings;
    inputs.forEach((input, index) => {
      input.checked = methods.some((id) => id === NET_METHODS[index]!.id);
      input.disabled = input.checked ? methods.length <= CONTENDERS.least : methods.length >= CONTENDERS.most;
    });
    swatches.forEach(({ line, look }) => line.setAttribute('stroke', look.colour[theme]));
  };
}
