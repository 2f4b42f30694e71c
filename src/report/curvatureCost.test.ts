import assert from 'node:assert/strict';
import { test } from 'node:test';
import { curvatureCostMarkdown } from './curvatureCost';
import type { LandscapeStudy } from './landscapeStudies';
import { testStudy } from './testing/study';

const ENVIRONMENT = { samlab: '0', node: 'v20', tensorflow: '2', processor: 'A processor', gpu: null, threads: 2, commit: null };

/** A study whose parts took so many seconds. */
function timed(probedImages: number, eigenvalueSeconds: number, traceSeconds: number, converged = true): LandscapeStudy {
  const study = testStudy();
  const nets = study.nets.map((net) => ({
    ...net,
    eigenvalues: { ...net.eigenvalues!, converged, seconds: eigenvalueSeconds, environment: ENVIRONMENT },
    trace: { ...net.trace!, trace: -50, standardError: 2, products: 12, converged, eigenvectors: 5, seconds: traceSeconds, environment: ENVIRONMENT },
  }));
  return { ...study, data: { ...study.data, probedImages }, nets: nets as unknown as LandscapeStudy['nets'] };
}

test('products, minutes and machine of each network, and whether the goal is met', () => {
  const lines = curvatureCostMarkdown([timed(1000, 600, 246)]).split('\n');
  assert.ok(lines.includes('| ResNet-50, ImageNet stem, SGD, seed 0 | 1,000 | 5, 45 products, 10.0 min | ± 4.0 %, 12 products, 4.1 min | 14.1 | A processor, 2 threads |'), lines.join('\n'));
  assert.match(lines.at(-1)!, /on 1,000 images in less than 25 minutes on two cores: met, 14\.1 and 14\.1 minutes\.$/);
  assert.match(curvatureCostMarkdown([timed(1000, 1200, 400)]), /: \*\*not met\*\*, 26\.7 and 26\.7 minutes\.$/);
});

test('the goal is not run on other images, by another network, without times or before convergence', () => {
  const other = timed(1000, 1, 1);
  for (const study of [timed(200, 1, 1), timed(1000, 1, 1, false), { ...other, settings: { ...other.settings, model: 'resnet20' as const } }, testStudy()]) {
    assert.match(curvatureCostMarkdown([study]), /two cores: not run\.$/);
  }
  assert.doesNotMatch(curvatureCostMarkdown([testStudy()]), /\|/);
});
