import { EXAMPLE_OUTCOMES } from './exampleOutcomes';
import { EXAMPLE_SETTINGS, type ExampleId, type ExampleSettings } from './exampleSettings';
import { median, valuesOf, type End, type ExampleOutcome, type SeedOutcome } from './outcomes';
import type { NetMethodId, NetSettings } from './settings';

/** A setting to begin with. */
export interface Example extends ExampleSettings {
  /** What to watch, with what was measured over seeds. */
  readonly watch: string;
  /** When it does not happen, likewise. */
  readonly unless: string;
}

/** From this test error on a network has learned nothing. */
const CHANCE = 0.45;

const learned = (end: End): number | null => end.learned;
const testError = (end: End): number => end.testError;

/** A range of shares such as "50 to 95 %", or one number if both ends are equal. */
function range(outcomes: readonly SeedOutcome[], method: NetMethodId, value: (end: End) => number | null): string {
  const values = valuesOf(outcomes, method, value).map((share) => Math.round(100 * share));
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? `${least} %` : `${least} to ${most} %`;
}

function middle(outcomes: readonly SeedOutcome[], method: NetMethodId, value: (end: End) => number | null): string {
  return `${Math.round(100 * median(valuesOf(outcomes, method, value)))} %`;
}

/** In how many seeds something holds, such as "9 of 10 seeds". */
function inSeeds(outcomes: readonly SeedOutcome[], holds: (end: (method: NetMethodId) => End) => boolean): string {
  const count = outcomes.filter(({ ends }) => holds((method) => ends[method]!)).length;
  return `${count === outcomes.length ? 'all' : `${count} of`} ${outcomes.length} seeds`;
}

/** The sentences of each example. Their words hold for the committed outcomes, which a test checks; their numbers are taken from them. */
const SENTENCES: Readonly<Record<ExampleId, (outcome: ExampleOutcome) => Pick<Example, 'watch' | 'unless'>>> = {
  'wrong-labels': ({ asIs, counter }) => ({
    watch: `Every fifth label is wrong: the ringed points. SGD bends its border around them until it has learned most; SAM leaves most of them alone. Over ${asIs.length} seeds SGD learned ${range(asIs, 'sgd', learned)} of the wrong labels (median ${middle(asIs, 'sgd', learned)}) and SAM ${range(asIs, 'sam', learned)} (${middle(asIs, 'sam', learned)}); SAM had the lower test error in ${inSeeds(asIs, (end) => end('sam').testError < end('sgd').testError)}.`,
    unless: `It does not happen where SGD’s own noise does the same: in batches of 10 points SGD learned ${range(counter, 'sgd', learned)}, and SAM had the lower test error in ${inSeeds(counter, (end) => end('sam').testError < end('sgd').testError)} only. Nor does SAM forget: in the worst seed it learned half of the wrong labels too.`,
  }),
  'rho-too-large': ({ asIs, counter }) => ({
    watch: `At ρ = 1 SAM looks so far away that what it finds there says nothing of where it is: its network stays at chance, while SGD learns both spirals. It did so in ${inSeeds(asIs, (end) => end('sam').testError > CHANCE)}.`,
    unless: `It does not happen at ρ = 0.3, where SAM learned the spirals in ${inSeeds(counter, (end) => end('sam').testError < 0.02)}; and at ρ = 1 one seed of ${asIs.length} got away.`,
  }),
  fgsm: ({ asIs, counter }) => ({
    watch: `One step along the signs of the gradient, as long as SAM’s: the perturbation points less steeply uphill, and holds back fewer wrong labels. In the median of ${asIs.length} seeds SGD learned ${middle(asIs, 'sgd', learned)} of them, FGSM ${middle(asIs, 'fgsm', learned)}, SAM ${middle(asIs, 'sam', learned)}; FGSM learned fewer than SGD in ${inSeeds(asIs, (end) => end('fgsm').learned! < end('sgd').learned!)}, SAM fewer than FGSM in ${inSeeds(asIs, (end) => end('sam').learned! < end('fgsm').learned!)}.`,
    unless: `It does not happen with a small radius: at ρ = 0.05 FGSM learned ${range(counter, 'fgsm', learned)} and SAM ${range(counter, 'sam', learned)}, near SGD’s ${range(counter, 'sgd', learned)}.`,
  }),
  msam: ({ asIs, counter }) => ({
    watch: `MSAM ascends along the momentum that SGD keeps anyway: one gradient a step, as SGD; see the last column. It learned ${range(asIs, 'msam', learned)} of the wrong labels over ${asIs.length} seeds (median ${middle(asIs, 'msam', learned)}), SGD ${range(asIs, 'sgd', learned)} (${middle(asIs, 'sgd', learned)}), and had the lower test error in ${inSeeds(asIs, (end) => end('msam').testError < end('sgd').testError)}.`,
    unless: `It does not happen without momentum: SGD gets less far in the same steps and learned ${range(counter, 'sgd', learned)} of the wrong labels itself, MSAM ${range(counter, 'msam', learned)}.`,
  }),
  'sam-is-worse': ({ asIs, counter }) => ({
    watch: `No label is wrong, and the training is short. There is nothing to hold back, and SAM is only slower: after 500 steps its test error was ${range(asIs, 'sam', testError)}, SGD’s ${range(asIs, 'sgd', testError)}; it was higher in ${inSeeds(asIs, (end) => end('sam').testError > end('sgd').testError)}, for twice the gradients.`,
    unless: `It mostly does not last: after 1,000 steps SAM’s test error was below 1 % in ${inSeeds(counter, (end) => end('sam').testError < 0.01)}; in the other its network had not left its start.`,
  }),
};

/** The examples, in the order in which they are offered. */
export const EXAMPLES: readonly Example[] = EXAMPLE_SETTINGS.map((example) => ({ ...example, ...SENTENCES[example.id](EXAMPLE_OUTCOMES[example.id]) }));

/** The settings with which the page opens. */
export const FIRST_EXAMPLE: NetSettings = EXAMPLE_SETTINGS[0]!.settings;
