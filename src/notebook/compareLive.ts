import { compare } from '../experiment/compare';
import type { ComparedMethod, Comparison, ComparisonProgress, ComparisonSetting } from '../experiment/comparison';
import { TrainingInterrupted } from '../experiment/interrupt';
import { findPreset } from '../experiment/presets';
import { longWork } from '../progress/longWork';
import { duration } from '../progress/progressBar';
import { methodErrors } from '../report/figures/methodErrors';
import { displayFigure, displayRecords, displayText } from '../report/display';
import { liveTraining } from '../report/liveTraining';
import { comparisonRecords, COMPARISON_HEADINGS } from '../report/methodStudies';
import { notebookOutput } from '../progress/notebookOutput';
import { titleEnd } from '../report/recipe';
import { comparisonNotes } from '../report/studyNotes';
import { captionOf } from '../report/tables';
import type { NotebookPreset } from './preset';
import { inOnePlace } from './trainLive';

/** The preset under which comparisons of notebooks are stored, apart from results. */
const QUICK = 'quick-comparison';

const BUDGETS = { epochs: 'equal epochs', gradients: 'equal gradient evaluations' } as const;

/**
 * A comparison to watch: `compare`, with progress below the running cell and the time left of the whole. An interrupt of the kernel ends it after the step
 * under way; stored runs are kept, and the same cell goes on: from the run's checkpoint, or, for a rule without `storeAs`, with
 * that run anew.
 *
 * @throws TrainingInterrupted after an interrupt. Else as `compare`.
 * @example
 * const comparison = await compareLive([{ method: 'sgd' }, { method: 'sam' }], { config: { epochs: 4 }, seeds: [0, 1, 2] });
 * await displayComparison('SGD and SAM', comparison);
 */
export async function compareLive(methods: readonly ComparedMethod[], setting: ComparisonSetting): Promise<Comparison> {
  const write = inOnePlace(notebookOutput());
  let show: (progress: ComparisonProgress) => void;
  let current = '';
  let resumable = true;
  const shown: ComparisonSetting = {
    onRun: ({ label, budget, config, run, runs, hasCheckpoint }) => {
      current = `${label}, ${BUDGETS[budget]}, seed ${config.seed}`;
      resumable = hasCheckpoint;
      const left = ({ comparisonSecondsLeft }: ComparisonProgress): string => (run === runs ? '' : `, ${duration(comparisonSecondsLeft)} left for all`);
      show = liveTraining((progress) => `Run ${run} of ${runs}${left(progress as ComparisonProgress)}: ${current}`, write);
    },
    onProgress: (progress) => show(progress),
    preset: QUICK,
    ...setting,
  };
  return longWork('compareLive', shown, async (work) => {
    const comparison = await compare(methods, shown);
    if (work.stopping) {
      comparison.dispose();
      throw new TrainingInterrupted(current, resumable);
    }
    return comparison;
  });
}

/**
 * The setting of a notebook's own comparison: a minute or two on 200 images with two seeds; seconds on 40 images for the
 * smoke and quick presets. It shows how a comparison is made and is no result.
 */
export function comparisonDemonstration({ name }: Pick<NotebookPreset, 'name'>): ComparisonSetting {
  if (name === 'smoke' || name === 'quick') {
    return { config: findPreset('smoke').changes, seeds: [0], budgets: ['epochs'] };
  }
  return { config: { ...findPreset('quick').changes, epochs: 4 }, seeds: [0, 1] };
}

/** Shows what a comparison found: a table and a figure for each budget, titled as no result. @throws Error outside a notebook. */
export async function displayComparison(title: string, { rows, runs, base, problems }: Comparison): Promise<void> {
  const results = runs.map(({ result }) => result);
  const budgets = (['epochs', 'gradients'] as const).filter((budget) => rows.some((row) => row.budget === budget));
  const shown = budgets.map((budget) => ({
    title: `${title}, ${BUDGETS[budget]}${titleEnd(QUICK, results[0]!.data.synthetic)}`,
    rows: rows.filter((row) => row.budget === budget),
    caption: `${captionOf(results)}; epochs of the base optimizer: ${Math.max(...results.map(({ config }) => config.epochs))}`,
  }));
  shown.forEach((part) => displayRecords(part.title, comparisonRecords(part.rows), COMPARISON_HEADINGS));
  if (problems.length > 0) {
    displayText(`**Left out:** ${problems.join('; ')}`);
  }
  displayText([`*${shown[0]!.caption}.*`, ...comparisonNotes(rows, base)].join('\n\n'));
  await displayFigure(...shown.filter((part) => part.rows.some(({ top1Error }) => top1Error !== null)).map(methodErrors));
}
