import type { MeasuredComparison, NetRecord } from './history';
import type { Speed } from './speed';

/** What there is to see. */
export interface NetScene {
  readonly run: MeasuredComparison;
  readonly speed: Speed;
  readonly playing: boolean;
  readonly theme: 'light' | 'dark';
}

/** Brings a part of the page to a scene. */
export type NetView = (scene: NetScene) => void;

/** The latest measurement of each method, in their order; undefined before the first. */
export function latestRecords({ run }: Pick<NetScene, 'run'>): readonly (NetRecord | undefined)[] {
  return run.histories.map(({ records }) => records.at(-1));
}
