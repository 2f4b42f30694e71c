import type { LandscapeStudy } from './landscapeStudies';
import { seedTables, withoutTwins, type SeedRow, type SeedTable } from './trainingSeeds';

/**
 * What the abstract tells of flatness: of each network compared at equal training loss its curvature over the distances that SAM trains with,
 * and of others the largest eigenvalue at the end of training, beside the losses there.
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
  const { model, probedImages, rows, direction, studies } = table;
  const curvatures = rows.filter(({ measure }) => measure.startsWith('Curvature over'));
  const read = curvatures.map((row) => `${row.measure.replace('Curvature over', 'over').replace(' along its eigenvector', '')} it is ${compared(row, table)}`);
  return `At equal training loss (${model}, loss on ${probedImages} training images, ${studies.length} seeds; the network with the lower loss is taken before its end), the mean curvature along the Hessian's top eigenvector: ${read.join('; ')}. Of all measures of curvature and sharpness, ${direction} on average.`;
}

function readEnds(table: SeedTable): string[] {
  const [loss, largest] = ['Training loss', 'Largest eigenvalue'].map((start) => table.rows.find(({ measure }) => measure.startsWith(start)));
  return loss === undefined || largest === undefined
    ? []
    : [`At the end of training (${table.model}, ${table.studies.length} seeds), where the training loss is ${loss.first} with ${table.headings['first']} and ${loss.second} with ${table.headings['second']}, λ₁ is ${compared(largest, table)}.`];
}
