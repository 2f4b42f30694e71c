import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { dynamicMask } from '../../optim/dynamicMask';
import { msam } from '../../optim/msam';
import type { PerturbationRule } from '../../optim/perturbation';
import { lookSam } from '../../optim/lookSam';
import { sam } from '../../optim/sam';
import { sparse } from '../../optim/sparse';
import { expectAllClose } from '../../testing/expectAllClose';
import { Bowl, plainWalk, RULES, withStatistics, type Case } from './bowl';
import type { ScalarLoss, Pass } from '../perturbedPass';
import { SharpnessAwareOptimizer } from '../sharpnessAwareOptimizer';

/** Five steps of some ten operations on numbers of size 1, each rounded to 2^-24 and damped by the next step, stay below 1e-5. */
const ROUNDING = { absolute: 1e-5 };

const BASES: Readonly<Record<string, () => tf.Optimizer>> = {
  sgd: () => tf.train.sgd(0.125),
  momentum: () => tf.train.momentum(0.125, 0.5),
  Nesterov: () => tf.train.momentum(0.125, 0.5, true),
  adam: () => tf.train.adam(0.125),
  rmsprop: () => tf.train.rmsprop(0.125),
};

/** Adam's walk on the bowl with the gradient at w + rho g / |g|, from the formulas of Kingma and Ba 2015, algorithm 1. */
function adamByHand(rho: number, steps: number): number[] {
  const [m, v] = [[0, 0, 0, 0], [0, 0, 0, 0]];
  let w = Bowl.start;
  for (let t = 1; t <= steps; t++) {
    const g = w.map((x, i) => Bowl.curvatures[i]! * x);
    const norm = Math.hypot(...g);
    const perturbed = w.map((x, i) => Bowl.curvatures[i]! * (x + (rho * g[i]!) / norm));
    w = w.map((x, i) => {
      m[i] = 0.9 * m[i]! + 0.1 * perturbed[i]!;
      v[i] = 0.999 * v[i]! + 0.001 * perturbed[i]! ** 2;
      return x - (0.125 * (m[i] / (1 - 0.9 ** t))) / (Math.sqrt(v[i] / (1 - 0.999 ** t)) + 1e-7);
    });
  }
  return w;
}

