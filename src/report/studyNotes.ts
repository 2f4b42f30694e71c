import { batchesPerEpoch } from '../data/batches';
import type { ComparisonRow } from '../experiment/comparisonRows';
import type { ExperimentConfig } from '../experiment/config';
import { DEFAULT_CONFIG } from '../experiment/defaultConfig';
import type { RunResult } from '../experiment/result';
import { createModel } from '../models/create';
import { parameterCount } from '../models/model';

/** What the columns of a comparison are, in sentences; `matched` is what runs of a pair share, such as "the same seed". */
export function comparisonNotes(rows: readonly ComparisonRow[], base: string, matched = 'the same seed'): readonly string[] {
  const tests = rows[0]?.tests ?? 0;
  const family =
    tests === 0
      ? 'One run has neither interval nor test.'
      : `"p, Holm" is p corrected by Holm's procedure for the ${tests === 1 ? 'one test' : `${tests} tests`} of this table; intervals are of single differences and not corrected. "Detectable" is the smallest difference in error that such a test would have found with a power of 80 %, at 5 % for ${tests === 1 ? 'the table' : `all ${tests} together`} and with differences that scatter as these do. One run has neither interval nor test.`;
  return [`Means over seeds ± half the 95 % interval of Student t. Differences are from ${base} with ${matched}, in pairs; those of the error are tested, those of the test loss are not. ${family}`];
}

/** A note where runs of several seeds share one draw of the images, or of what else is drawn with them. */
export function drawNote(configs: readonly { readonly seed: number; readonly subsetSeed: number }[], drawn = 'images'): readonly string[] {
  const [draws, seeds] = [new Set(configs.map(({ subsetSeed }) => subsetSeed)), new Set(configs.map(({ seed }) => seed))];
  return draws.size === 1 && seeds.size > 1
    ? [`All of these runs share one draw of ${drawn} (subsetSeed ${[...draws][0]!}), so the intervals do not include the scatter from draw to draw.`]
    : [];
}

/** The configurations of runs that draw their images at all. */
export function drawnConfigs(runs: readonly RunResult[]): readonly ExperimentConfig[] {
  return runs.map(({ config }) => config).filter(({ imagesPerClass, labelNoise }) => imagesPerClass > 0 || labelNoise > 0);
}

/** A note where rows with different batch sizes take different numbers of steps. */
export function stepsNote(configs: readonly ExperimentConfig[], trainingImages: number | undefined): readonly string[] {
  const sizes = [...new Set(configs.map(({ batchSize }) => batchSize))];
  if (sizes.length < 2 || trainingImages === undefined) {
    return [];
  }
  const steps = sizes.map((size) => {
    const { epochs, lastBatch } = configs.find(({ batchSize }) => batchSize === size)!;
    return `${Math.round(epochs * batchesPerEpoch(trainingImages, size, lastBatch)).toLocaleString('en-US')} steps in batches of ${size}`;
  });
  return [`A run takes ${steps.join(', ')}, so rows of different batches also differ in the number of steps.`];
}

/** How far in the 2-norm each row of FGSM with a radius for each coordinate can go, beside SAM's radius; nothing where there is no such row. */
export function reachNote(configs: readonly ExperimentConfig[], labelOf: (config: ExperimentConfig) => string): readonly string[] {
  const own = configs.filter(({ method, radiusIn, ascentBall }) => method === 'fgsm' && radiusIn === 'ownNorm' && ascentBall === 'infinity');
  if (own.length === 0) {
    return [];
  }
  const radius = configs.find(({ method }) => method === 'sam')?.rho ?? DEFAULT_CONFIG.rho;
  const reaches = new Map(own.map((config) => [labelOf(config), `${labelOf(config)}: ${Number(reachOf(config).toPrecision(2))}`]));
  return [`Rows with ρ for each coordinate are not at the 2-norm of SAM's radius, ${radius}. The 2-norm that each can reach on this network: ${[...reaches.values()].join('; ')}.`];
}

/** The largest 2-norm of an FGSM perturbation: every element at its bound. */
function reachOf({ rho, ascentSteps, ascentStepLength, ascentProjection, ascentBound, model, stem, dataset }: ExperimentConfig): number {
  const stepped = ascentSteps * (ascentStepLength === 0 ? rho / ascentSteps : ascentStepLength * rho);
  const element = ascentProjection ? Math.min(stepped, ascentBound === 0 ? rho : ascentBound) : stepped;
  return element * Math.sqrt(parameterCount(createModel(model, stem, dataset === 'cifar10' ? 10 : 100)));
}
