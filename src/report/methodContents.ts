import type { RunResult } from '../experiment/result';
import type { FederatedResult } from '../federated/result';
import { isSisterStep, readClip, readSisterSteps, sisterTable } from './clipCounterfactual';
import { pictures } from './contents';
import { defectEvidenceMarkdown } from './defectEvidence';
import { describeDifferences } from './differenceReading';
import { federatedFigures, federatedGroups, federatedStudy, linkedRuns } from './federatedStudy';
import { methodErrors } from './figures/methodErrors';
import type { Contents } from './fill';
import { noiseFigures, noiseMarkdown, noiseNotRun, noiseStudies, readNoise } from './labelNoise';
import { METHOD_STUDIES, methodStudy, methodStudyMarkdown, SMALL_BUDGET, type MethodStudy, type MethodStudyName } from './methodStudies';
import { architecturesMarkdown, costsOfMethodsMarkdown, schedulesMarkdown } from './openQuestions';
import type { NamedFigures } from './figures/specification';
import { shortMethodTable } from './shortTables';
import { describeStudy } from './studyReading';

const NAMES = Object.keys(METHOD_STUDIES) as readonly MethodStudyName[];

/** The figures of the comparisons of methods that have finished runs of two or more, of training on wrong labels, and of the federated runs. */
export function methodFigures(results: readonly RunResult[], federated: readonly FederatedResult[]): NamedFigures {
  const studies = NAMES.map((name) => ({ name, study: methodStudy(results, name) })).filter(({ study }) => study.rows.filter(({ top1Error }) => top1Error !== null).length > 1);
  return { ...Object.fromEntries(studies.map(({ name, study }) => [`${name}-methods`, methodErrors(study)])), ...noiseFigures(results), ...federatedFigures(federated) };
}

/** What REPORT.md takes from the comparisons of methods and the federated runs, by the name of its place: tables, readings, figures. */
export function methodContents(results: readonly RunResult[], federated: readonly FederatedResult[], figures: NamedFigures): Contents {
  const studies = Object.fromEntries(NAMES.map((name) => [name, methodStudy(results, name)])) as Readonly<Record<MethodStudyName, MethodStudy>>;
  const table = (name: MethodStudyName): string => methodStudyMarkdown(studies[name]);
  const reading = (name: MethodStudyName): string => describeStudy(studies[name]);
  const short = (name: MethodStudyName): string => shortMethodTable(studies[name]);
  const groups = federatedGroups(federated);
  const noise = noiseStudies(results);
  return {
    'fast-radii': table('fast-radii'),
    'fast-radii-answer': answerOfFastNetwork(studies['fast-radii']),
    family: table('family'),
    'family-short': short('family'),
    'family-reading': reading('family'),
    'family-figures': pictures(figures, 'family-'),
    'fgsm-steps': table('fgsm-steps'),
    'fgsm-steps-short': short('fgsm-steps'),
    'fgsm-steps-reading': reading('fgsm-steps'),
    'fgsm-steps-figures': pictures(figures, 'fgsm-steps-'),
    'fgsm-clip': [table('fgsm-clip'), table('fgsm-sister')].join('\n\n'),
    'fgsm-clip-short': shortMethodTable(clipAlone(studies['fgsm-clip'])),
    'fgsm-clip-reading': [readClip(results), readSisterSteps(results, 'fgsm-clip'), readSisterSteps(results, 'fgsm-sister')].join(' '),
    'fgsm-clip-tests': [`Original's radius and clip: ${reading('fgsm-clip')}`, `Sister project's network: ${reading('fgsm-sister')}`].join('\n\n'),
    'fgsm-clip-figures': pictures(figures, 'fgsm-clip-', 'fgsm-sister-'),
    'sister-table': sisterTable(),
    defects: [table('defects'), table('defects-cifar100')].join('\n\n'),
    'defects-reading': [`CIFAR-10: ${reading('defects')}`, `CIFAR-100: ${reading('defects-cifar100')}`].join('\n\n'),
    'defects-evidence': defectEvidenceMarkdown(results),
    'defects-figures': pictures(figures, 'defects-'),
    // Where nothing is run, one sentence of the reading says so.
    'label-noise': noise.map(noiseMarkdown).join('\n\n'),
    'label-noise-reading': noise.map(readNoise).join('\n\n') || 'Not run.',
    'label-noise-not-run': noiseNotRun(noise),
    'label-noise-figures': noise.length === 0 ? '' : pictures(figures, 'label-noise-'),
    'question-architectures': architecturesMarkdown(results),
    'question-cost': costsOfMethodsMarkdown(results),
    'question-schedules': schedulesMarkdown(results),
    federated: groups.map((group) => methodStudyMarkdown(federatedStudy(group))).join('\n\n') || 'Not run.',
    'federated-reading': groups.map((group) => `${describeStudy(federatedStudy(group))} ${linkedRuns(group)}`).join('\n\n') || 'Not run.',
    'federated-figures': pictures(figures, 'federated-'),
  };
}

/** What the fast network says of SAM on all images, for the conclusion. */
function answerOfFastNetwork(study: MethodStudy): string {
  return study.rows.some(({ pValue }) => pValue !== null)
    ? `The fast network on all of CIFAR-10 (preset \`fast-radii\`): ${describeDifferences(study)}`
    : 'The fast network on all of CIFAR-10 (preset `fast-radii`) is **not run** with SAM.';
}

/** The comparison without the sister project's steps; its tests stay corrected for all tests that were made. */
function clipAlone(study: MethodStudy): MethodStudy {
  const ofSister = (method: string): boolean => (study.runsOf?.get(method) ?? []).some(({ config }) => isSisterStep(config));
  return { ...study, title: `The original's FGSM with its clip and without${SMALL_BUDGET}`, rows: study.rows.filter(({ method }) => !ofSister(method)) };
}
