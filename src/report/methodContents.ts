import type { RunResult } from '../experiment/result';
import type { FederatedResult } from '../federated/result';
import { readClip, readSisterSteps, sisterTable } from './clipCounterfactual';
import { pictures } from './contents';
import { defectEvidenceMarkdown } from './defectEvidence';
import { federatedFigures, federatedGroups, federatedStudy } from './federatedStudy';
import { methodErrors } from './figures/methodErrors';
import type { Contents } from './fill';
import { METHOD_STUDIES, methodStudy, methodStudyMarkdown, type MethodStudyName } from './methodStudies';
import type { NamedFigures } from './reportFigures';
import { shortMethodTable } from './shortTables';
import { readStudy } from './studyReading';

const NAMES = Object.keys(METHOD_STUDIES) as readonly MethodStudyName[];

/** The figures of the quick comparisons that have a finished run, and of the federated runs. */
export function methodFigures(results: readonly RunResult[], federated: readonly FederatedResult[]): NamedFigures {
  const studies = NAMES.map((name) => ({ name, study: methodStudy(results, name) })).filter(({ study }) => study.rows.some(({ top1Error }) => top1Error !== null));
  return { ...Object.fromEntries(studies.map(({ name, study }) => [`${name}-methods`, methodErrors(study)])), ...federatedFigures(federated) };
}

/** What REPORT.md takes from the quick comparisons and the federated runs, by the name of its place: tables, readings, figures. */
export function methodContents(results: readonly RunResult[], federated: readonly FederatedResult[], figures: NamedFigures): Contents {
  const table = (name: MethodStudyName): string => methodStudyMarkdown(methodStudy(results, name));
  const short = (name: MethodStudyName): string => shortMethodTable(methodStudy(results, name));
  const reading = (name: MethodStudyName): string => readStudy(methodStudy(results, name));
  const groups = federatedGroups(federated).map(federatedStudy);
  return {
    family: table('family'),
    'family-short': short('family'),
    'family-reading': reading('family'),
    'family-figures': pictures(figures, 'family-'),
    'fgsm-steps': table('fgsm-steps'),
    'fgsm-steps-short': short('fgsm-steps'),
    'fgsm-steps-reading': reading('fgsm-steps'),
    'fgsm-steps-figures': pictures(figures, 'fgsm-steps-'),
    'fgsm-clip': [table('fgsm-clip'), table('fgsm-sister')].join('\n\n'),
    'fgsm-clip-short': short('fgsm-clip'),
    'fgsm-clip-reading': [readClip(results), readSisterSteps(results, 'fgsm-clip'), readSisterSteps(results, 'fgsm-sister')].join(' '),
    'fgsm-clip-tests': [`Original's radius and clip: ${reading('fgsm-clip')}`, `Sister project's network: ${reading('fgsm-sister')}`].join('\n\n'),
    'fgsm-clip-figures': pictures(figures, 'fgsm-clip-', 'fgsm-sister-'),
    'sister-table': sisterTable(),
    defects: [table('defects'), table('defects-cifar100')].join('\n\n'),
    'defects-reading': [`CIFAR-10: ${reading('defects')}`, `CIFAR-100: ${reading('defects-cifar100')}`].join('\n\n'),
    'defects-evidence': defectEvidenceMarkdown(results),
    'defects-figures': pictures(figures, 'defects-'),
    federated: groups.map(methodStudyMarkdown).join('\n\n') || 'Not run.',
    'federated-reading': groups.map(readStudy).join('\n\n') || 'Not run.',
    'federated-figures': pictures(figures, 'federated-'),
  };
}
