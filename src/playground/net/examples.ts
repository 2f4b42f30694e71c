import type { NetSettings } from './settings';

/** A setting to begin with. */
export interface Example {
  /** How the page and the tests name it. */
  readonly id: string;
  readonly title: string;
  readonly settings: NetSettings;
  /** What to watch; each claim is tested over seeds. */
  readonly watch: string;
  /** When it does not happen. */
  readonly unless: string;
}

const COMMON = {
  data: 'moons', points: 100, noise: 0.1, wrong: 0.2, hidden: [32, 32], activation: 'tanh', methods: ['sgd', 'sam'], rho: 0.6, learningRate: 0.1, momentum: 0.9, weightDecay: 0,
  batch: 100, group: 100, innerSteps: 1, seed: 0, steps: 2000,
} as const satisfies NetSettings;

/** The settings, in the order in which they are offered. */
export const EXAMPLES: readonly Example[] = [
  { id: 'wrong-labels', title: 'SGD learns the wrong labels', settings: COMMON, watch: '', unless: '' },
];

/** The settings with which the page opens. */
export const FIRST_EXAMPLE: NetSettings = EXAMPLES[0]!.settings;
