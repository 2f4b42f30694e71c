/// <reference lib="dom" />
import type { MeasuredComparison, Pace } from './history';
import { perSecond, type Speed } from './speed';

/** Longest stretch of work before the page gets its turn, in milliseconds; one piece of work may end later. */
const SLICE = 12;
/** Milliseconds over which the speed is measured. */
const SPEED_WINDOW = 1000;

/** A training on its way. */
export interface Running {
  /** Ends it after the step that is being taken. */
  readonly stop: () => void;
  /** Settles when it has ended. */
  readonly ended: Promise<void>;
}

/** Lets the page draw and answer. A message comes sooner than a timer, which browsers hold back. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

/** A pause that comes back at once while a slice lasts. */
export function slicedPause(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since > SLICE) {
      await nextTurn();
      since = performance.now();
    }
  };
}

/**
 * Trains up to a step.
 *
 * @param after settles when nothing else computes with these networks
 * @param changed called after each step, with the steps a second of the last second
 */
export function startTraining(run: MeasuredComparison, to: number, speed: Speed, after: Promise<void>, changed: (stepsPerSecond: number) => void): Running {
  let stopped = false;
  let window = { since: performance.now(), from: run.comparison.taken };
  let stepsPerSecond = NaN;
  let due = performance.now();
  const interval = 1000 / perSecond(speed);
  const pace: Pace = {
    pause: slicedPause(),
    stopping: () => stopped,
    afterStep: async (taken) => {
      const now = performance.now();
      if (now - window.since >= SPEED_WINDOW) {
        stepsPerSecond = ((taken - window.from) * 1000) / (now - window.since);
        window = { since: now, from: taken };
      }
      changed(stepsPerSecond);
      due = Math.max(due + interval, now - interval);
      if (due > now) {
        await new Promise((resolve) => setTimeout(resolve, due - now));
      }
    },
  };
  return { stop: () => (stopped = true), ended: after.then(() => run.advanceTo(to, pace)) };
}
