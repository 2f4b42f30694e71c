import { CURVATURE_HEADINGS, curvatureCaption, curvatureRows, hasCurvature } from '../report/curvatureRows';
import { displayFigure, displayRecords, displayText } from '../report/display';
import { CURVATURE_NOT_RUN, NOT_MEASURED } from '../report/landscapeContents';
import { studyFigures } from '../report/landscapeFigures';
import type { LandscapeStudy } from '../report/landscapeStudies';
import { PUBLISHED, readLandscapes } from '../report/publishedWork';
import { seedTables } from '../report/trainingSeeds';
import { DATA } from '../files/stores';

const CURVATURE_FIGURE = 'spectrum';

/** Kinds of figures of a stored study: slices through both minima, surfaces over planes, paths between the minima. */
type SurfaceFigure = 'slices' | 'planes-surface' | 'planes-contour' | 'interpolation' | 'curve' | 'similarity';

/**
 * Shows figures of a published study of the landscape around two trained networks, in the order of their names here; "Not measured."
 * where none of them is stored.
 *
 * @param study its folder below `data/results/landscape`, such as 'laptop-cifar10'.
 * @throws Error outside a notebook, and if a stored file is damaged or of another version.
 * @example
 * await notebook.displaySurfaces('laptop-cifar10', 'slices', 'planes-contour', 'interpolation');
 */
export async function displaySurfaces(study: string, ...kinds: readonly SurfaceFigure[]): Promise<void> {
  const { studies } = await readLandscapes(DATA, [study]);
  const stored = studies.flatMap((found) => Object.entries(studyFigures(found)));
  const figures = kinds.flatMap((kind) => stored.filter(([name]) => name.endsWith(`-${kind}`)).map(([, figure]) => figure));
  await displayFigure(...figures);
  if (figures.length === 0) {
    displayText(NOT_MEASURED);
  }
}

/**
 * Shows what is published of the curvature and sharpness of trained networks: eigenvalues and spectra of each study that has
 * them, and measures of sharpness over training seeds.
 *
 * @throws Error as `displaySurfaces`.
 */
export async function displaySharpness(): Promise<void> {
  const { studies } = await readLandscapes(DATA, PUBLISHED.studies);
  for (const study of studies.filter(hasCurvature)) {
    await displayCurvature(study);
  }
  if (!studies.some(hasCurvature)) {
    displayText(CURVATURE_NOT_RUN);
  }
  seedTables(studies).forEach(({ caption, rows, headings }) => displayRecords(caption, rows, headings));
}

async function displayCurvature(study: LandscapeStudy): Promise<void> {
  displayRecords(curvatureCaption(study), curvatureRows(study), CURVATURE_HEADINGS);
  const figures = Object.entries(studyFigures(study)).filter(([name]) => name.endsWith(CURVATURE_FIGURE));
  await displayFigure(...figures.map(([, figure]) => figure));
}
