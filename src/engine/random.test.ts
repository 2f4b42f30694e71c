import assert from 'node:assert/strict';
import { test } from 'node:test';
import { permutation, random } from './random';

/** Mean and second moment of many draws. */
function moments(count: number, draw: () => number): readonly [number, number] {
  let [sum, squares] = [0, 0];
  for (let index = 0; index < count; index++) {
    const value = draw();
    sum += value;
    squares += value * value;
  }
  return [sum / count, squares / count];
}

function near(actual: number, expected: number, tolerance: number, what: string): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: got ${actual}, expected ${expected} +- ${tolerance}`);
}

test('the first numbers are pinned, so that a seed means the same in every version', () => {
  const rng = random(0);
  assert.deepEqual([rng.uniform(), rng.uniform()], [0.605704344343394, 0.8412572862580419]);
  assert.equal(rng.integer(1000), 647);
  assert.equal(rng.normal(), -1.7916376493121917);
  assert.equal(random(1, 'augment', 2).uniform(), 0.3654027294833213);
  assert.deepEqual([...permutation(10, random(3, 'order'))], [5, 2, 9, 1, 3, 7, 0, 6, 8, 4]);
});

test('a seed and a name always give the same stream', () => {
  const draw = (): number[] => Array.from({ length: 5 }, ((rng) => () => rng.normal())(random(7, 'a', 3)));
  assert.deepEqual(draw(), draw());
});

// Below, each tolerance is five standard errors: a true generator would fail one time in two million, and the seeds are fixed.

test('uniform numbers have mean 1/2 and variance 1/12, and lie in [0, 1)', () => {
  const rng = random(1, 'moments');
  const count = 200_000;
  const [mean, square] = moments(count, () => {
    const value = rng.uniform();
    assert.ok(value >= 0 && value < 1);
    return value;
  });
  near(mean, 1 / 2, 5 * Math.sqrt(1 / 12 / count), 'mean');
  // The variance of u^2 is 1/5 - 1/9 = 4/45.
  near(square, 1 / 3, 5 * Math.sqrt(4 / 45 / count), 'second moment');
});

test('normal numbers have mean 0, variance 1 and fourth moment 3', () => {
  const rng = random(2, 'moments');
  const count = 200_000;
  const [mean, square] = moments(count, () => rng.normal());
  near(mean, 0, 5 / Math.sqrt(count), 'mean');
  near(square, 1, 5 * Math.sqrt(2 / count), 'variance');
  // The variance of x^4 is E x^8 - 3^2 = 105 - 9 = 96.
  near(moments(count, () => rng.normal() ** 2)[1], 3, 5 * Math.sqrt(96 / count), 'fourth moment');
});

test('the two normals of one draw, and streams of neighbouring names and seeds, are uncorrelated', () => {
  const count = 100_000;
  const pairs: readonly (readonly [string, () => number, () => number])[] = [
    ['neighbouring epochs', ...([1, 2].map((epoch) => random(5, 'augment', epoch)).map((rng) => () => rng.normal()) as [() => number, () => number])],
    ['neighbouring seeds', ...([5, 6].map((seed) => random(seed, 'augment')).map((rng) => () => rng.normal()) as [() => number, () => number])],
    ['one draw', ...((rng) => [() => rng.normal(), () => rng.normal()] as const)(random(8))],
  ];
  for (const [what, a, b] of pairs) {
    near(moments(count, () => a() * b())[0], 0, 5 / Math.sqrt(count), what);
  }
});

test('names that join to the same text are different, and differ from seeds', () => {
  const firsts = [random(1), random(11), random(1, 'a'), random(1, 'b'), random(1, 'a', 'b'), random(1, 'ab'), random(1, 1), random(-1)].map((rng) => rng.uniform());
  assert.equal(new Set(firsts).size, firsts.length);
});

test('integers are even over their range', () => {
  const rng = random(3, 'integers');
  const counts = new Array<number>(6).fill(0);
  const draws = 60_000;
  for (let draw = 0; draw < draws; draw++) {
    counts[rng.integer(6)]!++;
  }
  counts.forEach((count, face) => near(count, draws / 6, 5 * Math.sqrt((draws * 5) / 36), `face ${face}`));
});

test('all 24 orders of four come up equally often', () => {
  const rng = random(4, 'orders');
  const counts = new Map<string, number>();
  const draws = 48_000;
  for (let draw = 0; draw < draws; draw++) {
    const order = permutation(4, rng).join('');
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  assert.equal(counts.size, 24);
  counts.forEach((count, order) => near(count, draws / 24, 5 * Math.sqrt((draws / 24) * (23 / 24)), order));
});

test('an order holds every index once', () => {
  for (const length of [0, 1, 2, 100]) {
    const sorted = [...permutation(length, random(1))].sort((a, b) => a - b);
    assert.deepEqual(sorted, Array.from({ length }, (_, index) => index));
  }
});

test('a seed that is no integer is refused', () => {
  for (const seed of [0.5, NaN, Infinity, 2 ** 53]) {
    assert.throws(() => random(seed), { name: 'RangeError', message: `random: expected an integer seed, got ${seed}; pass for instance 0, 1 or 2.` });
  }
});
