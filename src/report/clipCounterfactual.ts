import { PUBLISHED_DEFECTS } from '../experiment/publishedDefects';
import type { ExperimentConfig } from '../experiment/config';
import type { ComparisonRow } from '../experiment/comparisonRows';
import type { RunResult } from '../experiment/result';
import { rowBeside, runsWith, type Settings } from './matchedRuns';
import { describeModel } from './recipe';
import { recordsToMarkdown } from './recordTable';
import { SISTER_ERRORS, type SisterError } from './published';
import { trains } from './studyReading';

/** The original's FGSM with two steps, by what its clip does. */
const CLIPS = {
  working: { ...PUBLISHED_DEFECTS.fgsmAsItRan, ascentProjection: true, ascentBound: 0.001 },
  missing: PUBLISHED_DEFECTS.fgsmAsItRan,
  atRadius: { ...PUBLISHED_DEFECTS.fgsmAsItRan, ascentProjection: true, ascentBound: 0 },
} as const satisfies Readonly<Record<string, Settings>>;

/** Steps of the sister project's FGSM that are tried. */
const SISTER: Settings = { method: 'fgsm', rho: 0.00025, radiusIn: 'ownNorm', ascentProjection: false };

/** Whether a run takes the sister project's steps. */
export function isSisterStep(config: ExperimentConfig): boolean {
  return (Object.keys(SISTER) as (keyof Settings)[]).every((key) => config[key] === SISTER[key]);
}

function clipRow(results: readonly RunResult[], clip: keyof typeof CLIPS): ComparisonRow | undefined {
  const [row] = rowBeside(runsWith(results, 'fgsm-clip', CLIPS[clip]), []);
  return row !== undefined && (row.n > 0 || row.divergedSeeds !== '') ? row : undefined;
}

/** Whether the deciding pair is stored: the original's radius with its clip working, and without it. */
export function clipIsRun(results: readonly RunResult[]): boolean {
  return clipRow(results, 'working') !== undefined && clipRow(results, 'missing') !== undefined;
}

/**
 * Whether radius or clip explains that the original's FGSM did not train, as far as the stored runs show. A network counts as
 * trained if its training error is clearly below chance; a run that diverged does not count.
 */
export function readClip(results: readonly RunResult[]): string {
  const [working, missing, atRadius] = (['working', 'missing', 'atRadius'] as const).map((clip) => clipRow(results, clip));
  if (working === undefined || missing === undefined) {
    return 'Radius 0.05 for each coordinate with the clip working at 0.001 and with it not working, the pair that decides, is not run; so neither the radius nor the missing clip can be named as the cause.';
  }
  const outcomes = [
    `On a small network and budget (${budget(results)}) with the clip working at 0.001, ${outcome(working)}; with it not working, ${outcome(missing)}`,
    atRadius && `with a clip at the radius itself, ${outcome(atRadius)}`,
  ].filter((text) => text !== undefined).join('; ');
  return `${outcomes}. ${cause(working, missing, atRadius)}`;
}

function cause(working: ComparisonRow, missing: ComparisonRow, atRadius: ComparisonRow | undefined): string {
  const learns = (row: ComparisonRow): boolean => trains(row, 'cifar10');
  if (learns(missing)) {
    return 'On this network and budget neither the radius nor the missing clip keeps it from training.';
  }
  if (!learns(working)) {
    return 'The clip does not explain it: clipped to 0.001 for each coordinate this network does not train either, and smaller bounds are needed.';
  }
  const how = atRadius === undefined ? ' without a clip' : learns(atRadius) ? ' without a clip, not with one at the radius itself' : ', unclipped or clipped at the radius itself';
  return `So steps of 0.05 for each coordinate keep this network from training${how}; bounded by 0.001, as the code asks for, they do not. For ResNet-50, where the same bound allows a larger 2-norm, it is open.`;
}

/** "ResNet-20, 1,000 training images, 5 epochs" */
function budget(results: readonly RunResult[]): string {
  const { config, data } = runsWith(results, 'fgsm-clip', CLIPS.working)[0]!;
  return `${describeModel(config)}, ${data.trainImages.toLocaleString('en-US')} training images, ${config.epochs} epochs`;
}

function outcome(row: ComparisonRow): string {
  const error = row.trainTop1Error === null ? 'all runs diverge' : `${trains(row, 'cifar10') ? 'it trains' : 'it stays near chance'} (training error ${row.trainTop1Error.toFixed(1)} %, n = ${row.n})`;
  return row.divergedSeeds === '' || row.trainTop1Error === null ? error : `${error}, with diverged seeds ${row.divergedSeeds}`;
}

/** For which numbers of the sister project's steps a network trains, on the small budget or on the project's own network. */
export function readSisterSteps(results: readonly RunResult[], preset: 'fgsm-clip' | 'fgsm-sister'): string {
  const steps = preset === 'fgsm-clip' ? 'Steps of 0.00025, as in a sister project (`isdevnull/SAM_project`),' : "On that project's own network, ResNet-56 in batches of 512, these steps";
  const rows = [1, 2, 3, 4, 5, 10].flatMap((ascentSteps) => {
    const [row] = rowBeside(runsWith(results, preset, { ...SISTER, ascentSteps }), []);
    return row === undefined || (row.n === 0 && row.divergedSeeds === '') ? [] : [{ ascentSteps, learns: trains(row, 'cifar10') }];
  });
  if (rows.length === 0) {
    return `${steps} are not run.`;
  }
  const list = (learns: boolean): string => rows.filter((row) => row.learns === learns).map(({ ascentSteps }) => ascentSteps).join(', ');
  const parts = [list(true) && `train the network for T = ${list(true)}`, list(false) && `leave it near chance for T = ${list(false)}`].filter((text) => text !== '');
  const missing = [1, 2, 3, 4, 5, 10].filter((wanted) => !rows.some(({ ascentSteps }) => ascentSteps === wanted));
  const own = preset === 'fgsm-clip' ? '; there, more than 3 did not train' : '';
  return `${steps} ${parts.join(' and ')}${missing.length === 0 ? '' : `; T = ${missing.join(', ')} is not run`}${own}.`;
}

/** The sister project's printed rows, errors as top-1 / top-5. */
export function sisterTable(): string {
  const cell = ({ top1Error, top5Error }: SisterError): string => `${top1Error.toFixed(2)} / ${top5Error.toFixed(2)}`;
  const tables = (['cifar10', 'cifar100'] as const).map((dataset) => {
    const of = SISTER_ERRORS.filter((error) => error.dataset === dataset);
    const epochs = [...new Set(of.map((error) => error.epochs))];
    const rows = [...new Set(of.map(({ method }) => method))].map((method) =>
      ({ method, ...Object.fromEntries(epochs.map((epoch) => [`epoch ${epoch}`, cell(of.find((error) => error.method === method && error.epochs === epoch)!)])) }),
    );
    return recordsToMarkdown(`The sister project's test errors on ${dataset === 'cifar10' ? 'CIFAR-10' : 'CIFAR-100'}, top-1 / top-5, %`, rows, { method: 'Method' });
  });
  return [...tables, '*As `isdevnull/SAM_project` prints them: one run a row, ResNet-56, batches of 512, learning rate 0.1 throughout, all training images; none of ours.*'].join('\n\n');
}
