/// <reference lib="dom" />
import { find, html } from '../elements';
import { SPEEDS, type Speed } from './speed';
import type { NetScene, NetView } from './scene';

/** What a reader does with the training. */
export interface TransportActions {
  play(): void;
  pause(): void;
  step(): void;
  restart(): void;
  chooseSpeed(speed: Speed): void;
}

/** The buttons below the pictures, and their keys. */
export function createNetTransport(actions: TransportActions): NetView {
  const [play, speed, progress] = [find('play', HTMLButtonElement), find('speed', HTMLSelectElement), find('progress', HTMLProgressElement)];
  let scene: NetScene | undefined;
  const toggle = (): void => (scene?.playing === true ? actions.pause() : actions.play());
  speed.append(...SPEEDS.map(({ id, title }) => html('option', { value: id }, title)));
  play.addEventListener('click', toggle);
  find('step', HTMLButtonElement).addEventListener('click', () => actions.step());
  find('restart', HTMLButtonElement).addEventListener('click', () => actions.restart());
  speed.addEventListener('change', () => actions.chooseSpeed(SPEEDS.find(({ id }) => id === speed.value)!.id));
  const keys: Readonly<Record<string, () => void>> = { ' ': toggle, ArrowRight: () => actions.step(), Home: () => actions.restart() };
  find('stage', HTMLElement).addEventListener('keydown', (event) => {
    const action = event.target === event.currentTarget ? keys[event.key] : undefined;
    if (action !== undefined) {
      event.preventDefault();
      action();
    }
  });
  return (next) => {
    scene = next;
    const { comparison, settings } = next.run;
    play.textContent = next.playing ? 'Pause' : 'Play';
    play.disabled = comparison.isOver;
    find('step', HTMLButtonElement).disabled = comparison.isOver;
    speed.value = next.speed;
    progress.max = settings.steps;
    progress.value = comparison.taken;
  };
}
