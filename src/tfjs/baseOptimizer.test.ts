import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { msam } from '../optim/msam';
import { lookSam } from '../optim/lookSam';
import { sam } from '../optim/sam';
import { expectAllClose } from '../testing/expectAllClose';
import { Bowl } from './testing/bowl';
import { SharpnessAwareOptimizer } from './sharpnessAwareOptimizer';

void tf.setBackend('cpu');

type Settings = Readonly<Record<string, number | boolean>>;

/** Each base optimizer, and its settings with other values. */
const BASES: Readonly<Record<string, readonly [() => tf.Optimizer, Settings]>> = {
  sgd: [() => tf.train.sgd(0.1), { learningRate: 0.01 }],
  momentum: [() => tf.train.momentum(0.1, 0.9), { learningRate: 0.01, momentum: 0.2, useNesterov: true }],
  adam: [() => tf.train.adam(0.1), { learningRate: 0.01, beta1: 0.5, beta2: 0.7, epsilon: 0.1 }],
  adamax: [() => tf.train.adamax(0.1), { learningRate: 0.01, beta1: 0.5, beta2: 0.7, epsilon: 0.1 }],
  rmsprop: [() => tf.train.rmsprop(0.1, 0.9, 0.5), { learningRate: 0.01, decay: 0.5, momentum: 0.1, epsilon: 0.1 }],
  adagrad: [() => tf.train.adagrad(0.1), { learningRate: 0.01 }],
  adadelta: [() => tf.train.adadelta(0.1), { learningRate: 0.01 }],
};

for (const [name, [base, changes]] of Object.entries(BASES)) {
  for (const [setting, value] of Object.entries(changes)) {
    test(`${name}: ${setting} that is set between steps is read back, and the next steps follow it`, () => {
      const walk = (other: boolean): { readonly w: number[]; readonly read: unknown } => {
        const bowl = new Bowl();
        const optimizer = new SharpnessAwareOptimizer(base(), { rho: 0.1 });
        bowl.walk(optimizer, 1);
        const open = optimizer as unknown as Record<string, unknown>;
        const before = open[setting];
        open[setting] = other ? value : before;
        return { w: bowl.walk(optimizer, 2)[1]!, read: open[setting] };
      };
      const [changed, same] = [walk(true), walk(false)];
      assert.equal(changed.read, value);
      assert.notDeepEqual(changed.w, same.w);
    });
  }
}

test('steps use a momentum that is set between them: by hand, with learning rate 1 and gradient 1', () => {
  const w = tf.tidy(() => tf.variable(tf.tensor1d([0])));
  const optimizer = new SharpnessAwareOptimizer(tf.train.momentum(1, 0.5), { rho: 0 });
  const step = (): number => {
    optimizer.minimize(() => tf.tidy(() => tf.sum(w)), false, [w]);
    return w.dataSync()[0]!;
  };
  assert.deepEqual([step(), step()], [-1, -2.5]);
  optimizer.setMomentum(0);
  optimizer.setLearningRate(2);
  assert.deepEqual([optimizer.momentum, optimizer.learningRate, step()], [0, 2, -4.5]);
});

test('settings of another type, and those that the base optimizer has not, are refused', () => {
  const optimizer = new SharpnessAwareOptimizer(tf.train.sgd(0.1), { rho: 0.1 });
  for (const value of ['0.1', '', [], true, undefined]) {
    assert.throws(() => (optimizer.learningRate = value as unknown as number), { name: 'TypeError', message: /expected a number as learningRate of SGD/ });
  }
  assert.throws(() => (optimizer.learningRate = NaN), { name: 'RangeError', message: /expected a finite number as learningRate of SGD, got NaN/ });
  assert.equal(optimizer.learningRate, 0.1);
  assert.throws(() => optimizer.setMomentum(0.9), { name: 'TypeError', message: /SGD has no momentum/ });
});

test('a radius that is no number is refused, whatever it would be taken for', () => {
  for (const rho of ['', [], true, '0.5', false, null]) {
    assert.throws(() => new SharpnessAwareOptimizer(tf.train.sgd(0.1), { rho: rho as unknown as number }), { name: 'RangeError', message: /expected a radius rho of 0 or more, got / });
    const changed = new SharpnessAwareOptimizer(tf.train.sgd(0.1), { rho: 0.1 });
    changed.rho = rho as unknown as number;
    assert.throws(() => changed.minimize(new Bowl().loss), /expected a radius rho/);
  }
});

/** Two variables of different shapes and a loss of both; other variables are registered too. */
class Pair {
  readonly variables: tf.Variable[];
  constructor(values: readonly [number[], number[][]]) {
    this.variables = tf.tidy(() => [tf.variable(tf.tensor1d(values[0])), tf.variable(tf.tensor2d(values[1]))]);
  }

  readonly loss = (): tf.Scalar => tf.tidy(() => tf.add(tf.sum(tf.square(this.variables[0]!)), tf.mul(2, tf.sum(tf.square(this.variables[1]!)))));

  get values(): number[] {
    return this.variables.flatMap((variable) => [...variable.dataSync()]);
  }

  get copy(): Pair {
    const [first, second] = this.variables.map((variable) => variable.arraySync()) as [number[], number[][]];
    return new Pair([first, second]);
  }
}

/**
 * TensorFlow.js computes Adam's beta^t as a power when a state is loaded, and as a product before: 2^-24 of 1, against which
 * 1 - 0.999^3 = 0.003 is small, so 2e-5 of a step of 0.1. Its Adamax cannot be loaded at all.
 */
const LOADING = { absolute: 1e-5 };