/** What the optimizer must do on any backend; the caller has set one. */
export function testOptimizer(): void {
  test('a step by hand: the gradient of w + eps, applied at w', () => {
    const bowl = new Bowl();
    const optimizer = new SharpnessAwareOptimizer(tf.train.sgd(0.25), { rho: Math.sqrt(1.5 ** 2 + 2 ** 2 + 1 + 1) });
    const loss = optimizer.minimize(bowl.loss, true)!;
    // The gradient is (1.5, 2, -1, 1), as long as rho, so that eps equals it; at w + eps = (3, 3, -1.25, 3) it is (3, 6, -5, 1.5).
    const [first, second] = bowl.asked;
    assert.equal(bowl.asked.length, 2);
    assert.deepEqual(first, ['first', ...Bowl.start]);
    assert.equal(second![0], 'perturbed');
    expectAllClose(second!.slice(1) as number[], [3, 3, -1.25, 3], { relative: 1e-6 }, 'w + eps');
    expectAllClose(bowl.w.dataSync(), [1.5 - 0.75, 1 - 1.5, -0.25 + 1.25, 2 - 0.375], { relative: 1e-6 }, 'w after the step');
    assert.equal(loss.dataSync()[0], (1.5 ** 2 + 2 + 0.25 + 2) / 2);
    loss.dispose();
  });

  for (const [name, settings] of Object.entries(RULES)) {
    test(`five steps of ${name} are those of the rule on plain numbers`, () => {
      const bowl = new Bowl();
      const loss = (): tf.Scalar => bowl.loss('first');
      const optimizer = new SharpnessAwareOptimizer(tf.train.momentum(0.125, 0.5), { ...settings, images: { count: () => 2, loss } });
      const walk = bowl.walk(optimizer, 5);
      const expected = plainWalk(settings.rule, settings.rho, 0.5, 5, settings.descent);
      walk.forEach((w, step) => expectAllClose(w, expected[step]!, ROUNDING, `w after step ${step}`));
      const base = plainWalk(sam(), 0, 0.5, 5);
      assert.ok(Math.max(...walk[4]!.map((x, i) => Math.abs(x - base[4]![i]!))) > 1e-2, 'the walk is the base optimizer\'s');
    });
  }

  test('around Adam, three steps are those of its formulas', () => {
    const walk = new Bowl().walk(new SharpnessAwareOptimizer(tf.train.adam(0.125), { rho: 0.5 }), 3);
    expectAllClose(walk[2]!, adamByHand(0.5, 3), ROUNDING);
    assert.ok(Math.abs(walk[2]![2]! - adamByHand(0, 3)[2]!) > 1e-3);
  });

  for (const [name, base] of Object.entries(BASES)) {
    test(`with rho 0 the steps are those of ${name} to the bit`, () => {
      const [wrapped, plain] = [new Bowl(), new Bowl()];
      assert.deepEqual(wrapped.walk(new SharpnessAwareOptimizer(base(), { rho: 0 }), 5), plain.walk(base(), 5));
      const unused = tf.tidy(() => tf.variable(tf.scalar(1)));
      const [among, alone] = [new Bowl(), new Bowl()];
      const optimizers = [new SharpnessAwareOptimizer(base(), { rho: 0 }), base()];
      [among, alone].forEach(({ loss, w }, index) => optimizers[index]!.minimize(loss as () => tf.Scalar, false, [unused, w]));
      assert.deepEqual(among.w.dataSync(), alone.w.dataSync());
      assert.equal(unused.dataSync()[0], 1);
      assert.notDeepEqual(new Bowl().walk(new SharpnessAwareOptimizer(base(), { rho: 0.5 }), 5), plain.walk(base(), 5));
    });
  }

  testLoss();
}

