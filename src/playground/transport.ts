/// <reference lib="dom" />
import { find } from './elements';
import type { Scene, View } from './scene';

const STEPS_PER_SECOND = 30;

/** Shows a run step by step. */
export interface Transport {
  readonly view: View;
  readonly togglePlay: () => void;
  readonly pause: () => void;
}

/** The buttons below the map. @param showStep asks for another step to be looked at. */
export function createTransport(showStep: (at: number) => void): Transport {
  const [play, scrubber, text] = [find('play', HTMLButtonElement), find('at', HTMLInputElement), find('at-text', HTMLOutputElement)];
  let scene: Scene | undefined;
  /** When playing started, and from which step. */
  let playing: { readonly since: number; readonly from: number } | undefined;

  const pause = (): void => {
    playing = undefined;
    play.textContent = 'Play';
  };
  const tick = (now: number): void => {
    if (playing === undefined || scene === undefined) {
      return;
    }
    const { steps } = scene.state.settings;
    const at = Math.min(playing.from + Math.max(Math.floor(((now - playing.since) * STEPS_PER_SECOND) / 1000), 0), steps);
    if (at !== scene.state.at) {
      showStep(at);
    }
    if (at === steps) {
      pause();
    } else {
      requestAnimationFrame(tick);
    }
  };
  const togglePlay = (): void => {
    if (playing !== undefined || scene === undefined) {
      pause();
      return;
    }
    const { at, settings } = scene.state;
    playing = { since: performance.now(), from: at === settings.steps ? 0 : at };
    play.textContent = 'Pause';
    requestAnimationFrame(tick);
  };
  const goTo = (target: (at: number, steps: number) => number): void => {
    pause();
    if (scene !== undefined) {
      const { at, settings: { steps } } = scene.state;
      showStep(Math.min(Math.max(target(at, steps), 0), steps));
    }
  };
  play.addEventListener('click', togglePlay);
  find('first', HTMLButtonElement).addEventListener('click', () => goTo(() => 0));
  find('back', HTMLButtonElement).addEventListener('click', () => goTo((at) => at - 1));
  find('forward', HTMLButtonElement).addEventListener('click', () => goTo((at) => at + 1));
  find('last', HTMLButtonElement).addEventListener('click', () => goTo((_, steps) => steps));
  scrubber.addEventListener('input', () => goTo(() => Number(scrubber.value)));
  return {
    togglePlay,
    pause,
    view: (next) => {
      scene = next;
      scrubber.max = String(next.state.settings.steps);
      scrubber.value = String(next.state.at);
      text.textContent = `${next.state.at} / ${next.state.settings.steps}`;
    },
  };
}
