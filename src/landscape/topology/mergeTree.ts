/** A place of a grid. */
export interface GridPlace {
  readonly row: number;
  readonly column: number;
}

/**
 * One branch of a merge tree: the basin of a minimum, from its bottom up to the saddle where it meets a deeper one.
 */
export interface Branch {
  readonly minimum: GridPlace;
  /** Value at the minimum: the level at which the basin appears. */
  readonly birth: number;
  /** Value at the saddle; for the deepest basin the largest value of the grid, since it meets none. */
  readonly death: number;
  /** Where the basins meet; null for the deepest. */
  readonly saddle: GridPlace | null;
  /** Which branch it joins, as an index into the tree's branches; null for the deepest. */
  readonly parent: number | null;
}

/** How the sublevel sets {z <= level} of a sampled surface merge; the deepest branch first, the others by decreasing persistence. */
export interface MergeTree {
  readonly branches: readonly Branch[];
}

/** Neighbours of a place: sides and corners. With sides only, a narrow diagonal valley would break up into many basins. */
const NEIGHBOURS = [[-1, -1], [-1, 0], [-1, 1], [0, -1], [0, 1], [1, -1], [1, 0], [1, 1]] as const;

/** A branch while the level rises; `parent` is the minimum's position in the flat grid. */
interface GrowingBranch {
  readonly minimum: number;
  readonly death: number;
  readonly saddle: number | null;
  readonly parent: number | null;
}

/**
 * The merge tree of a surface sampled on a grid, as branches: the level rises through the sorted values, every
 * local minimum opens a basin, and where two basins meet the younger one, whose minimum is higher, ends (the elder
 * rule). A place touches its eight neighbours. Basins that would end at the level of their own minimum, as on a
 * plateau, do not count.
 *
 * @param z [rows][columns]; what is not a number counts as infinitely high.
 * @throws RangeError if the grid is empty or not rectangular, or no value is finite.
 * @source Edelsbrunner and Harer 2010, "Computational Topology", chapter VII.1 (persistence by pairing, elder rule);
 * used on loss surfaces by Landscaper (2026).
 */
export function mergeTree(z: readonly (readonly number[])[]): MergeTree {
  if (!isListOfLists(z)) {
    throw new TypeError('mergeTree: expected z as an array of rows of numbers; pass the z of toGrid.');
  }
  const columns = z[0]?.length ?? 0;
  if (columns === 0 || z.some((row) => row.length !== columns)) {
    throw new RangeError(`mergeTree: expected a grid of equal rows with at least one value, got rows of ${z.map((row) => row.length).join(', ') || 'nothing'}.`);
  }
  const values = z.flat().map((value) => (Number.isNaN(value) ? Infinity : value));
  const highest = values.reduce((most, value) => (value < Infinity ? Math.max(most, value) : most), -Infinity);
  if (highest === -Infinity) {
    throw new RangeError('mergeTree: expected at least one finite value, got none; look at the losses of the grid first.');
  }
  const grown = growBranches(values, columns).map((branch) => ({ ...branch, death: Math.min(branch.death, highest) }));
  const kept = grown
    .filter(({ minimum, death, parent }) => values[minimum]! < Infinity && (parent === null || death > values[minimum]!))
    .sort((a, b) => Number(a.parent !== null) - Number(b.parent !== null) || persistenceOf(b, values) - persistenceOf(a, values));
  const indexOf = new Map(kept.map(({ minimum }, index) => [minimum, index]));
  const place = (position: number): GridPlace => ({ row: Math.floor(position / columns), column: position % columns });
  return {
    branches: kept.map(({ minimum, death, saddle, parent }) => ({
      minimum: place(minimum),
      birth: values[minimum]!,
      death,
      saddle: saddle === null ? null : place(saddle),
      parent: parent === null ? null : indexOf.get(parent)!,
    })),
  };
}

function isListOfLists(z: unknown): boolean {
  return Array.isArray(z) && z.every((row) => Array.isArray(row));
}

function persistenceOf({ minimum, death }: GrowingBranch, values: readonly number[]): number {
  return death - values[minimum]!;
}

/** Each basin is named by its minimum; `owner` leads there along a chain (union-find with path halving). */
function growBranches(values: readonly number[], columns: number): readonly GrowingBranch[] {
  const order = values.map((_, position) => position).sort((a, b) => (values[a]! === values[b]! ? a - b : values[a]! - values[b]!));
  const rank = new Int32Array(values.length);
  order.forEach((position, index) => (rank[position] = index));
  const owner = new Int32Array(values.length).fill(-1);
  const minimumOf = (start: number): number => {
    let position = start;
    while (owner[position] !== position) {
      owner[position] = owner[owner[position]!]!;
      position = owner[position]!;
    }
    return position;
  };
  const branches: GrowingBranch[] = [];
  for (const position of order) {
    owner[position] = position;
    // The eldest basin has the smallest rank; a place without basins around it opens a new one.
    const basins = [...new Set(neighbours(position, columns, values.length).filter((other) => owner[other] !== -1).map(minimumOf))].sort((a, b) => rank[a]! - rank[b]!);
    const [eldest, ...younger] = basins;
    if (eldest !== undefined) {
      owner[position] = eldest;
    }
    for (const minimum of younger) {
      owner[minimum] = eldest!;
      branches.push({ minimum, death: values[position]!, saddle: position, parent: eldest! });
    }
  }
  return [...branches, { minimum: order[0]!, death: Infinity, saddle: null, parent: null }];
}

function neighbours(position: number, columns: number, size: number): readonly number[] {
  const column = position % columns;
  return NEIGHBOURS.flatMap(([down, right]) => {
    const other = position + down * columns + right;
    const inside = other >= 0 && other < size && column + right >= 0 && column + right < columns;
    return inside ? [other] : [];
  });
}
