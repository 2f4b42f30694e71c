import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mergeTree } from './mergeTree';
import { basinsAtLevel, persistenceBars } from './persistence';

test('a bowl has one bar, from its bottom to its rim', () => {
  const bowl = [-2, -1, 0, 1, 2].map((y) => [-2, -1, 0, 1, 2].map((x) => x ** 2 + y ** 2));
  assert.deepEqual(mergeTree(bowl).branches, [{ minimum: { row: 2, column: 2 }, birth: 0, death: 8, saddle: null, parent: null }]);
});

test('basins in a row by hand: of two that meet, the one with the higher minimum ends', () => {
  // Minima 0, 2 and 1 with passes 5 and 4 between them: the basins of 2 and 1 meet first, at 4, where that of 2 ends.
  const tree = mergeTree([[0, 5, 2, 4, 1, 6]]);
  const at = (column: number) => ({ row: 0, column });
  assert.deepEqual(tree.branches, [
    { minimum: at(0), birth: 0, death: 6, saddle: null, parent: null },
    { minimum: at(4), birth: 1, death: 5, saddle: at(1), parent: 0 },
    { minimum: at(2), birth: 2, death: 4, saddle: at(3), parent: 1 },
  ]);
  assert.deepEqual(persistenceBars(tree).map(({ persistence }) => persistence), [6, 4, 2]);
  assert.deepEqual([-1, 0, 1, 2, 4, 5, 7].map((level) => basinsAtLevel(tree, level)), [0, 1, 2, 3, 2, 1, 1]);
});

test('two basins of a plane by hand; corners touch', () => {
  const tree = mergeTree([
    [1, 9, 9, 9],
    [9, 3, 9, 9],
    [9, 9, 8, 2],
  ]);
  // 1 and 3 touch over a corner, 3 and 8 too: the basin of 2 ends at 8.
  assert.deepEqual(persistenceBars(tree), [{ birth: 1, death: 9, persistence: 8 }, { birth: 2, death: 8, persistence: 6 }]);
});

test('three basins that meet at one point merge there into the one with the lowest minimum', () => {
  const tree = mergeTree([
    [0, 9, 1],
    [9, 5, 9],
    [2, 9, 3],
  ]);
  assert.deepEqual(tree.branches.map(({ birth, death, parent }) => [birth, death, parent]), [[0, 9, null], [1, 5, 0], [2, 5, 0], [3, 5, 0]]);
});

test('plateaus are one basin', () => {
  // Both ends of the horseshoe are seen before its bend joins them.
  assert.equal(mergeTree([[1, 7, 1], [1, 7, 1], [1, 1, 1]]).branches.length, 1);
  assert.equal(mergeTree([[2, 2], [2, 2]]).branches.length, 1);
});

test('losses that are not finite are walls', () => {
  const tree = mergeTree([[1, NaN, 2], [Infinity, Infinity, 4]]);
  assert.deepEqual(tree.branches.map(({ birth, death }) => [birth, death]), [[1, 4], [2, 4]]);
});

test('bad grids are refused', () => {
  assert.throws(() => mergeTree([]), /expected a grid of equal rows with at least one value, got rows of nothing/);
  assert.throws(() => mergeTree([[1, 2], [3]]), /got rows of 2, 1/);
  assert.throws(() => mergeTree([[NaN, Infinity]]), /at least one finite value/);
});

/** Slow and plain: the pieces of {z <= level}, by flooding. */
function pieces(z: readonly (readonly number[])[], level: number): number {
  const seen = z.map((row) => row.map((value) => value > level));
  let count = 0;
  const flood = (row: number, column: number): void => {
    if (seen[row]?.[column] === false) {
      seen[row][column] = true;
      [-1, 0, 1].forEach((down) => [-1, 0, 1].forEach((right) => flood(row + down, column + right)));
    }
  };
  z.forEach((values, row) =>
    values.forEach((_, column) => {
      count += seen[row]![column] === false ? 1 : 0;
      flood(row, column);
    }),
  );
  return count;
}

test('bars count the minima of a generic grid, and the pieces of every sublevel set', () => {
  const grids = fc
    .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })))
    .map(([rows, columns, stream]) => {
      const values = [...stream.take(rows * columns)].map((value, index) => value + index * 1e-9);
      return Array.from({ length: rows }, (_, row) => values.slice(row * columns, (row + 1) * columns));
    })
    .filter((z) => new Set(z.flat()).size === z.flat().length);
  fc.assert(
    fc.property(grids, (z) => {
      const tree = mergeTree(z);
      const minima = z.flatMap((values, row) =>
        values.filter((value, column) => z.slice(Math.max(0, row - 1), row + 2).every((near) => near.slice(Math.max(0, column - 1), column + 2).every((other) => other >= value))),
      );
      assert.deepEqual(tree.branches.map(({ birth }) => birth).sort((a, b) => a - b), minima.sort((a, b) => a - b));
      for (const level of z.flat()) {
        assert.equal(basinsAtLevel(tree, level), pieces(z, level));
      }
      assert.equal(tree.branches.filter(({ parent }) => parent === null).length, 1);
    }),
    { numRuns: 100 },
  );
});
