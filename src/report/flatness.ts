import type { LandscapeStudy } from './landscapeStudies';
import { seedTables, withoutTwins, type SeedRow, type SeedTable } from './trainingSeeds';

/**
 * What the abstract tells of flatness: of each network its curvature over the distances that SAM trains with and how many measures are lower
 * for SAM, for those compared at equal training loss and for others at the end of training, beside the losses there.
 */
export function readFlatness(studies: readonly LandscapeStudy[]): string {
  const tables = withoutTwins(seedTables(studies));
  const equal = tables.filter(({ atEqualLoss }) => atEqualLoss).map(readEqualLoss);
  const ends = tables.filter(({ atEqualLoss }) => !atEqualLoss).flatMap(readEnds);
  return [...(equal.length === 0 ? ['Networks at equal training loss are not compared yet.'] : equal), ...ends].join(' ');
}

/** "416 ± 210 with SGD and 258 ± 140 with SAM (difference -159 ± 110, corrected p = 0.217, detectable 450)" */
function compared({ first, second, difference, adjustedPValue, detectable }: SeedRow, { headings }: SeedTable): string {
  const p = adjustedPValue.startsWith('<') ? adjustedPValue : `= ${adjustedPValue}`;
  return `${first} with ${headings['first']} and ${second} with ${headings['second']} (difference ${difference}, corrected p ${p}, detectable ${detectable})`;
}

function readEqualLoss(table: SeedTable): string {
  const { model, probedImages, direction, studies } = table;
  return `At equal training loss (${model}, loss on ${probedImages} training images, ${studies.length} seeds; the network with the lower loss is taken before its end), the mean curvature along the Hessian's top eigenvector: ${curvatures(table)}. Of all measures of curvature and sharpness, ${direction} on average.`;
}

/** "over ± ρ it is 416 ± 210 with SGD and ...", for each distance. */
function curvatures(table: SeedTable): string {
  return table.rows
    .filter(({ measure }) => measure.startsWith('Curvature over'))
    .map((row) => `${row.measure.replace('Curvature over', 'over').replace(' along its eigenvector', '')} it is ${compared(row, table)}`)
    .join('; ');
}

function readEnds(table: SeedTable): string[] {
  const loss = table.rows.find(({ measure }) => measure.startsWith('Training loss'));
  return loss === undefined || curvatures(table) === ''
    ? []
    : [`At the end of training (${table.model}, ${table.studies.length} seeds), where the training loss is ${loss.first} with ${table.headings['first']} and ${loss.second} with ${table.headings['second']}, the mean curvature along that eigenvector: ${curvatures(table)}. Of all measures, ${table.direction} on average.`];
}
