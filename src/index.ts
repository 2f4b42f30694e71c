/**
 * samlab's public API: what notebooks and users import from 'samlab', by what it is for.
 *
 * @example
 * import { experiment, optim } from 'samlab';
 * const config = experiment.defineConfig({ model: 'resnet20', epochs: 4 });
 * const { rows } = await experiment.compare([{ method: 'sam' }, { rule: optim.asam() }], { config, seeds: [0, 1, 2] });
 */
export * as engine from './public/engine';
export * as data from './public/data';
export * as nn from './public/nn';
export * as optim from './public/optim';
export * as trainer from './public/trainer';
export * as federated from './public/federated';
export * as landscape from './public/landscape';
export * as experiment from './public/experiment';
export * as figures from './public/figures';
export * as notebook from './public/notebook';
