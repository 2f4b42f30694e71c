import { compare } from '../experiment/compare';
import type { ComparedMethod, Comparison, ComparisonProgress, ComparisonSetting } from '../experiment/comparison';
import { stoppedTraining } from '../experiment/interrupt';
import { longWork } from '../progress/longWork';
import { duration } from '../progress/progressBar';
import { methodErrors } from '../report/figures/methodErrors';
import { displayFigure, displayRecords, displayText } from '../report/display';
import { liveTraining } from '../report/liveTraining';
import { comparisonRecords, COMPARISON_HEADINGS } from '../report/methodStudies';
import { notebookOutput } from '../progress/notebookOutput';
import type { FigureText } from '../report/figures/specification';
import { describeSeeds } from '../report/recipe';
import { comparisonNotes } from '../report/studyNotes';
import { inOnePlace } from './trainLive';

/** The preset under which comparisons of notebooks are stored, apart from results. */
const QUICK = 'quick-comparison';

const BUDGETS = { epochs: 'equal epochs', gradients: 'equal gradient evaluations' } as const;

/**
 * `compare` with live figures: progress below the running cell, and the time left for the whole comparison. An interrupt of the
 * kernel ends it after the step under way. Stored runs are kept, and the same cell resumes it: from the run's checkpoint, or, for a
 * rule without `storeAs`, from the start of that run.
 *
 * @throws StoppedError after an interrupt. Else as `compare`.
 * @example
 * const comparison = await notebook.compareLive([{ method: 'sgd' }, { method: 'sam' }], { config: { epochs: 4 }, seeds: [0, 1, 2] });
 * await notebook.displayComparison({ title: 'SGD and SAM', caption: 'CIFAR-10; ResNet-50' }, comparison);
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
      throw stoppedTraining(current, resumable);
    }
    return comparison;
  });
}

/**
 * Shows what a comparison found: a table and a figure for each budget.
 *
 * @param text title, and a caption that says on which data and networks; seeds and epochs are added to it.
 * @throws Error outside a notebook.
 */
export async function displayComparison({ title, caption }: FigureText, { rows, runs, base, problems }: Comparison): Promise<void> {
  const configs = runs.map(({ result }) => result.config);
  const about = `${caption}; ${describeSeeds(configs.map(({ seed }) => seed))}; epochs of the base optimizer: ${Math.max(...configs.map(({ epochs }) => epochs))}`;
  const budgets = (['epochs', 'gradients'] as const).filter((budget) => rows.some((row) => row.budget === budget));
  const shown = budgets.map((budget) => ({ title: `${title}, ${BUDGETS[budget]}`, rows: rows.filter((row) => row.budget === budget), caption: about }));
  shown.forEach((part) => displayRecords(part.title, withoutIdleColumn(part.rows), COMPARISON_HEADINGS));
  if (problems.length > 0) {
    displayText(`**Left out:** ${problems.join('; ')}`);
  }
  displayText([`*${about}.*`, ...comparisonNotes(rows, base)].join('\n\n'));
  await displayFigure(...shown.filter((part) => part.rows.some(({ top1Error }) => top1Error !== null)).map(methodErrors));
}

/** With five classes or fewer there can be no top-5 error. */
function withoutIdleColumn(rows: Comparison['rows']): readonly object[] {
  const records = comparisonRecords(rows);
  return rows.every(({ top5Error }) => top5Error === null || top5Error === 0) ? records.map((record) => Object.fromEntries(Object.entries(record).filter(([column]) => column !== 'top5'))) : records;
}
