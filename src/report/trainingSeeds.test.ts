import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TopEigenvalues } from '../landscape/curvature/topEigenvalues';
import type { LandscapeStudy, StudiedNet } from './landscapeStudies';
import { testStudy } from './testing/study';
import { seedTables } from './trainingSeeds';

/** The study of one training seed: largest eigenvalues as given, traces ten times as large, no measured sharpness. */
function ofSeed(seed: number, eigenvalues: readonly [number, number], converged = true): LandscapeStudy {
  const study = testStudy();
  const nets = study.nets.map((net, index): StudiedNet => {
    const found = net.eigenvalues as TopEigenvalues;
    const fifth = { value: eigenvalues[index]! / (seed + 2), residual: 0.1, converged: true };
    const ranked = [{ value: eigenvalues[index]!, residual: converged ? 0.1 : 2.1, converged }, fifth, fifth, fifth, fifth];
    return { ...net, eigenvalues: { ...found, eigenvalues: ranked }, trace: { ...net.trace!, trace: 10 * eigenvalues[index]!, converged: seed === 0 } };
  });
  return { ...study, name: `seed-${seed}`, settings: { ...study.settings, gridPoints: 5 + seed, kernels: seed === 0 ? 'pinned' : 'measured', weights: [`sgd-seed-${seed}`, `sam-seed-${seed}`] }, nets: nets as unknown as LandscapeStudy['nets'] };
}

test('studies that differ in their weights, and in how they are drawn, alone make one table, tested in pairs', () => {
  const [table, ...others] = seedTables([ofSeed(0, [80, 50]), ofSeed(1, [60, 40]), ofSeed(2, [70, 30], false)]);
  assert.deepEqual(others, []);
  // 60, 70 and 80: standard deviation 10, half width 4.303 * 10 / sqrt 3 = 24.8. Differences -30, -20, -40 likewise: t = 30 / 5.774 = 5.196, p = 0.035.
  assert.deepEqual(table!.rows, [
    { measure: 'Largest eigenvalue λ₁ of the Hessian', first: '70 ± 25', second: '40 ± 25', difference: '-30 ± 25', pValue: '0.035' },
    // 2, 3 and 4 for both kinds of minima.
    { measure: 'λ₁ / λ₅', first: '3 ± 2.5', second: '3 ± 2.5', difference: '0 ± 0', pValue: '1.000' },
    { measure: 'Trace of the Hessian', first: '700 ± 250', second: '400 ± 250', difference: '-300 ± 250', pValue: '0.035' },
  ]);
  assert.deepEqual(Object.values(table!.headings).slice(1, 4), ['SGD', 'SAM', 'SAM less SGD']);
  assert.match(table!.caption, /over 3 training seeds, loss on 500 of 1000 training images/);
  assert.match(table!.caption, /Residuals of λ₁ or λ₅ of 2 nets are above 0.1 % of λ₁, at most 7 %\. Traces of 4 nets have not converged within 60 products\.$/);
});

test('one study is no table, nor are studies that measured otherwise', () => {
  assert.deepEqual(seedTables([ofSeed(0, [80, 50])]), []);
  const other = ofSeed(1, [60, 40]);
  assert.deepEqual(seedTables([ofSeed(0, [80, 50]), { ...other, settings: { ...other.settings, probedPerClass: 7 } }]), []);
});
