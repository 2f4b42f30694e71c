import { join } from 'node:path';
import { experimentFolders } from '../experiment/folders';
import { CURVATURE_HEADINGS, curvatureCaption, curvatureRows } from '../report/curvatureRows';
import { displayFigure, displayRecords, displayText } from '../report/display';
import { studyFigures } from '../report/landscapeFigures';
import { readStudies } from '../report/landscapeStudies';
import { seedTables } from '../report/trainingSeeds';

const CURVATURE_FIGURE = 'spectrum';

/** Shows what is stored of the landscapes around trained networks: surfaces, slices, paths and similarity, or eigenvalues and sharpness. */
export async function displayLandscapes(part: 'surfaces' | 'curvature'): Promise<void> {
  const studies = await readStudies(join(experimentFolders('real').results, 'landscape'));
  for (const study of studies) {
    if (part === 'curvature') {
      displayRecords(curvatureCaption(study), curvatureRows(study), CURVATURE_HEADINGS);
    }
    const figures = Object.entries(studyFigures(study)).filter(([name]) => name.endsWith(CURVATURE_FIGURE) === (part === 'curvature'));
    await displayFigure(...figures.map(([, figure]) => figure));
  }
  if (part === 'curvature') {
    seedTables(studies).forEach(({ caption, rows, headings }) => displayRecords(caption, rows, headings));
  }
  if (studies.length === 0) {
    displayText('Not measured.');
  }
}
