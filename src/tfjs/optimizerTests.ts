import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { PlainVector } from '../engine/plainVector';
import { asam } from '../optim/asam';
import { dynamicMask } from '../optim/dynamicMask';
import { fgsm } from '../optim/fgsm';
import { fisherMask } from '../optim/fisherMask';
import type { LookSettings } from '../optim/lookSam';
import { msam } from '../optim/msam';
import type { PerturbationRule } from '../optim/perturbation';
import { sam } from '../optim/sam';
import { sgd } from '../optim/sgd';
import { sharpnessAware, type MethodState } from '../optim/sharpnessAware';
import { sparse } from '../optim/sparse';
import { expectAllClose } from '../testing/expectAllClose';
import type { LossFunction, Pass } from './perturbedPass';
import { SharpnessAwareOptimizer, type SharpnessAwareOptimizerSettings } from './sharpnessAwareOptimizer';

/** Half the sum of a_i w_i^2 over four weights, and at which points and in which passes it was asked. */
class Bowl {
  static readonly curvatures = [1, 2, 4, 0.5];
  static readonly start = [1.5, 1, -0.25, 2];
  readonly w = tf.tidy(() => tf.variable(tf.tensor(Bowl.start, [2, 2])));
  readonly asked: (readonly [Pass, ...number[]])[] = [];

  readonly loss: LossFunction = (pass) => {
    this.asked.push([pass, ...this.w.dataSync()]);
    return tf.tidy(() => tf.sum(tf.mul(tf.square(this.w), tf.tensor(Bowl.curvatures.map((a) => a / 2), [2, 2]))));
  };

  /** w on the steps of an optimizer. */
  walk(optimizer: tf.Optimizer, steps: number): number[][] {
    return Array.from({ length: steps }, () => {
      optimizer.minimize(this.loss as () => tf.Scalar, false, [this.w]);
      return [...this.w.dataSync()];
    });
  }
}

/** The same walk on plain numbers in double precision, with the rule of the engine. */
function plainWalk(rule: PerturbationRule, rho: number, momentum: number, steps: number, look?: LookSettings): number[][] {
  const specs = [{ name: 'w', kind: 'weight', shape: [2, 2] }] as const;
  const gradientOf = (w: PlainVector): PlainVector => w.multiply(new PlainVector(specs, [Float64Array.from(Bowl.curvatures)]));
  const optimizer = sgd<PlainVector>({ momentum, nesterov: false, weightDecay: 0 });
  const aware = sharpnessAware({ rule, ...(look ? { look } : {}) });
  const parameters = new PlainVector(specs, [Float64Array.from(Bowl.start)]);
  let current: { parameters: PlainVector; state: PlainVector; method: MethodState<PlainVector> } = { parameters, state: optimizer.init(parameters), method: aware.init() };
  return Array.from({ length: steps }, () => {
    current = aware.step({
      ...current,
      objective: (w) => ({ loss: w.dot(gradientOf(w)) / 2, gradient: gradientOf(w) }),
      optimizer,
      learningRate: 0.125,
      rho,
      images: 2,
      sampleGradient: gradientOf,
    });
    return [...current.parameters.toArrays()[0]!];
  });
}

/** Five steps of some ten operations on numbers of size 1, each rounded to 2^-24 and damped by the next step, stay below 1e-5. */
const ROUNDING = { absolute: 1e-5 };

const BASES: Readonly<Record<string, () => tf.Optimizer>> = {
  sgd: () => tf.train.sgd(0.125),
  momentum: () => tf.train.momentum(0.125, 0.5),
  Nesterov: () => tf.train.momentum(0.125, 0.5, true),
  adam: () => tf.train.adam(0.125),
  rmsprop: () => tf.train.rmsprop(0.125),
};

interface Case extends Omit<SharpnessAwareOptimizerSettings, 'images'> {
  readonly rule: PerturbationRule;
}

