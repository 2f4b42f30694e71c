import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FLAT_WELL, SHARP_AND_FLAT, SHARP_WELL } from '../planar/planarLoss';
import { figure1Minima } from './minima';

test('the gradient vanishes at both minima, and their curvature is near depth / width² of their wells', async () => {
  for (const { minimum, w1, w2, lambda1, lambda2 } of await figure1Minima()) {
    const gradient = SHARP_AND_FLAT.gradient(w1, w2);
    assert.ok(Math.hypot(...gradient) < 1e-9, `the gradient at the ${minimum} minimum is ${gradient.join(', ')}`);
    // A single well has depth / width² in all directions; the bowl and the other well change it by less than a tenth of the sharp one.
    const { depth, width } = minimum === 'sharp' ? SHARP_WELL : FLAT_WELL;
    const lone = depth / width ** 2;
    assert.ok(lambda1 >= lambda2 && Math.abs(lambda1 - lone) < 0.1 * lone + 0.2 && Math.abs(lambda2 - lone) < 0.1 * lone + 0.2, `${lambda1} and ${lambda2}, alone ${lone}`);
  }
});
