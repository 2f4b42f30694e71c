import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import type { PerturbationRule } from '../../optim/perturbation';
import { sam } from '../../optim/sam';
import { Bowl, RULES, withStatistics, type Case } from './bowl';
import { SharpnessAwareOptimizer } from '../sharpnessAwareOptimizer';

/** What steps in two phases must do on any backend. */
export function testTwoPhases(): void {
  for (const name of ['SAM, p = 2', 'SSAM-D', 'SSAM-F', 'MSAM']) {
    test(`${name} in two phases is minimize, to the bit`, () => {
      const { rule, rho } = RULES[name]!;
      const [whole, parts] = [withStatistics(), withStatistics()];
      const made = ({ bowl }: { readonly bowl: Bowl }): SharpnessAwareOptimizer =>
        new SharpnessAwareOptimizer(tf.train.momentum(0.1, 0.9), { rule, rho, images: { count: () => 2, loss: () => bowl.loss('first') } });
      const [one, two] = [made(whole), made(parts)];
      for (let step = 0; step < 3; step++) {
        one.minimize(whole.loss);
        const first = rule.ascendsAlong === 'momentum' ? undefined : two.computeGradients(parts.loss);
        two.ascend(first?.grads);
        const second = two.computeGradients(parts.loss);
        two.applyGradients(second.grads);
        tf.dispose([first?.grads, first?.value, second.grads, second.value].filter((made) => made !== undefined));
        assert.deepEqual(parts.bowl.asked, whole.bowl.asked);
        assert.deepEqual([...parts.bowl.w.dataSync()], [...whole.bowl.w.dataSync()]);
        assert.deepEqual(parts.moving.dataSync(), whole.moving.dataSync());
      }
    });
  }

  test('between the phases the variables are at w + eps; restore brings them back to the bit, and no tensor is left', () => {
    const { bowl, moving, loss } = withStatistics();
    const optimizer = new SharpnessAwareOptimizer(tf.train.sgd(0.1), { rho: 0.05 });
    const held = tf.memory().numTensors;
    const { value, grads } = optimizer.computeGradients(loss);
    const statistics = moving.dataSync()[0];
    optimizer.ascend(grads);
    assert.throws(() => optimizer.minimize(loss), /the variables are at w \+ eps; finish the step with applyGradients/);
    assert.throws(() => optimizer.ascend(grads), /the variables are at w \+ eps/);
    assert.notDeepEqual([...bowl.w.dataSync()], Bowl.start);
    moving.assign(value);
    optimizer.restore();
    assert.deepEqual([...bowl.w.dataSync(), moving.dataSync()[0]], [...Bowl.start, statistics]);
    tf.dispose([value, grads]);
    assert.equal(tf.memory().numTensors, held);
  });

  test('an ascent with a rule that fails or returns nonsense, or with a radius out of range, leaves the variables to the bit, and no tensor', () => {
    const { bowl, moving, loss } = withStatistics();
    const { value, grads } = new SharpnessAwareOptimizer(tf.train.sgd(0.1), { rho: 0.05 }).computeGradients(loss);
    const statistics = moving.dataSync()[0];
    const rules: readonly (readonly [PerturbationRule, number, RegExp])[] = [
      [{ name: 'mine', perturb: () => { throw new Error('not today'); } }, 1, /not today/],
      [{ name: 'mine', perturb: ({ gradient }) => gradient.times(NaN) }, 1, /mine returned a perturbation of norm NaN/],
      [{ name: 'mine', perturb: ({ gradient }) => gradient.select(['bias']) }, 1, /mine returned a perturbation of layout/],
      [{ name: 'mine', perturb: () => undefined as never }, 1, /mine returned a perturbation of layout no vector/],
      [sam(), NaN, /SharpnessAwareOptimizer.ascend: expected a radius rho of 0 or more, got NaN/],
    ];
    for (const [rule, rho, message] of rules) {
      const optimizer = new SharpnessAwareOptimizer(tf.train.sgd(0.1), { rho: 1, rule });
      optimizer.rho = rho;
      const held = tf.memory().numTensors;
      assert.throws(() => optimizer.ascend(grads), message);
      assert.deepEqual([...bowl.w.dataSync(), moving.dataSync()[0]], [...Bowl.start, statistics]);
      assert.equal(tf.memory().numTensors, held, String(message));
    }
    tf.dispose([value, grads]);
  });

  test('an ascent without the loss refuses rules that need more of it', () => {
    const { bowl, loss } = withStatistics();
    const made = (settings: Case): SharpnessAwareOptimizer => new SharpnessAwareOptimizer(tf.train.sgd(0.1), settings);
    const { value, grads } = made(RULES['ASAM']!).computeGradients(loss);
    assert.throws(() => made(RULES['FGSM with momentum, three steps']!).ascend(grads), /FGSM asks for gradients at further points.*use minimize/);
    assert.throws(() => made(RULES['LookSAM']!).ascend(grads), /a descent such as LookSAM needs the whole step at once; use minimize/);
    assert.throws(() => made(RULES['ASAM']!).ascend({}), /expected the gradients at w, got none/);
    assert.deepEqual([...bowl.w.dataSync()], Bowl.start);
    tf.dispose([value, grads]);
  });
}
