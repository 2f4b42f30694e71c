import { from, op } from 'arquero';
import type { ParameterSpec } from '../engine/vector';
import { sizeOf } from '../engine/shape';
import type { Model } from '../models/model';

/** How many numbers a part of a network learns. */
export interface StageRow {
  /** "stem", "stage 1" to "stage 4", or "classifier". */
  readonly stage: string;
  /** Number of parameter tensors. */
  readonly tensors: number;
  /** Number of trainable numbers. */
  readonly parameters: number;
  /** Share of the network's trainable numbers, in percent. */
  readonly share: number;
}

/** The part of a residual network that a parameter belongs to, read from torchvision's name for it. */
export function stageOf({ name }: Pick<ParameterSpec, 'name'>): string {
  const stage = /^layer(\d)\./.exec(name)?.[1];
  return stage !== undefined ? `stage ${stage}` : /^(fc|linear)\./.test(name) ? 'classifier' : 'stem';
}

/** Trainable numbers of a residual network by stage, from the images to the classes. */
export function stageRows({ parameters }: Pick<Model, 'parameters'>): readonly StageRow[] {
  const sizes = parameters.map((spec) => ({ stage: stageOf(spec), size: sizeOf(spec.shape) }));
  const total = sizes.reduce((sum, { size }) => sum + size, 0);
  const groups = from(sizes).groupby('stage').rollup({ tensors: op.count(), parameters: op.sum('size') });
  return (groups.objects() as Omit<StageRow, 'share'>[]).map((row) => ({ ...row, share: (100 * row.parameters) / total }));
}
