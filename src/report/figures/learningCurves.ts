import type { ExperimentConfig } from '../../experiment/config';
import type { RunResult } from '../../experiment/result';
import { METHODS } from '../../train/methodSettings';
import { METHOD_NAMES, titleEnd } from '../recipe';
import { captionOf } from '../tables';
import { curveAxes, curveTraces } from './curveTraces';
import { figure } from './figure';
import type { FigureSpecification } from './specification';
import { METHOD_STYLES } from './methodStyles';

/** Runs that one line stands for: they differ only in their seed. */
interface Line {
  readonly method: ExperimentConfig['method'];
  readonly name: string;
  readonly runs: readonly RunResult[];
}

/**
 * Training loss and training error by epoch: one line a method, the mean over seeds, with a band from
 * the smallest to the largest seed where there are several; held-out loss and error beside them where all runs of a line have them.
 * Diverged runs are left out and named.
 *
 * @param runs runs of one recipe and one number of epochs, such as one list of `selectRuns`, filtered.
 * @param title its first words, default "Training", and its end, which distinguishes the recipe from others.
 * @throws RangeError if no run finished, or if lengths differ.
 */
export function learningCurves(runs: readonly RunResult[], { what = 'Training', end = '' }: { readonly what?: string; readonly end?: string } = {}): FigureSpecification {
  const finished = runs.filter((run) => run.status === 'finished');
  const [first] = finished;
  if (first === undefined || runs.some((run) => run.config.epochs !== first.config.epochs)) {
    const lengths = finished.map((run) => run.config.epochs);
    throw new RangeError(`learningCurves: expected finished runs of one number of epochs, got [${lengths.join(', ')}]; draw one figure for each length.`);
  }
  const { preset, data, config } = first;
  const lines = linesOf(finished);
  const title = `${what} over ${config.epochs} ${config.epochs === 1 ? 'epoch' : 'epochs'} on ${data.name}${titleEnd(preset, data.synthetic)}${end}`;
  const diverged = runs.filter((run) => run.status === 'diverged').map((run) => `${METHOD_NAMES[run.config.method]} seed ${run.config.seed}`);
  const notes = [
    'Loss at the unperturbed weights; error on the augmented images.',
    ...(config.selection === 'last' && data.heldOutImages > 0 && finished.some(({ history }) => history.some(({ heldOut }) => heldOut !== undefined)) ? [`Open markers: ${data.heldOutImages.toLocaleString('en-US')} held-out images.`] : []),
    ...(finished.length > lines.length ? ['Band: smallest to largest over seeds.'] : []),
    ...(finished.some(({ averagedOver }) => averagedOver !== undefined) ? ['Of a seed that was trained again: its first run.'] : []),
    ...(diverged.length > 0 ? [`Diverged and left out: ${diverged.join(', ')}.`] : []),
  ];
  return figure({ title, caption: `${captionOf(finished)}. ${notes.join(' ')}` }, lines.flatMap(({ method, name, runs: ofLine }) => curveTraces({ name, style: METHOD_STYLES[method], histories: ofLine.map(({ history }) => history), ...(config.selection === 'bestOnTest' ? { evaluatedOn: 'test images' } : {}) })), curveAxes(finished.map(({ history }) => history)));
}

/** A line for each method, named by its settings where a method ran with several. */
function linesOf(runs: readonly RunResult[]): readonly Line[] {
  return METHODS.flatMap((method) => {
    const settings = new Map<string, RunResult[]>();
    for (const run of runs.filter((candidate) => candidate.config.method === method)) {
      const { learningRate, rho } = run.config;
      const key = `learning rate ${learningRate}${method === 'sgd' ? '' : `, ρ = ${rho}`}`;
      settings.set(key, [...(settings.get(key) ?? []), run]);
    }
    const name = (setting: string): string => (settings.size === 1 ? METHOD_NAMES[method] : `${METHOD_NAMES[method]}, ${setting}`);
    return [...settings].map(([setting, group]) => ({ method, name: name(setting), runs: group }));
  });
}
