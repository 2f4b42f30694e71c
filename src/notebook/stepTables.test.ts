import assert from 'node:assert/strict';
import { test } from 'node:test';
import { perturbationRows, vectorRows } from './stepTables';

function assertRow(row: object, label: string, numbers: readonly number[]): void {
  const [name, ...found] = Object.values(row) as [string, ...number[]];
  assert.equal(name, label);
  numbers.forEach((number, index) => assert.ok(Math.abs(found[index]! - number) < 1e-12, `${label}: ${found.join(', ')} instead of ${numbers.join(', ')}`));
}

test('equation 1 has norm rho with its root, and rho / |g|_q as printed', () => {
  const rows = perturbationRows([3, -4], 0.5);
  // |g|_2 = 5 and |g|_1 = 7.
  assertRow(rows[0]!, 'p = 2', [0.3, -0.4, 0.5]);
  assertRow(rows[1]!, 'p = 2, as printed', [0.06, -0.08, 0.1]);
  assertRow(rows[2]!, 'p = ∞', [0.5, -0.5, 0.5]);
  assertRow(rows[3]!, 'p = ∞, as printed', [0.5 / 7, -0.5 / 7, 0.5 / 7]);
});

test('steps are told from where they start', () => {
  const rows = vectorRows({ start: [1, 1], gradient: [3, 4], perturbation: [0.3, 0.4], perturbedGradient: [0, 2], sgdEnd: [-2, -3], samEnd: [1, -1] });
  assertRow(rows[0]!, '∇L(w)', [3, 4, 5]);
  assertRow(rows[1]!, 'ε = ρ ∇L(w) / ‖∇L(w)‖', [0.3, 0.4, 0.5]);
  assertRow(rows[2]!, '∇L(w + ε)', [0, 2, 2]);
  assertRow(rows[3]!, 'SGD step, −η ∇L(w)', [-3, -4, 5]);
  assertRow(rows[4]!, 'SAM step, −η ∇L(w + ε)', [0, -2, 2]);
});
