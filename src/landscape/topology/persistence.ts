import type { MergeTree } from './mergeTree';

/** The levels between which a basin of a surface is separate. */
export interface PersistenceBar {
  readonly birth: number;
  readonly death: number;
  /** death - birth, in the unit of the loss: how far one must ascend out of the basin. */
  readonly persistence: number;
}

/** The persistence bars of a surface's minima (dimension 0), longest first: a smooth bowl has one, a rugged surface many. */
export function persistenceBars({ branches }: MergeTree): readonly PersistenceBar[] {
  return branches.map(({ birth, death }) => ({ birth, death, persistence: death - birth })).sort((a, b) => b.persistence - a.persistence);
}

/** Number of separate pieces of the sublevel set {z <= level}: bars that are born at or below the level and end above it; the deepest basin never ends. */
export function basinsAtLevel({ branches }: MergeTree, level: number): number {
  return branches.filter(({ birth, death, parent }) => birth <= level && (parent === null || death > level)).length;
}
