import type { LandscapeStudy } from './landscapeStudies';
import { seedTables, withoutTwins, type SeedRow, type SeedTable } from './trainingSeeds';

/**
 * What the abstract tells of flatness: of each network how many measures are lower for SAM, and its curvature over the distance that SAM
 * trains with, for those compared at equal training loss, and for others at the end of training, beside the losses there.
 */
export function readFlatness(studies: readonly LandscapeStudy[]): string {
  const all = seedTables(studies);
  const tables = withoutTwins(all);
  const equal = tables.filter(({ atEqualLoss }) => atEqualLoss).map(readEqualLoss);
  const ends = tables.filter(({ atEqualLoss }) => !atEqualLoss).flatMap(readEnds);
  return [...(all.every(({ atEqualLoss }) => !atEqualLoss) ? ['Networks at equal training loss are not compared yet.'] : equal), ...ends].join(' ');
}

/** "416 ± 210 with SGD and 258 ± 140 with SAM (difference −159 ± 110, corrected p = 0.217, detectable 450)" */
function compared({ first, second, difference, adjustedPValue, detectable }: SeedRow, { headings }: SeedTable): string {
  const p = adjustedPValue.startsWith('<') ? adjustedPValue : `= ${adjustedPValue}`;
  return `${first} with ${headings['first']} and ${second} with ${headings['second']} (difference ${difference}, corrected p ${p}, detectable ${detectable})`;
}

function readEqualLoss(table: SeedTable): string {
  const { model, probedImages, direction, studies } = table;
  return `At equal training loss (${model}, ${probedImages} training images, ${studies.length} seeds; the network with the lower loss is taken before its end) ${direction} on average.${curvature(table, "The mean curvature over ± ρ along the Hessian's top eigenvector")}`;
}

/** Beginning of the name of the measure that the abstract tells, over the distance that SAM trains with; the table has all. */
const TOLD = 'Curvature over ± ρ';

function curvature(table: SeedTable, what: string): string {
  const row = table.rows.find(({ measure }) => measure.startsWith(TOLD));
  return row === undefined ? '' : ` ${what} is ${compared(row, table)}.`;
}

function readEnds(table: SeedTable): string[] {
  const loss = table.rows.find(({ measure }) => measure.startsWith('Training loss'));
  return loss === undefined
    ? []
    : [`At the end of training (${table.model}, ${table.studies.length} seeds), where the training loss is ${loss.first} with ${table.headings['first']} and ${loss.second} with ${table.headings['second']}, ${table.direction} on average.${curvature(table, 'That curvature')}`];
}
