/// <reference lib="dom" />
import { copyLink } from './copyLink';
import { createControls } from './controls';
import { createCurves } from './curves';
import { find } from './elements';
import { readLink, writeLink, type PlaygroundState } from './link';
import { landscapeOf } from './losses';
import { createMap } from './map';
import type { Scene, View } from './scene';
import { settingsOf, type PlaygroundSettings } from './settings';
import { simulate } from './simulate';
import { keepAddressOnSkip } from './skipLink';
import { createSurface } from './surface';
import { createTable, inWords } from './table';
import { createTransport } from './transport';

/** Milliseconds from the last change until it is written into the address and announced. */
const QUIET_TIME = 400;

const darkTheme = matchMedia('(prefers-color-scheme: dark)');
const problems = find('problems', HTMLElement);
let scene = sceneOf(readAddress());
let quiet: ReturnType<typeof setTimeout> | undefined;

const transport = createTransport((at) => show({ ...scene.state, at }));
const views: readonly View[] = [
  transport.view,
  createMap(find('map', HTMLElement), { chooseStart: (start) => choose({ start }), togglePlay: transport.togglePlay }),
  createControls({
    chooseLandscape: (landscape) => choose({ ...settingsOf(landscape), methods: scene.state.settings.methods }),
    chooseMethods: (methods) => choose({ methods }),
    chooseNumber: (setting, value) => choose({ [setting]: value }),
  }),
  createTable(),
  createCurves(),
  createSurface(find('surface', HTMLElement), find('surface-note', HTMLElement)),
];

function readAddress(): PlaygroundState {
  const { settings, at, problems: found } = readLink(location.hash);
  problems.hidden = found.length === 0;
  problems.textContent = found.length === 0 ? '' : `Parts of this link were not understood and replaced. ${found.join(' ')}`;
  return { settings, at };
}

function sceneOf(state: PlaygroundState): Scene {
  const theme = darkTheme.matches ? 'dark' : 'light';
  return { state, landscape: landscapeOf(state.settings.landscape), runs: simulate(state.settings), theme };
}

function draw(): void {
  views.forEach((view) => view(scene));
}

/** Shows other settings; if the last step was shown, the last step is shown again. */
function choose(changes: Partial<PlaygroundSettings>): void {
  transport.pause();
  const settings = { ...scene.state.settings, ...changes };
  const atEnd = scene.state.at === scene.state.settings.steps;
  show({ settings, at: atEnd ? settings.steps : Math.min(scene.state.at, settings.steps) });
}

function show(state: PlaygroundState): void {
  // Another step of the same run needs no new run.
  scene = state.settings === scene.state.settings ? { ...scene, state } : sceneOf(state);
  draw();
  clearTimeout(quiet);
  quiet = setTimeout(settle, QUIET_TIME);
}

/** Not at once: browsers refuse an address that changes with every frame. */
function settle(): void {
  history.replaceState(null, '', `#${writeLink(scene.state)}`);
  find('told', HTMLElement).textContent = inWords(scene);
}

keepAddressOnSkip();
find('reset', HTMLButtonElement).addEventListener('click', () => choose({ ...settingsOf(scene.landscape.id), methods: scene.state.settings.methods }));
find('copy', HTMLButtonElement).addEventListener('click', () => {
  settle();
  void copyLink();
});
addEventListener('hashchange', () => {
  transport.pause();
  scene = sceneOf(readAddress());
  draw();
});
darkTheme.addEventListener('change', () => {
  scene = sceneOf(scene.state);
  draw();
});
draw();
