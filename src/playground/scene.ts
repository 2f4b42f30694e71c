import type { PlaygroundState } from './link';
import type { Landscape } from './losses';
import type { MethodRun } from './simulate';

/** What there is to see. */
export interface Scene {
  readonly state: PlaygroundState;
  readonly landscape: Landscape;
  /** In the order of the methods; a run that diverged is shorter than the others. */
  readonly runs: readonly MethodRun[];
  readonly theme: 'light' | 'dark';
}

/** Brings a part of the page to a scene. */
export type View = (scene: Scene) => void;

/** The index of the point that a run shows at a step: its last one once it has diverged. */
export function shownPoint(run: MethodRun, at: number): number {
  return Math.min(at, run.points.length - 1);
}
