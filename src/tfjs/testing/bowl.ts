import * as tf from '@tensorflow/tfjs';
import { PlainVector } from '../../engine/plainVector';
import { asam } from '../../optim/asam';
import { dynamicMask } from '../../optim/dynamicMask';
import { fgsm } from '../../optim/fgsm';
import { fisherMask } from '../../optim/fisherMask';
import { lookSam } from '../../optim/lookSam';
import { msam } from '../../optim/msam';
import type { PerturbationRule } from '../../optim/perturbation';
import { sam } from '../../optim/sam';
import { sgd } from '../../optim/sgd';
import { sharpnessAware } from '../../optim/sharpnessAware';
import type { Descent, MethodState } from '../../optim/step';
import { sparse } from '../../optim/sparse';
import type { ScalarLoss, Pass } from '../perturbedPass';
import type { SharpnessAwareOptimizerSettings } from '../settings';

/** Half the sum of a_i w_i^2 over four weights, and the points and passes in which it was evaluated. */
export class Bowl {
  static readonly curvatures = [1, 2, 4, 0.5];
  static readonly start = [1.5, 1, -0.25, 2];
  readonly w = tf.tidy(() => tf.variable(tf.tensor(Bowl.start, [2, 2])));
  readonly asked: (readonly [Pass, ...number[]])[] = [];

  readonly loss: ScalarLoss = (pass) => {
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
export function plainWalk(rule: PerturbationRule, rho: number, momentum: number, steps: number, descent?: Descent): number[][] {
  const specs = [{ name: 'w', kind: 'weight', shape: [2, 2] }] as const;
  const gradientOf = (w: PlainVector): PlainVector => w.multiply(new PlainVector(specs, [Float64Array.from(Bowl.curvatures)]));
  const optimizer = sgd<PlainVector>({ momentum, nesterov: false, weightDecay: 0 });
  const aware = sharpnessAware({ rule, ...(descent ? { descent } : {}) });
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

/** A bowl whose loss moves a variable of its own, as batch norm does. */
export function withStatistics(): { readonly bowl: Bowl; readonly moving: tf.Variable; readonly loss: ScalarLoss } {
  const bowl = new Bowl();
  const moving = tf.tidy(() => tf.variable(tf.scalar(1), false));
  const loss: ScalarLoss = (pass) => {
    tf.tidy(() => moving.assign(tf.add(tf.mul(moving, 0.5), tf.max(bowl.w))));
    return bowl.loss(pass);
  };
  return { bowl, moving, loss };
}

/** A rule and its settings for walks on the bowl. */
export interface Case extends Omit<SharpnessAwareOptimizerSettings, 'images'> {
  readonly rule: PerturbationRule;
}

export const RULES: Readonly<Record<string, Case>> = {
  'SAM, p = 2': { rule: sam(), rho: 0.5 },
  'SAM, p = 1.5': { rule: sam({ p: 1.5 }), rho: 0.5 },
  'SAM, p = infinity': { rule: sam({ p: Infinity }), rho: 0.25 },
  'FGSM with momentum, three steps': { rule: fgsm({ steps: 3, momentum: 1 }), rho: 0.25 },
  ASAM: { rule: asam(), rho: 0.5 },
  'SSAM-D': { rule: sparse(sam(), dynamicMask({ sparsity: 0.5, dropRate: 0.5, every: 2, totalSteps: 4, seed: 3 })), rho: 0.5 },
  'SSAM-F': { rule: sparse(sam(), fisherMask({ sparsity: 0.5, samples: 2, every: 2 }), 'afterNorm'), rho: 0.5 },
  LookSAM: { rule: sam(), rho: 0.5, descent: lookSam({ every: 2, alpha: 0.5 }) },
  MSAM: { rule: msam(), rho: 0.5 },
};