for (const [name, base] of Object.entries({ momentum: () => tf.train.momentum(0.1, 0.9), adam: () => tf.train.adam(0.1) })) {
  for (const named of [true, false]) {
    test(`MSAM around ${name} continues from a loaded state as if it had not stopped, ${named ? 'with named variables' : 'without'}`, async () => {
      const unused = tf.tidy(() => tf.variable(tf.tensor1d([5])));
      const pair = new Pair([[1, -2], [[0.5, 3]]]);
      const listed = ({ variables }: Pair): tf.Variable[] | undefined => (named ? variables : undefined);
      const made = (rho = 0.5): SharpnessAwareOptimizer => new SharpnessAwareOptimizer(base(), { rho, rule: msam() });
      const optimizer = made();
      for (let step = 0; step < 2; step++) {
        optimizer.minimize(pair.loss, false, listed(pair));
      }
      const state = (await optimizer.getWeights()).map(({ name: of, tensor }) => ({ name: of, tensor: tensor.clone() }));
      const goOn = async (rho?: number): Promise<number[]> => {
        const [copy, loaded] = [pair.copy, made(rho)];
        await loaded.setWeights(state.map(({ name: of, tensor }) => ({ name: of, tensor: tensor.clone() })));
        const held = tf.memory().numTensors;
        loaded.minimize(copy.loss, false, listed(copy));
        assert.equal(tf.memory().numTensors, held, 'tensors of the step');
        loaded.minimize(copy.loss, false, listed(copy));
        assert.equal(loaded.iterations, 4);
        return copy.values;
      };
      const [resumed, plain] = [await goOn(), await goOn(0)];
      optimizer.minimize(pair.loss, false, listed(pair));
      optimizer.minimize(pair.loss, false, listed(pair));
      expectAllClose(resumed, pair.values, name === 'adam' ? LOADING : { absolute: 0 });
      assert.ok(Math.max(...resumed.map((value, index) => Math.abs(value - plain[index]!))) > 1e-3, 'the perturbation is gone');
      unused.dispose();
    });
  }
}

test('momentum from steps of the base optimizer itself is found too', () => {
  const [wrapped, alone] = [new Pair([[1, -2], [[0.5, 3]]]), new Pair([[1, -2], [[0.5, 3]]])];
  const base = tf.train.momentum(0.1, 0.9);
  base.minimize(wrapped.loss, false, wrapped.variables);
  const optimizer = new SharpnessAwareOptimizer(tf.train.momentum(0.1, 0.9), { rho: 0.5, rule: msam() });
  optimizer.minimize(alone.loss, false, alone.variables);
  assert.deepEqual(wrapped.values, alone.values, 'the first step has no momentum');
  optimizer.minimize(alone.loss, false, alone.variables);
  new SharpnessAwareOptimizer(base, { rho: 0.5, rule: msam() }).minimize(wrapped.loss, false, wrapped.variables);
  assert.deepEqual(wrapped.values, alone.values);
});

test('momentum of other variables is refused, with the weights as they were', async () => {
  const pair = new Pair([[1, -2], [[0.5, 3]]]);
  for (const kept of [[[1, 2]], [[1, 2], [3, 4]]]) {
    const optimizer = new SharpnessAwareOptimizer(tf.train.momentum(0.1, 0.9), { rho: 0.5, rule: msam() });
    await optimizer.setWeights([{ name: 'iter', tensor: tf.scalar(1, 'int32') }, ...kept.map((values) => ({ name: 'x/momentum', tensor: tf.tensor1d(values) }))]);
    assert.throws(() => optimizer.minimize(pair.loss, false, pair.variables), /holds momentum of \d variables .*, and this step moves 2 variables \(\[2\], \[1, 2\]\); load the state/);
    assert.throws(() => optimizer.minimize(pair.loss), /holds momentum of/);
    assert.deepEqual(pair.values, [1, -2, 0.5, 3]);
  }
});

test('in two phases, loaded momentum is placed by the gradients that ascend is given', async () => {
  const pair = new Pair([[1, -2], [[0.5, 3]]]);
  const optimizer = new SharpnessAwareOptimizer(tf.train.momentum(0.1, 0.9), { rho: 5, rule: msam() });
  await optimizer.setWeights([
    { name: 'iter', tensor: tf.scalar(1, 'int32') },
    { name: 'x/momentum', tensor: tf.tensor1d([3, 0]) },
    { name: 'y/momentum', tensor: tf.tensor2d([[0, 4]]) },
  ]);
  const { grads } = optimizer.computeGradients(pair.loss, pair.variables);
  optimizer.ascend(grads);
  assert.deepEqual(pair.values, [1 - 3, -2, 0.5, 3 - 4], 'w - rho v / |v|, with |v| = 5');
  optimizer.restore();
});

test('loading a state resets the rule', async () => {
  const bowl = new Bowl();
  const optimizer = new SharpnessAwareOptimizer(tf.train.sgd(0.1), { rho: 0.5, rule: sam(), descent: lookSam({ every: 3, alpha: 1 }) });
  bowl.walk(optimizer, 1);
  await optimizer.setWeights(await optimizer.getWeights());
  bowl.asked.length = 0;
  bowl.walk(optimizer, 1);
  assert.equal(bowl.asked.length, 2, 'LookSAM begins with a second pass');
});

test('a misspelt setting is refused, for it would change nothing', () => {
  for (const [name, settings] of [['Rho', { rho: 0.1, Rho: 0.2 }], ['steps', { rho: 0.1, steps: 3 }], ['toString', { rho: 0.1, toString: 1 }]] as const) {
    assert.throws(() => new SharpnessAwareOptimizer(tf.train.sgd(0.1), settings as never), { name: 'RangeError', message: new RegExp(`there is no setting ${name}; expected rho, rule, kinds`) });
  }
});
