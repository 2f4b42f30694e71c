import { CURVATURE_HEADINGS, curvatureCaption, curvatureRows, hasCurvature } from '../report/curvatureRows';
import { displayFigure, displayRecords, displayText } from '../report/display';
import { CURVATURE_NOT_RUN, NOT_MEASURED } from '../report/landscapeContents';
import { studyFigures } from '../report/landscapeFigures';
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
 * Shows what is published of the curvature and sharpness of trained networks: measures over training seeds, one spectrum of
 * eigenvalues, and the networks one by one of studies that are part of no such table.
 *
 * @returns what the tables find, a sentence or two for each; empty where there are none.
 * @throws Error as `displaySurfaces`.
 */
export async function displaySharpness(): Promise<string> {
  const { studies } = await readLandscapes(DATA, PUBLISHED.studies);
  const tables = seedTables(studies);
  tables.forEach(({ caption, rows, headings }) => displayRecords(caption, rows, headings));
  const inTables = new Set(tables.flatMap(({ studies: names }) => names));
  for (const study of studies.filter((one) => hasCurvature(one) && !inTables.has(one.name))) {
    displayRecords(curvatureCaption(study), curvatureRows(study), CURVATURE_HEADINGS);
  }
  const spectra = studies.flatMap((study) => Object.entries(studyFigures(study)).filter(([name]) => name.endsWith(CURVATURE_FIGURE)));
  await displayFigure(...spectra.slice(0, 1).map(([, figure]) => figure));
  displayText(studies.some(hasCurvature) ? 'The tables of each network are in docs/appendix.md, "The two minima".' : CURVATURE_NOT_RUN);
  return tables.map(({ model, atEqualLoss, verdict, direction }) => `${model}${atEqualLoss ? ' at equal training loss' : ''}: ${verdict} On average ${direction}.`).join(' ');
}