function testLoss(): void {
  test('what the loss moves itself moves once a step, at w', () => {
    const { moving, loss } = withStatistics();
    new SharpnessAwareOptimizer(tf.train.sgd(0.1), { rho: 0.5 }).minimize(loss);
    assert.equal(moving.dataSync()[0], 0.5 + 2);
  });

  test('with momentum as direction there is one pass, at w + eps, and what the loss moves there stays', async () => {
    const { bowl, moving, loss } = withStatistics();
    const optimizer = new SharpnessAwareOptimizer(tf.train.momentum(0.125, 0.5), { rho: 1, rule: msam() });
    optimizer.minimize(loss);
    assert.deepEqual(bowl.asked, [['first', ...Bowl.start]]);
    const here = [...bowl.w.dataSync()];
    optimizer.minimize(loss);
    // v is the first gradient, (1.5, 2, -1, 1).
    const norm = Math.sqrt(1.5 ** 2 + 4 + 1 + 1);
    const expected = [1.5, 2, -1, 1].map((v, i) => here[i]! - v / norm);
    expectAllClose(bowl.asked[1]!.slice(1) as number[], expected, { absolute: 1e-6 });
    expectAllClose(moving.dataSync(), [0.5 * (0.5 + 2) + Math.max(...expected)], { absolute: 1e-6 });
    assert.equal(bowl.asked.length, 2);
    const kept = await optimizer.getWeights();
    assert.deepEqual(kept.map(({ name }) => name), ['iter', `${bowl.w.name}/momentum`], 'of other trainable variables nothing is kept');
  });

  test('if the loss throws at w + eps, weights and statistics are those of w, to the bit', () => {
    const { bowl, moving, loss } = withStatistics();
    const optimizer = new SharpnessAwareOptimizer(tf.train.momentum(0.1, 0.9), { rho: 0.05 });
    optimizer.minimize(loss);
    const weights = [...bowl.w.dataSync()];
    const failing: ScalarLoss = (pass) => {
      const value = loss(pass);
      if (pass === 'perturbed') {
        throw new Error('no loss here');
      }
      return value;
    };
    const statistics = 0.5 * moving.dataSync()[0]! + Math.max(...weights);
    assert.throws(() => optimizer.minimize(failing), { message: 'no loss here' });
    assert.deepEqual([...bowl.w.dataSync()], weights);
    assert.equal(moving.dataSync()[0], Math.fround(statistics));
    assert.equal(optimizer.iterations, 1);
    optimizer.minimize(loss);
    assert.equal(optimizer.iterations, 2);
  });

  test('if a rule fails or returns nonsense, the weights are those of w, to the bit', () => {
    const rules: readonly (readonly [PerturbationRule, RegExp])[] = [
      [{ name: 'mine', perturb: () => { throw new Error('not today'); } }, /not today/],
      [{ name: 'mine', perturb: ({ gradient }) => gradient.times(NaN) }, /mine returned a perturbation of norm NaN/],
      [{ name: 'mine', perturb: ({ gradient }) => gradient.select(['bias']) }, /mine returned a perturbation of layout/],
    ];
    for (const [rule, message] of rules) {
      const bowl = new Bowl();
      assert.throws(() => new SharpnessAwareOptimizer(tf.train.sgd(0.1), { rho: 0.05, rule }).minimize(bowl.loss), message);
      assert.deepEqual([...bowl.w.dataSync()], Bowl.start);
    }
  });

  test('steps leave no tensor behind, within tf.tidy and without, also if they fail', () => {
    for (const [name, settings] of Object.entries(RULES)) {
      const { loss } = withStatistics();
      const optimizer = new SharpnessAwareOptimizer(tf.train.momentum(0.1, 0.9), { ...settings, images: { count: () => 2, loss: () => loss('perturbed') } });
      optimizer.minimize(loss);
      const held = tf.memory().numTensors;
      tf.tidy(() => void optimizer.minimize(loss, true));
      assert.throws(() => optimizer.minimize((pass) => (pass === optimizerPass(settings) ? fail() : loss(pass))), /no loss here/);
      assert.equal(tf.memory().numTensors, held, name);
    }
  });

  test('dispose frees what the rule and the base optimizer keep', () => {
    const bowl = new Bowl();
    const held = tf.memory().numTensors;
    const optimizer = new SharpnessAwareOptimizer(tf.train.sgd(0.1), RULES['SSAM-D']!);
    optimizer.minimize(bowl.loss);
    assert.ok(tf.memory().numTensors > held + 1, 'it keeps a mask');
    optimizer.dispose();
    assert.equal(tf.memory().numTensors, held);
  });

  test('tensors that the loss keeps at w + eps live until the next step', () => {
    const { bowl } = withStatistics();
    const kept: tf.Scalar[] = [];
    const optimizer = new SharpnessAwareOptimizer(tf.train.sgd(0.1), { rho: 0.05 });
    optimizer.minimize((pass) => {
      kept.push(tf.keep(tf.max(bowl.w)));
      return bowl.loss(pass);
    });
    assert.equal(kept[0]!.dataSync()[0], 2);
    assert.deepEqual(kept.map((tensor) => tensor.isDisposed), [false, false]);
    optimizer.minimize(bowl.loss);
    assert.deepEqual(kept.map((tensor) => tensor.isDisposed), [false, true]);
    kept[0]!.dispose();
  });

  test('a zero gradient moves nothing', () => {
    const w = tf.tidy(() => tf.variable(tf.tensor([1, -2])));
    for (const { rule, rho } of Object.values(RULES)) {
      const loss = (): tf.Scalar => tf.tidy(() => tf.sum(tf.mul(w, 0)));
      new SharpnessAwareOptimizer(tf.train.momentum(0.1, 0.9), { rule, rho, images: { count: () => 2, loss } }).minimize(loss, false, [w]);
      assert.deepEqual([...w.dataSync()], [1, -2], rule.name);
    }
  });

  test('kinds that are not to be perturbed stay where they are', () => {
    const [kernel, gamma] = ['kernel', 'gamma'].map((name) => tf.tidy(() => tf.variable(tf.ones([2]), true, `layer/${name}`))) as [tf.Variable, tf.Variable];
    const asked: number[][] = [];
    const loss = (): tf.Scalar => {
      asked.push([...kernel.dataSync(), ...gamma.dataSync()]);
      return tf.tidy(() => tf.sum(tf.square(tf.mul(kernel, gamma))));
    };
    new SharpnessAwareOptimizer(tf.train.sgd(0.1), { rho: Math.SQRT2, kinds: ['normScale', 'normShift'] }).minimize(loss);
    expectAllClose(asked[1]!, [1, 1, 2, 2], { relative: 1e-6 });
    new SharpnessAwareOptimizer(tf.train.sgd(0), { rho: 1, kinds: ['normScale', 'normShift'], kindOf: () => 'weight' }).minimize(loss);
    assert.deepEqual(asked[3], asked[2], 'by kindOf, all are weights');
  });

  test('a rule that keeps a state refuses other variables', () => {
    const [one, other] = [new Bowl(), new Bowl()];
    const rule = sparse(sam(), dynamicMask({ sparsity: 0.5, dropRate: 0.5, every: 1, totalSteps: 4, seed: 1 }));
    const optimizer = new SharpnessAwareOptimizer(tf.train.sgd(0.1), { rho: 0.05, rule });
    optimizer.minimize(one.loss);
    const held = tf.memory().numTensors;
    assert.throws(() => optimizer.minimize(other.loss), /make an optimizer for each set of variables/);
    assert.deepEqual([...other.w.dataSync()], Bowl.start);
    assert.equal(tf.memory().numTensors, held);
    optimizer.minimize(one.loss);
  });

  test('bad input is refused by name, before anything has moved', () => {
    const { bowl, moving, loss } = withStatistics();
    for (const rho of [-0.1, NaN, Infinity]) {
      assert.throws(() => new SharpnessAwareOptimizer(tf.train.sgd(0.1), { rho }), { name: 'RangeError', message: /SharpnessAwareOptimizer: expected a radius rho of 0 or more/ });
    }
    assert.throws(() => new SharpnessAwareOptimizer('sgd' as unknown as tf.Optimizer, { rho: 0.05 }), { name: 'TypeError', message: /expected a tf.Optimizer to take the steps, got string/ });
    assert.throws(() => new SharpnessAwareOptimizer(tf.train.sgd(0.1), undefined as never), { name: 'RangeError', message: /expected a radius rho of 0 or more/ });
    assert.throws(() => new SharpnessAwareOptimizer(tf.train.sgd(0.1), { rho: 0.05, kinds: ['norm'] as never }), { name: 'RangeError', message: /expected kinds of parameters out of weight, bias, normScale, normShift, got \["norm"\]/ });
    assert.throws(() => new SharpnessAwareOptimizer(tf.train.sgd(0.1), { rho: 0.05, rule: { name: 'mine' } as never }), { name: 'TypeError', message: /expected a rule with a function `perturb`/ });
    assert.throws(() => new SharpnessAwareOptimizer(tf.train.sgd(0.1), { rho: 0.05, descent: lookSam({ every: 0, alpha: 1 }) }), /lookSam/);
    const changed = new SharpnessAwareOptimizer(tf.train.sgd(0.1), { rho: 0.05 });
    changed.rho = -1;
    assert.throws(() => changed.minimize(loss), { name: 'RangeError', message: /SharpnessAwareOptimizer.minimize: expected a radius/ });
    assert.throws(() => new SharpnessAwareOptimizer(tf.train.sgd(0.1), { rho: 0.05, rule: msam() }).minimize(loss), { name: 'TypeError', message: /SGD has none; wrap tf.train.momentum/ });
    assert.throws(() => changed.getConfig(), /a rule cannot be stored/);
    assert.deepEqual([...bowl.w.dataSync(), ...moving.dataSync()], [...Bowl.start, 1]);
  });
}

/** The last pass of a step. */
function optimizerPass({ rule }: Case): Pass {
  return rule.ascendsAlong === 'momentum' ? 'first' : 'perturbed';
}

function fail(): never {
  throw new Error('no loss here');
}