const RULES: Readonly<Record<string, Case>> = {
  'SAM, p = 2': { rule: sam(), rho: 0.5 },
  'SAM, p = 1.5': { rule: sam({ p: 1.5 }), rho: 0.5 },
  'SAM, p = infinity': { rule: sam({ p: Infinity }), rho: 0.25 },
  'FGSM with momentum, three steps': { rule: fgsm({ steps: 3, momentum: 1 }), rho: 0.25 },
  ASAM: { rule: asam(), rho: 0.5 },
  'SSAM-D': { rule: sparse(sam(), dynamicMask({ sparsity: 0.5, dropRate: 0.5, every: 2, totalSteps: 4, seed: 3 })), rho: 0.5 },
  'SSAM-F': { rule: sparse(sam(), fisherMask({ sparsity: 0.5, samples: 2, every: 2 }), 'afterNorm'), rho: 0.5 },
  LookSAM: { rule: sam(), rho: 0.5, look: { every: 2, alpha: 0.5 } },
  MSAM: { rule: msam(), rho: 0.5 },
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
      const expected = plainWalk(settings.rule, settings.rho, 0.5, 5, settings.look);
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
      assert.notDeepEqual(new Bowl().walk(new SharpnessAwareOptimizer(base(), { rho: 0.5 }), 5), plain.walk(base(), 5));
    });
  }

  testLoss();
  testTwoPhases();
}

/** A bowl whose loss moves a variable of its own, as batch norm does. */
function withStatistics(): { readonly bowl: Bowl; readonly moving: tf.Variable; readonly loss: LossFunction } {
  const bowl = new Bowl();
  const moving = tf.tidy(() => tf.variable(tf.scalar(1), false));
  const loss: LossFunction = (pass) => {
    tf.tidy(() => moving.assign(tf.add(tf.mul(moving, 0.5), tf.max(bowl.w))));
    return bowl.loss(pass);
  };
  return { bowl, moving, loss };
}

