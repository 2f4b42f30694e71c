import { withoutGraphs } from '../engine/graph/compiled';
import { profile, type OpTime } from './profile';
import type { StepParts } from './result';
import { median } from './statistics';
import type { Subject } from './subject';

const PRODUCT = /MatMul|Conv2D/;
const UPDATE = /^Resource|VariableOp$/;

function secondsOf(ops: readonly OpTime[], kind: RegExp): number {
  return ops.filter(({ op }) => kind.test(op)).reduce((sum, { seconds }) => sum + seconds, 0);
}

/** Seconds of the products and of the update in one SGD step, by the names of a profile's ops. */
export function partsOf(ops: readonly OpTime[]): StepParts {
  return { products: secondsOf(ops, PRODUCT), update: secondsOf(ops, UPDATE) };
}

/** The parts of an SGD step that set its floor, medians over `repeats` steps; op by op, since the ops of a graph are not timed separately. */
export function stepParts(subject: Subject, repeats: number): StepParts {
  return withoutGraphs(() => {
    subject.perform('sgd');
    const parts = Array.from({ length: repeats }, () => partsOf(profile(() => subject.perform('sgd')).ops));
    return { products: median(parts.map(({ products }) => products)), update: median(parts.map(({ update }) => update)) };
  });
}
