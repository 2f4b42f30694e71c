import { pictures } from './contents';
import { CURVATURE_HEADINGS, curvatureCaption, curvatureRows } from './curvatureRows';
import type { Contents } from './fill';
import type { LandscapeStudy } from './landscapeStudies';
import { recordsToMarkdown } from './recordTable';
import type { NamedFigures } from './reportFigures';
import { seedTables } from './trainingSeeds';

/** What the documents take from stored landscape studies, by the name of its place: the tables of curvature and sharpness, and all figures. */
export function landscapeContents(studies: readonly LandscapeStudy[], figures: NamedFigures): Contents {
  const tables = studies.map((study) => recordsToMarkdown(curvatureCaption(study), curvatureRows(study), CURVATURE_HEADINGS));
  const overSeeds = seedTables(studies).map(({ caption, rows, headings }) => recordsToMarkdown(caption, rows, headings));
  return {
    curvature: tables.join('\n\n') || 'Not measured.',
    'sharpness-over-seeds': overSeeds.join('\n\n') || 'Not measured.',
    'landscape-figures': pictures(figures, 'landscape-'),
  };
}
