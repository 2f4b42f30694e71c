import { CURVATURE_HEADINGS, curvatureCaption, curvatureRows, hasCurvature, hasSharpness, SHARPNESS_HEADINGS, sharpnessCaption, sharpnessRows } from '../report/curvatureRows';
import { displayFigure, displayRecords, displayText } from '../report/display';
import { CURVATURE_NOT_RUN } from '../report/landscapeContents';
import { figuresOfNetworks, studyFigures } from '../report/landscapeFigures';
import type { LandscapeStudy } from '../report/landscapeStudies';
import { PUBLISHED, readLandscapes } from '../report/publishedWork';
import { seedTables } from '../report/trainingSeeds';
import { DATA } from '../files/stores';

const CURVATURE_FIGURE = 'spectrum';

/** Shows what is published of the landscapes around trained networks: surfaces, slices, paths and similarity of one training seed each, or eigenvalues and sharpness of all. */
export async function displayLandscapes(part: 'surfaces' | 'curvature'): Promise<void> {
  const { studies } = await readLandscapes(DATA, PUBLISHED.studies);
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
  for (const study of studies.filter(hasSharpness)) {
    displayRecords(sharpnessCaption(study), sharpnessRows(study), SHARPNESS_HEADINGS);
  }
  for (const study of studies.filter(hasCurvature)) {
    displayRecords(curvatureCaption(study), curvatureRows(study), CURVATURE_HEADINGS);
    const figures = Object.entries(studyFigures(study)).filter(([name]) => name.endsWith(CURVATURE_FIGURE));
    await displayFigure(...figures.map(([, figure]) => figure));
  }
  if (studies.length > 0 && !studies.some(hasCurvature)) {
    displayText(CURVATURE_NOT_RUN);
  }
  seedTables(studies).forEach(({ caption, rows, headings }) => displayRecords(caption, rows, headings));
}