function testLoss(): void {
  test('what the loss moves itself moves once a step, at w', () => {
    const { moving, loss } = withStatistics();
    new SharpnessAwareOptimizer(tf.train.sgd(0.1), { rho: 0.5 }).minimize(loss);
    assert.equal(moving.dataSync()[0], 0.5 + 2);
  });

  test('with momentum as direction there is one pass, at w + eps, and what the loss moves there stays', () => {
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
  });

  test('if the loss throws at w + eps, weights and statistics are those of w, to the bit', () => {
    const { bowl, moving, loss } = withStatistics();
    const optimizer = new SharpnessAwareOptimizer(tf.train.momentum(0.1, 0.9), { rho: 0.05 });
    optimizer.minimize(loss);
    const weights = [...bowl.w.dataSync()];
    const failing: LossFunction = (pass) => {
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

  test('a scope leaves the other kinds of parameters where they are', () => {
    const [kernel, gamma] = ['kernel', 'gamma'].map((name) => tf.tidy(() => tf.variable(tf.ones([2]), true, `scoped/${name}`))) as [tf.Variable, tf.Variable];
    const asked: number[][] = [];
    const loss = (): tf.Scalar => {
      asked.push([...kernel.dataSync(), ...gamma.dataSync()]);
      return tf.tidy(() => tf.sum(tf.square(tf.mul(kernel, gamma))));
    };
    new SharpnessAwareOptimizer(tf.train.sgd(0.1), { rho: Math.SQRT2, scope: 'norm' }).minimize(loss);
    expectAllClose(asked[1]!, [1, 1, 2, 2], { relative: 1e-6 });
    new SharpnessAwareOptimizer(tf.train.sgd(0), { rho: 1, scope: 'norm', kindOf: () => 'weight' }).minimize(loss);
    assert.deepEqual(asked[3], asked[2], 'by kindOf, all are weights');
  });

  test('a rule that keeps a state refuses other variables', () => {
    const [one, other] = [new Bowl(), new Bowl()];
    const rule = sparse(sam(), dynamicMask({ sparsity: 0.5, dropRate: 0.5, every: 1, totalSteps: 4, seed: 1 }));
    const optimizer = new SharpnessAwareOptimizer(tf.train.sgd(0.1), { rho: 0.05, rule });
    optimizer.minimize(one.loss);
    assert.throws(() => optimizer.minimize(other.loss), /make an optimizer for each set of variables/);
    assert.deepEqual([...other.w.dataSync()], Bowl.start);
    optimizer.minimize(one.loss);
  });

  test('bad input is refused by name, before anything has moved', () => {
    const { bowl, moving, loss } = withStatistics();
    for (const rho of [-0.1, NaN, Infinity]) {
      assert.throws(() => new SharpnessAwareOptimizer(tf.train.sgd(0.1), { rho }), { name: 'RangeError', message: /SharpnessAwareOptimizer: expected a radius rho of 0 or more/ });
    }
    assert.throws(() => new SharpnessAwareOptimizer('sgd' as unknown as tf.Optimizer, { rho: 0.05 }), { name: 'TypeError', message: /expected a tf.Optimizer to take the steps, got string/ });
    assert.throws(() => new SharpnessAwareOptimizer(tf.train.sgd(0.1), { rho: 0.05, look: { every: 0, alpha: 1 } }), /lookSam/);
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
  return rule.climbsAlong === 'momentum' ? 'first' : 'perturbed';
}

function fail(): never {
  throw new Error('no loss here');
}

function testTwoPhases(): void {
  for (const name of ['SAM, p = 2', 'SSAM-D', 'SSAM-F', 'MSAM']) {
    test(`${name} in two phases is minimize, to the bit`, () => {
      const { rule, rho } = RULES[name]!;
      const [whole, parts] = [withStatistics(), withStatistics()];
      const made = ({ bowl }: { readonly bowl: Bowl }): SharpnessAwareOptimizer =>
        new SharpnessAwareOptimizer(tf.train.momentum(0.1, 0.9), { rule, rho, images: { count: () => 2, loss: () => bowl.loss('first') } });
      const [one, two] = [made(whole), made(parts)];
      for (let step = 0; step < 3; step++) {
        one.minimize(whole.loss);
        const first = rule.climbsAlong === 'momentum' ? undefined : two.computeGradients(parts.loss);
        two.climb(first?.grads);
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
    optimizer.climb(grads);
    assert.throws(() => optimizer.minimize(loss), /the variables are at w \+ eps; finish the step with applyGradients/);
    assert.throws(() => optimizer.climb(grads), /the variables are at w \+ eps/);
    assert.notDeepEqual([...bowl.w.dataSync()], Bowl.start);
    moving.assign(value);
    optimizer.restore();
    assert.deepEqual([...bowl.w.dataSync(), moving.dataSync()[0]], [...Bowl.start, statistics]);
    tf.dispose([value, grads]);
    assert.equal(tf.memory().numTensors, held);
  });

  test('a climb without the loss refuses rules that need more of it', () => {
    const { bowl, loss } = withStatistics();
    const made = (settings: Case): SharpnessAwareOptimizer => new SharpnessAwareOptimizer(tf.train.sgd(0.1), settings);
    const { value, grads } = made(RULES['ASAM']!).computeGradients(loss);
    assert.throws(() => made(RULES['FGSM with momentum, three steps']!).climb(grads), /FGSM asks for gradients at further points.*use minimize/);
    assert.throws(() => made(RULES['LookSAM']!).climb(grads), /LookSAM decides in each step/);
    assert.throws(() => made(RULES['ASAM']!).climb({}), /expected the gradients at w, got none/);
    assert.deepEqual([...bowl.w.dataSync()], Bowl.start);
    tf.dispose([value, grads]);
  });
}
