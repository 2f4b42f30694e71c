/// <reference lib="dom" />
import { copyLink } from '../copyLink';
import { parameterCount } from '../../models/model';
import { find, html } from '../elements';
import { keepAddressOnSkip } from '../skipLink';
import { createCharts } from './charts';
import { createNetControls } from './controls';
import { EXAMPLES } from './examples';
import { MeasuredComparison } from './history';
import { readNetLink, writeNetLink, type NetState } from './link';
import { createPlanes } from './planeView';
import { createRegions } from './regions';
import { createResultTable, netInWords } from './resultTable';
import { startTraining, type Running } from './runner';
import type { NetScene, NetView } from './scene';
import { fitting, type NetSettings } from './settings';
import { createNetTransport } from './transport';

/** Milliseconds between drawings while a training is under way. */
const DRAWING_INTERVAL = 120;
/** Milliseconds from the last change until it is written into the address and announced. */
const QUIET_TIME = 400;

const darkTheme = matchMedia('(prefers-color-scheme: dark)');
const text = find('at-text', HTMLOutputElement);
const problems = find('problems', HTMLElement);
let running: Running | undefined;
let drawnAt = -Infinity;
let waiting = false;
/** Whether a training or its measurements are under way. */
let busy = false;
let quiet: ReturnType<typeof setTimeout> | undefined;

const first = readAddress();
let scene: NetScene = { run: new MeasuredComparison(first.settings), speed: first.speed, playing: false, theme: theme() };

const views: readonly NetView[] = [
  createNetTransport({
    play: () => play(scene.run.settings.steps),
    pause: () => running?.stop(),
    step: () => void stopped().then(() => play(scene.run.comparison.taken + 1)),
    restart: () => begin({ settings: scene.run.settings, at: 0, speed: scene.speed }),
    chooseSpeed: (speed) => {
      const wasPlaying = scene.playing;
      scene = { ...scene, speed };
      void stopped().then(() => (wasPlaying ? play(scene.run.settings.steps) : changed()));
    },
  }),
  createRegions(find('regions', HTMLElement)),
  createResultTable(),
  createCharts(find('charts', HTMLElement)),
  createNetControls(choose),
  createPlanes(stopped),
  ({ run: { comparison: { model }, settings } }) => (find('network-size', HTMLElement).textContent = `2-${settings.hidden.join('-')}-2: ${parameterCount(model).toLocaleString('en')} weights`),
  showExample,
];

function theme(): NetScene['theme'] {
  return darkTheme.matches ? 'dark' : 'light';
}

function readAddress(): NetState {
  const { problems: found, ...state } = readNetLink(location.hash);
  problems.hidden = found.length === 0;
  problems.textContent = found.length === 0 ? '' : `This link asks for what is not possible. ${found.join(' ')}`;
  return state;
}

/** Which example is on, and what to watch there. */
function showExample({ run: { settings } }: NetScene): void {
  const example = EXAMPLES.find(({ settings: own }) => same(own, settings));
  document.querySelectorAll<HTMLElement>('[data-example]').forEach((link) => link.toggleAttribute('aria-current', link.dataset['example'] === example?.id));
  find('watch', HTMLElement).textContent = example?.watch ?? 'A setting of your own. The links above bring back settings whose outcome is known.';
  find('unless', HTMLElement).textContent = example?.unless ?? '';
}

function same(a: NetSettings, b: NetSettings): boolean {
  return writeNetLink({ settings: a, at: 0, speed: 'fastest' }) === writeNetLink({ settings: b, at: 0, speed: 'fastest' });
}

function draw(): void {
  waiting = false;
  drawnAt = performance.now();
  views.forEach((view) => view(scene));
  find('stage', HTMLElement).setAttribute('aria-busy', String(busy));
}

/** Draws soon, and not more often than can be seen. */
function changed(stepsPerSecond = NaN): void {
  const { taken } = scene.run.comparison;
  text.textContent = `${taken} / ${scene.run.settings.steps}${Number.isNaN(stepsPerSecond) ? '' : ` · ${Math.round(stepsPerSecond)} steps/s`}`;
  if (!waiting) {
    waiting = true;
    const left = DRAWING_INTERVAL - (performance.now() - drawnAt);
    setTimeout(() => requestAnimationFrame(draw), Math.max(left, 0));
  }
  clearTimeout(quiet);
  quiet = setTimeout(settle, QUIET_TIME);
}

/** Not at once: browsers refuse an address that changes with every frame. */
function settle(): void {
  if (scene.playing) {
    return;
  }
  history.replaceState(null, '', `#${writeNetLink({ settings: scene.run.settings, at: scene.run.comparison.taken, speed: scene.speed })}`);
  find('told', HTMLElement).textContent = netInWords(scene);
}

/** Ends the training that is under way, after its step. */
async function stopped(): Promise<void> {
  running?.stop();
  await running?.ended;
}

function play(to: number): void {
  const { run, speed } = scene;
  if (scene.playing) {
    return;
  }
  scene = { ...scene, playing: run.comparison.taken < to };
  const own = startTraining(run, to, speed, running?.ended ?? Promise.resolve(), (stepsPerSecond) => scene.run === run && changed(stepsPerSecond));
  running = own;
  busy = true;
  own.ended.then(() => {
    if (running === own) {
      busy = false;
      scene = { ...scene, playing: false };
      changed();
    }
  }, (error: unknown) => {
    problems.hidden = false;
    problems.textContent = `The training stopped: ${String(error)} Restart starts over.`;
    throw error;
  });
  changed();
}

/** Shows another training, from its beginning or up to a step. */
function begin({ settings, at, speed }: NetState): void {
  const [before, ended] = [scene.run, running?.ended ?? Promise.resolve()];
  running?.stop();
  running = undefined;
  scene = { ...scene, run: new MeasuredComparison(settings), speed, playing: false };
  void ended.then(() => before.dispose());
  draw();
  play(at);
}

function choose(changes: Partial<NetSettings>): void {
  begin({ settings: fitting({ ...scene.run.settings, ...changes }), at: 0, speed: scene.speed });
}

find('examples', HTMLElement).append(...EXAMPLES.map(({ id, title, settings }) =>
  html('a', { href: `#${writeNetLink({ settings, at: settings.steps, speed: 'fastest' })}`, 'data-example': id }, title)));
keepAddressOnSkip();
find('copy', HTMLButtonElement).addEventListener('click', () => {
  settle();
  void copyLink();
});
addEventListener('hashchange', () => {
  const state = readAddress();
  // A link to a later step of the same training goes on with it.
  if (same(state.settings, scene.run.settings) && state.at >= scene.run.comparison.taken) {
    scene = { ...scene, speed: state.speed };
    void stopped().then(() => play(state.at));
  } else {
    begin(state);
  }
});
darkTheme.addEventListener('change', () => {
  scene = { ...scene, theme: theme() };
  draw();
});
draw();
play(first.at);
