import { fitting, type NetSettings } from './settings';

/** Names of the examples. */
export type ExampleId = 'wrong-labels' | 'rho-too-large' | 'fgsm' | 'msam' | 'sam-is-worse';

/** A setting to begin with, and a change after which its effect does not occur. */
export interface ExampleSettings {
  readonly id: ExampleId;
  readonly title: string;
  readonly settings: NetSettings;
  readonly counter: Partial<NetSettings>;
}

/** A fifth of the labels is wrong, and a network that is large enough to learn them sees every point in every step. */
const MOONS = {
  data: 'moons', points: 100, noise: 0.1, wrong: 0.2, hidden: [32, 32], activation: 'tanh', methods: ['sgd', 'sam'], rho: 0.5, learningRate: 0.1, momentum: 0.9, weightDecay: 0,
  batch: 100, group: 100, innerSteps: 1, seed: 0, steps: 2000,
} as const satisfies NetSettings;
const SPIRALS = { ...MOONS, data: 'spirals', noise: 0.05, wrong: 0, steps: 500 } as const satisfies NetSettings;

/** The examples, in the order in which they are offered. */
export const EXAMPLE_SETTINGS: readonly ExampleSettings[] = [
  { id: 'wrong-labels', title: 'SGD learns the wrong labels', settings: MOONS, counter: fitting({ ...MOONS, batch: 10, group: 10 }) },
  { id: 'rho-too-large', title: 'ρ too large: nothing is learned', settings: { ...SPIRALS, rho: 1 }, counter: { rho: 0.3 } },
  { id: 'fgsm', title: 'One-step FGSM', settings: { ...MOONS, methods: ['sgd', 'sam', 'fgsm'] }, counter: { rho: 0.05 } },
  { id: 'msam', title: 'MSAM, at the price of SGD', settings: { ...MOONS, methods: ['sgd', 'msam'], rho: 1 }, counter: { momentum: 0 } },
  { id: 'sam-is-worse', title: 'Where SAM is worse', settings: { ...SPIRALS, rho: 0.6, learningRate: 0.02 }, counter: { steps: 1000 } },
];
