import { join } from 'node:path';
import { experimentFolders } from '../experiment/folders';
import { readAveragedResults } from '../experiment/repeats';
import { readFederatedResults } from '../federated/store';
import { defectEvidence, defectEvidenceNote, DEFECT_EVIDENCE_HEADINGS, DEFECT_EVIDENCE_TITLE } from '../report/defectEvidence';
import { displayFigure, displayRecords, displayText } from '../report/display';
import { federatedFigures, federatedGroups, federatedStudy } from '../report/federatedStudy';
import { methodErrors } from '../report/figures/methodErrors';
import { comparisonRecords, COMPARISON_HEADINGS, methodStudy, type MethodStudy, type MethodStudyName } from '../report/methodStudies';
import { PUBLISHED } from '../report/publishedWork';
import { describeStudy } from '../report/studyReading';

/**
 * Shows stored comparisons of methods on real images: table, what it supports in words, figure. A row that has not been run says so.
 *
 * @throws Error outside a notebook, and if a stored file is damaged or of another version.
 */
export async function displayMethodStudies(...names: readonly MethodStudyName[]): Promise<void> {
  const { results } = await readAveragedResults(experimentFolders('real').results);
  for (const name of names) {
    await displayStudy(methodStudy(results, name));
  }
}

/** Shows what stored runs say of each defect of the original's code, beside the same training without it. @throws Error as `displayMethodStudies`. */
export async function displayDefectEvidence(): Promise<void> {
  const { results } = await readAveragedResults(experimentFolders('real').results);
  displayRecords(DEFECT_EVIDENCE_TITLE, defectEvidence(results), DEFECT_EVIDENCE_HEADINGS);
  displayText(`*${defectEvidenceNote(results)}*`);
}

/** Shows the published federated runs; "Not run." where there are none. @throws Error as `displayMethodStudies`. */
export async function displayFederatedStudies(): Promise<void> {
  const stored = await readFederatedResults(join(experimentFolders('real').results, 'federated'));
  const results = stored.filter(({ preset }) => PUBLISHED.federatedPresets.includes(preset));
  const groups = federatedGroups(results);
  for (const group of groups) {
    await displayStudy(federatedStudy(group));
  }
  await displayFigure(...Object.values(federatedFigures(results)));
  if (groups.length === 0) {
    displayText('Federated methods: not run.');
  }
}

async function displayStudy(study: MethodStudy): Promise<void> {
  displayRecords(study.title, comparisonRecords(study.rows), COMPARISON_HEADINGS);
  displayText([`*${study.caption}.*`, describeStudy(study), ...study.notes].join('\n\n'));
  if (study.rows.filter(({ top1Error }) => top1Error !== null).length > 1) {
    await displayFigure(methodErrors(study));
  }
}
