import type { LandscapeStudy } from './landscapeStudies';
import { seedTables, type SeedTable } from './trainingSeeds';

/** What the abstract tells of flatness: for each network compared at equal training loss, its curvature over the distances that SAM trains with. */
export function readFlatness(studies: readonly LandscapeStudy[]): string {
  const tables = seedTables(studies).filter(({ atEqualLoss }) => atEqualLoss);
  return tables.map(readTable).join(' ') || 'Networks at equal training loss are not compared yet.';
}

function readTable({ model, probedImages, rows, headings, direction, studies }: SeedTable): string {
  const curvatures = rows.filter(({ measure }) => measure.startsWith('Curvature over'));
  const read = curvatures.map(({ measure, first, second, difference, adjustedPValue, detectable }) => {
    const p = adjustedPValue.startsWith('<') ? adjustedPValue : `= ${adjustedPValue}`;
    return `${measure.replace('Curvature over', 'over').replace(' along its eigenvector', '')} it is ${first} with ${headings['first']} and ${second} with ${headings['second']} (difference ${difference}, corrected p ${p}, detectable ${detectable})`;
  });
  return `At equal training loss (${model}, loss on ${probedImages} training images, ${studies.length} seeds; the network with the lower loss is taken before its end), the mean curvature along the Hessian's top eigenvector: ${read.join('; ')}. Of all measures of curvature and sharpness, ${direction} on average.`;
}
