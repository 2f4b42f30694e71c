import { join } from 'node:path';
import { experimentFolders } from '../experiment/folders';
import { CURVATURE_HEADINGS, curvatureCaption, curvatureRows } from '../report/curvatureRows';
import { displayFigure, displayRecords, displayText } from '../report/display';
import { figuresOfNetworks, studyFigures } from '../report/landscapeFigures';
import { readStudies, type LandscapeStudy } from '../report/landscapeStudies';
import { seedTables } from '../report/trainingSeeds';

const CURVATURE_FIGURE = 'spectrum';

/** Shows what is stored of the landscapes around trained networks: surfaces, slices, paths and similarity of one training seed each, or eigenvalues and sharpness of all. */
export async function displayLandscapes(part: 'surfaces' | 'curvature'): Promise<void> {
  const studies = await readStudies(join(experimentFolders('real').results, 'landscape'));
  if (part === 'surfaces') {
    const figures = Object.entries(figuresOfNetworks(studies)).filter(([name]) => !name.endsWith(CURVATURE_FIGURE));
    await displayFigure(...figures.map(([, figure]) => figure));
  } else {
    await displayCurvature(studies);
  }
  if (studies.length === 0) {
    displayText('Not measured.');
  }
}

async function displayCurvature(studies: readonly LandscapeStudy[]): Promise<void> {
  for (const study of studies) {
    displayRecords(curvatureCaption(study), curvatureRows(study), CURVATURE_HEADINGS);
    const figures = Object.entries(studyFigures(study)).filter(([name]) => name.endsWith(CURVATURE_FIGURE));
    await displayFigure(...figures.map(([, figure]) => figure));
  }
  seedTables(studies).forEach(({ caption, rows, headings }) => displayRecords(caption, rows, headings));
}
