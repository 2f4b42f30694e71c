import { pictures } from './contents';
import { CURVATURE_HEADINGS, curvatureCaption, curvatureRows, hasCurvature, hasSharpness, SHARPNESS_HEADINGS, sharpnessCaption, sharpnessRows } from './curvatureRows';
import { curvatureCostMarkdown } from './curvatureCost';
import type { Contents } from './fill';
import { readFlatness } from './flatness';
import type { LandscapeStudy } from './landscapeStudies';
import { recordsToMarkdown } from './recordTable';
import type { NamedFigures } from './figures/specification';
import { seedTables, withoutTwins, type SeedTable } from './trainingSeeds';

/** The text in place of tables that have not been measured. */
export const NOT_MEASURED = 'Not measured.';

/** The text in place of tables of curvature that have not been measured. */
export const CURVATURE_NOT_RUN = 'Eigenvalues, traces and spectral densities of the Hessian, and surfaces along its eigenvectors, are to be measured with exact products: not run yet.';

/** What the documents take from stored landscape studies, by the name of its place: the tables of sharpness and of curvature, and all figures. */
export function landscapeContents(studies: readonly LandscapeStudy[], figures: NamedFigures): Contents {
  const sharpness = studies.filter(hasSharpness).map((study) => recordsToMarkdown(sharpnessCaption(study), sharpnessRows(study), SHARPNESS_HEADINGS));
  const curvature = studies.filter(hasCurvature).map((study) => recordsToMarkdown(curvatureCaption(study), curvatureRows(study), CURVATURE_HEADINGS));
  const overSeeds = seedTables(studies);
  const markdown = ({ headings }: SeedTable, rows: SeedTable['rows'], caption: string): string => recordsToMarkdown(caption, rows, headings);
  return {
    sharpness: sharpness.join('\n\n') || NOT_MEASURED,
    curvature: curvature.join('\n\n') || CURVATURE_NOT_RUN,
    'sharpness-over-seeds': overSeeds.map((table) => markdown(table, table.rows, table.caption)).join('\n\n') || NOT_MEASURED,
    'sharpness-over-seeds-short': withoutTwins(overSeeds).map((table) => `${markdown(table, table.shortRows, table.shortCaption)}\n\n${linkedStudies(table)}`).join('\n\n') || NOT_MEASURED,
    'flatness-reading': readFlatness(studies),
    'curvature-cost': curvatureCostMarkdown(studies),
    'landscape-figures': pictures(figures, 'landscape-'),
  };
}

/** Links to the folders of the studies that a table is made of. */
function linkedStudies({ studies }: SeedTable): string {
  return `*Studies: ${studies.map((name) => `[${name}](data/results/landscape/${name})`).join(', ')}.*`;
}
