import type { EpochRecord } from '../../train/record';
import { curveAxes, curveTraces } from './curveTraces';
import { figure } from './figure';
import type { FigureSpecification, FigureText } from './specification';
import { METHOD_STYLES } from './methodStyles';

/** The epochs of one training, as `train`, `trainLive` and each run of `compare` give them. */
export type History = readonly EpochRecord[];

/** Histories by the name that their line has in the legend; several of one name, such as those of its seeds, make one line with a band. */
export type Histories = Readonly<Record<string, History | readonly History[]>>;

/**
 * Training loss and training error by epoch, one line a name: the mean, with a band from the smallest to the largest where a name
 * has several histories. Where the trainings were evaluated on held-out images, their loss and error are drawn too.
 *
 * @param text title and caption; defaults: "Training", and a sentence that says what is drawn.
 * @throws RangeError if there is no history, or one without an epoch.
 * @example
 * await figures.displayFigure(figures.plotCurves({ SGD: sgd.history, mine: mine.history }, { title: 'My rule on CIFAR-10', caption: 'ResNet-20, 200 images, seed 0' }));
 */
export function plotCurves(histories: Histories, { title = 'Training', caption }: Partial<FigureText> = {}): FigureSpecification {
  const styles = Object.values(METHOD_STYLES);
  const curves = Object.entries(histories).map(([name, given], index) => ({ name, style: styles[index % styles.length]!, histories: listOf(given) }));
  const empty = curves.find((curve) => curve.histories.length === 0 || curve.histories.some(({ length }) => length === 0));
  if (curves.length === 0 || empty !== undefined) {
    throw new RangeError(`plotCurves: expected histories of one epoch or more by name, such as { SAM: result.history }, got ${empty ? `none for "${empty.name}"` : 'none'}.`);
  }
  const band = curves.some((curve) => curve.histories.length > 1) ? ' Band: smallest to largest over seeds.' : '';
  return figure({ title, caption: caption ?? `Loss at the unperturbed weights; error on the training images as they were seen.${band}` }, curves.flatMap(curveTraces), curveAxes(curves.flatMap((curve) => curve.histories)));
}

function listOf(given: History | readonly History[]): readonly History[] {
  return given.length > 0 && Array.isArray(given[0]) ? (given as readonly History[]) : given.length === 0 ? [] : [given as History];
}
