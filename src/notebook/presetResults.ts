import type { ExperimentConfig } from '../experiment/config';
import { findPreset, presetConfigs, tuningConfigs } from '../experiment/presets';
import { readAveragedResults } from '../experiment/repeats';
import type { FigureSpecification } from '../report/figures/specification';
import { DATASET_NAMES, describeModel, describeRecipe, describeSeeds } from '../report/recipe';
import { resultFigures } from '../report/reportFigures';
import { errorTables, tuningTables, type ResultTable } from '../report/tables';
import type { NotebookPreset } from './preset';

/** What is stored of a preset's runs on one data set. Where nothing was run there are tables that say so, and no figures. */
export interface PresetResults {
  /** Table 1 or 2 of the report, one for each recipe. */
  readonly tables: readonly ResultTable[];
  /** The trials that chose learning rate and rho. */
  readonly trials: readonly ResultTable[];
  /** Loss and error by epoch, one figure for each recipe and length of training. */
  readonly curves: readonly FigureSpecification[];
  /** Final errors by length of training, one figure for each recipe. */
  readonly finalErrors: readonly FigureSpecification[];
  /** Held-out error by learning rate and rho. */
  readonly tuning: readonly FigureSpecification[];
}

/** Reads the stored results of a notebook's preset and shapes them. @throws Error if a stored file is damaged or of another version. */
export async function presetResults({ members, folders }: NotebookPreset, dataset: ExperimentConfig['dataset']): Promise<PresetResults> {
  const { results } = await readAveragedResults(folders.results);
  const selections = members.map((preset) => ({ preset, dataset }));
  const figures = members.flatMap((preset) => Object.entries(resultFigures(results, preset)).map(([name, figure]) => ({ kind: name.slice(`${preset}-`.length), figure })));
  const ofKind = (kind: string): FigureSpecification[] => figures.filter((named) => named.kind.startsWith(`${dataset}-${kind}`)).map(({ figure }) => figure);
  return {
    tables: selections.flatMap((selection) => errorTables(results, selection)).filter(({ rows }) => rows.length > 0),
    trials: selections.flatMap((selection) => tuningTables(results, selection)),
    curves: ofKind('training'),
    finalErrors: ofKind('final-errors'),
    tuning: ofKind('tuning'),
  };
}

/** What a preset runs on a data set, in words: a list in Markdown with one paragraph for each of its recipes. */
export function describePreset({ name, members, trains }: NotebookPreset, dataset: ExperimentConfig['dataset']): string {
  const recipes = members.flatMap((member) => describeMember(member, dataset));
  const what = trains ? 'makes the runs that are not stored yet' : 'reads stored runs and makes none of them';
  return [`The **${name}** preset on ${DATASET_NAMES[dataset]}. This notebook ${what}.`, ...recipes].join('\n\n');
}

function describeMember(member: string, dataset: ExperimentConfig['dataset']): string[] {
  const preset = findPreset(member);
  const configs = presetConfigs(preset).filter((config) => config.dataset === dataset);
  const trials = tuningConfigs(preset, dataset);
  return [...new Set(configs.map(describeModel))].map((model) => {
    const runs = configs.filter((config) => describeModel(config) === model);
    const first = runs[0]!;
    const lengths = [...new Set(runs.map(({ epochs }) => epochs))].join(', ');
    const images = first.imagesPerClass === 0 ? 'all training images' : `${first.imagesPerClass} training images of each class`;
    const tested = first.testImagesPerClass === 0 ? 'the whole test set' : `${first.testImagesPerClass} test images of each class`;
    const tuned = trials.length === 0 ? `Peak learning rate ${first.learningRate}, ρ = ${first.rho} for SAM.` : `Peak learning rate and ρ come from ${trials.length} trials on ${first.heldOutPerClass} held-out training images of each class.`;
    const seeds = describeSeeds(runs.map(({ seed }) => seed));
    return `- **${model}** (${member}): ${runs.length} runs, SGD and SAM, ${lengths} epochs, ${seeds}; ${images}, ${tested}. ${tuned} Otherwise: ${describeRecipe(first)}`;
  });
}
