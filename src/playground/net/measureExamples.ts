/**
 * Measures every example of the network's page over seeds, on the kernels that browsers run, and writes the outcomes that its sentences are based on:
 *
 *     node dist/playground/net/measureExamples.js             all examples, some minutes of one core
 *     node dist/playground/net/measureExamples.js msam        one of them; the others keep what they have
 */
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { plainModule } from '../../browser/plainModule';
import { PROJECT_ROOT } from '../../files/projectRoot';
import { EXAMPLE_OUTCOMES } from './exampleOutcomes';
import { EXAMPLE_SETTINGS, type ExampleId, type ExampleSettings } from './exampleSettings';
import type * as inNode from './inNode';
import type { ExampleOutcome, SeedOutcome } from './outcomes';
import type { NetSettings } from './settings';

/** Seeds of an example, and of its counterexample. */
export const SEEDS = { asIs: 10, counter: 5 } as const;

/** The committed outcomes, as a module that the page is bundled with. */
const OUTCOMES_FILE = join(PROJECT_ROOT, 'src', 'playground', 'net', 'exampleOutcomes.ts');

/** Trains the networks of one setting to its end. */
export function seedOutcome({ NetComparison, measure }: Pick<typeof inNode, 'NetComparison' | 'measure'>, settings: NetSettings): SeedOutcome {
  const comparison = new NetComparison(settings);
  while (!comparison.isOver) {
    comparison.step();
  }
  const { model, training, test, contenders } = comparison;
  const ends = contenders.map(({ method, parameters, gradientEvaluations, divergedAt }) => {
    const { trainingLoss, testError, rightError, wrongError } = measure(model, parameters, training, test);
    return [method, { trainingLoss: Number(trainingLoss.toPrecision(6)), testError, rightError, learned: Number.isNaN(wrongError) ? null : 1 - wrongError, gradients: gradientEvaluations, diverged: divergedAt !== undefined }] as const;
  });
  comparison.dispose();
  return { seed: settings.seed, ends: Object.fromEntries(ends) };
}

function overSeeds(engine: typeof inNode, settings: NetSettings, seeds: number): readonly SeedOutcome[] {
  return Array.from({ length: seeds }, (_, seed) => {
    console.log(`  seed ${seed}`);
    return seedOutcome(engine, { ...settings, seed });
  });
}

function outcomeOf(engine: typeof inNode, { id, settings, counter }: ExampleSettings): ExampleOutcome {
  console.log(id);
  return { asIs: overSeeds(engine, settings, SEEDS.asIs), counter: overSeeds(engine, { ...settings, ...counter }, SEEDS.counter) };
}

/** The module of outcomes: one line a seed. */
function moduleText(outcomes: Readonly<Partial<Record<ExampleId, ExampleOutcome>>>): string {
  const lines = (seeds: readonly SeedOutcome[]): string => seeds.map((seed) => `      ${JSON.stringify(seed)},`).join('\n');
  const entries = EXAMPLE_SETTINGS.flatMap(({ id }) => {
    const found = outcomes[id];
    return found === undefined ? [] : [`  '${id}': {\n    asIs: [\n${lines(found.asIs)}\n    ],\n    counter: [\n${lines(found.counter)}\n    ],\n  },`];
  });
  return `import type { ExampleId } from './exampleSettings';
import type { ExampleOutcome } from './outcomes';

/** Where the networks of each example ended, over seeds: written by measureExamples. */
export const EXAMPLE_OUTCOMES: Readonly<Record<ExampleId, ExampleOutcome>> = {
${entries.join('\n')}
};
`;
}

async function main(word: string | undefined): Promise<void> {
  const engine = await plainModule<typeof inNode>('playground/net/inNode');
  const outcomes: Partial<Record<ExampleId, ExampleOutcome>> = { ...EXAMPLE_OUTCOMES };
  for (const example of EXAMPLE_SETTINGS.filter(({ id }) => word === undefined || id === word)) {
    outcomes[example.id] = outcomeOf(engine, example);
    await writeFileAtomic(OUTCOMES_FILE, moduleText(outcomes));
  }
}

if (require.main === module) {
  void main(process.argv[2]);
}
