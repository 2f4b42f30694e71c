import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TopEigenvalues } from '../landscape/curvature/topEigenvalues';
import { readFlatness } from './flatness';
import { landscapeContents } from './landscapeContents';
import type { LandscapeStudy, StudiedNet } from './landscapeStudies';
import { testStudy } from './testing/study';
import { seedTables, withoutTwins } from './trainingSeeds';

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

test('studies that differ only in their weights and plots make one table, tested in pairs and corrected', () => {
  const [table, ...others] = seedTables([ofSeed(0, [80, 50]), ofSeed(1, [60, 40]), ofSeed(2, [70, 30])]);
  assert.deepEqual(others, []);
  // 60, 70 and 80: standard deviation 10, half width 4.303 * 10 / sqrt 3 = 24.8. Differences -30, -20, -40 likewise: t = 30 / 5.774 = 5.196, p = 0.035.
  // Of the five tests one has p = 0 and goes before it, so that 0.035 counts four times. At 5 % / 5 scipy's non-central t with two degrees
  // of freedom has a power of 80 % at 7.32 deviations.
  const constant = { pValue: '< 0.001', adjustedPValue: '< 0.001', detectable: '0' };
  assert.deepEqual(table!.rows, [
    { measure: 'Training loss on these images, nats', first: '0.08 ± 0', second: '0.03 ± 0', difference: '−0.05 ± 0', ...constant },
    { measure: 'Largest eigenvalue λ₁ of the Hessian', first: '70 ± 25', second: '40 ± 25', difference: '−30 ± 25', pValue: '0.035', adjustedPValue: '0.140', detectable: '73' },
    { measure: 'Curvature over ± ρ along its eigenvector', first: '70 ± 0', second: '70 ± 0', difference: '0 ± 0', pValue: '1.000', adjustedPValue: '1.000', detectable: '0' },
    { measure: 'Curvature over ± 2 ρ along its eigenvector', first: '40 ± 0', second: '40 ± 0', difference: '0 ± 0', pValue: '1.000', adjustedPValue: '1.000', detectable: '0' },
    // 2, 3 and 4 for both kinds of minima.
    { measure: 'λ₁ / λ₅', first: '3 ± 2.5', second: '3 ± 2.5', difference: '0 ± 0', pValue: '1.000', adjustedPValue: '1.000', detectable: '0' },
  ]);
  assert.deepEqual(Object.values(table!.headings).slice(1, 4), ['SGD', 'SAM', 'SAM minus SGD']);
  assert.match(table!.caption, /over 3 training seeds, loss on 500 of 1,000 training images/);
  assert.match(table!.caption, /corrected by Holm's procedure for the 5 tests of this table/);
  assert.match(table!.shortCaption, /^CIFAR-10; ResNet-50, ImageNet stem: minima of SGD and SAM over 3 training seeds, loss on 500 of 1,000 training images; ρ = 0\.05\. After the correction no difference between SGD and SAM is found in any measure of curvature or sharpness\. The training losses .* In all, 1 of 3 measures of curvature and sharpness are lower for SAM on average; p is corrected for the 5 tests of the \[whole table\]\(docs\/appendix\.md#the-two-minima\)\.$/);
  assert.deepEqual([table!.atEqualLoss, table!.studies], [false, ['seed-0', 'seed-1', 'seed-2']]);
  assert.match(table!.caption, /After the correction no difference between SGD and SAM is found in any measure of curvature or sharpness\./);
  const [clear] = seedTables([ofSeed(0, [80, 50]), ofSeed(1, [60, 30.1]), ofSeed(2, [70, 39.9])]);
  assert.match(clear!.caption, /After the correction SGD and SAM are found to differ in: Largest eigenvalue λ₁ of the Hessian\./);
  assert.match(table!.caption, /The training losses of SGD and SAM differ \(p < 0\.001, corrected p < 0\.001\), so the two are not compared at equal training loss\./);
  // Traces have converged for seed 0 alone.
  assert.match(table!.caption, /Not shown, since it cannot be read for every network \(see the tables of each\): Trace of the Hessian\.$/);
});

test('studies whose seeds drew their own training images are one table; a shared draw is another', () => {
  const drawn = (seed: number, subsetSeed: number): LandscapeStudy => {
    const study = ofSeed(seed, [80 - seed, 50 + seed]);
    return { ...study, settings: { ...study.settings, subsetSeed, weights: [`sgd-seed-${seed}-a`, `sam-seed-${seed}-b`] } };
  };
  assert.equal(seedTables([0, 1, 2].map((seed) => drawn(seed, seed))).length, 1);
  assert.deepEqual(seedTables([drawn(0, 0), drawn(1, 0), drawn(2, 7), drawn(3, 7)]).length, 2);
  assert.deepEqual(seedTables([drawn(0, 0), drawn(1, 7)]), []);
});

test('networks at equal training loss have a table of their own that says how they were chosen', () => {
  const studies = [0, 1].map((seed) => ofSeed(seed, [80 - seed, 50 + seed]));
  const equal = studies.map((study): LandscapeStudy => ({ ...study, settings: { ...study.settings, atEqualLoss: true } }));
  const [apart, table, ...others] = seedTables([...studies, ...equal]);
  assert.deepEqual(others, []);
  assert.deepEqual([apart!.atEqualLoss, table!.atEqualLoss, table!.network === apart!.network], [false, true, true]);
  // The report shows the fairer of the two, the appendix both.
  const { 'sharpness-over-seeds': all, 'sharpness-over-seeds-short': short } = landscapeContents([...studies, ...equal], {});
  assert.deepEqual([all!, short!].map((text) => text.split('\n').filter((line) => line.startsWith('**')).length), [2, 1]);
  assert.match(short!, /at equal training loss/);
  assert.match(all!, /\| λ₁ \/ λ₅ \|/);
  assert.doesNotMatch(short!, /λ₁ \/ λ₅/);
  assert.ok(short!.includes('*Studies: [seed-0](data/results/landscape/seed-0), [seed-1](data/results/landscape/seed-1).*'));
  assert.match(readFlatness([...studies, ...equal]), /^At equal training loss \(ResNet-50, ImageNet stem, 500 training images, 2 seeds; .*\) 1 of 3 measures of curvature and sharpness are lower for SAM on average\. The mean curvature over ± ρ .* is 70 ± 0 with SGD and 70 ± 0 with SAM \(difference 0 ± 0, corrected p = 1\.000, detectable 0\)\.$/);
  assert.equal(readFlatness(studies), 'Networks at equal training loss are not compared yet. At the end of training (ResNet-50, ImageNet stem, 2 seeds), where the training loss is 0.08 ± 0 with SGD and 0.03 ± 0 with SAM, 1 of 3 measures of curvature and sharpness are lower for SAM on average. That curvature is 70 ± 0 with SGD and 70 ± 0 with SAM (difference 0 ± 0, corrected p = 1.000, detectable 0).');
  assert.match(table!.caption, /SGD and SAM at equal training loss over 2 training seeds.*taken from the epoch at which its loss was nearest to the other's\./);
});

test('an eigenvalue that has not converged for one network is in no table over seeds', () => {
  const [table] = seedTables([ofSeed(0, [80, 50]), ofSeed(1, [60, 40], false)]);
  assert.ok(table!.rows.every(({ measure }) => !measure.includes('λ')));
  assert.match(table!.caption, /Largest eigenvalue λ₁ of the Hessian; λ₁ \/ λ₅; Trace/);
});

test('one study makes no table, nor do studies that measured differently', () => {
  assert.deepEqual(seedTables([ofSeed(0, [80, 50])]), []);
  const other = ofSeed(1, [60, 40]);
  assert.deepEqual(seedTables([ofSeed(0, [80, 50]), { ...other, settings: { ...other.settings, probedPerClass: 7 } }]), []);
});

test('a difference that is found because the seeds agree more closely than retraining lets them is told with the p that retraining gives', () => {
  const minima = [ofSeed(0, [80, 50]), ofSeed(1, [60, 30.1]), ofSeed(2, [70, 39.9])];
  // SAM's networks trained again: lambda 20 higher or lower, so that one scatters by 20 / sqrt 2 and a difference by 20. Differences of -30, -29.9 and
  // -30.1 have t = 30 sqrt 3 / 20 = 2.6 with three degrees of freedom: p = 0.081, times five tests 0.40.
  const again = (shift: number, loss: number): LandscapeStudy[] =>
    [ofSeed(0, [80, 50 + shift]), ofSeed(1, [60, 30.1 - shift]), ofSeed(2, [70, 39.9 + shift])].map((study) => ({
      ...study, settings: { ...study.settings, atEqualLoss: true, weights: [`${study.settings.weights[0]}-epoch-9`, study.settings.weights[1]] },
      nets: study.nets.map((net) => ({ ...net, loss: { ...net.loss!, loss } })) as unknown as LandscapeStudy['nets'],
    }));
  const captionOf = (studies: readonly LandscapeStudy[]): string => seedTables(studies)[0]!.caption;
  assert.match(captionOf([...minima, ...again(20, 0.5)]), /found to differ in: Largest eigenvalue λ₁ of the Hessian\. Largest eigenvalue λ₁ of the Hessian: its 3 differences scatter by 0\.1, less than training the same seeds again makes them \(20\); with that scatter p is 0\.081, 0\.40\d corrected, and no difference is found\./);
  // A scatter of 2 leaves the difference, one file measured twice is no second training, nor is one on other images.
  const elsewhere = again(20, 0.5).map((study) => ({ ...study, settings: { ...study.settings, subsetSeed: 9 } }));
  for (const others of [[], again(2, 0.5), again(20, minima[0]!.nets[1].loss!.loss), elsewhere]) {
    assert.doesNotMatch(captionOf([...minima, ...others]), /scatter/);
  }
});

test('a measure that some studies lack says of how many seeds it is, and the table over more seeds goes before its twin at equal loss', () => {
  const studies = [0, 1, 2, 3].map((seed) => ofSeed(seed, [80 - seed, 50 + seed]));
  const without = (lacking: number) => studies.map((study, seed): LandscapeStudy => ({ ...study, nets: study.nets.map((net) => ({ ...net, ...(seed < lacking ? { secant: undefined } : {}) })) as unknown as LandscapeStudy['nets'] }));
  assert.ok(seedTables(without(1))[0]!.rows.some(({ measure }) => measure === 'Curvature over ± ρ along its eigenvector (3 of 4 seeds)'));
  assert.ok(seedTables(without(1))[0]!.shortRows.some(({ measure }) => measure.includes('(3 of 4 seeds)')));
  assert.ok(seedTables(without(2))[0]!.rows.every(({ measure }) => !measure.startsWith('Curvature over ± ρ')));
  const equal = studies.map((study): LandscapeStudy => ({ ...study, settings: { ...study.settings, atEqualLoss: true } }));
  const chosen = (of: readonly LandscapeStudy[]): readonly boolean[] => withoutTwins(seedTables(of)).map(({ atEqualLoss }) => atEqualLoss);
  assert.deepEqual([chosen([...studies, ...equal]), chosen([...studies, ...equal.slice(1)]), chosen(studies)], [[true], [false], [false]]);
});
