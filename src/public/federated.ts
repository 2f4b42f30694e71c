/** FedAvg, FedSAM and MoFedSAM on simulated clients. */

export { federate, type FederatedOutcome } from '../federated/federate';
export type { FederatedInput } from '../federated/federatedRun';
export { DEFAULT_FEDERATED_CONFIG, federatedPresetConfigs, FEDERATED_PRESETS, findFederatedPreset, type FederatedPreset } from '../federated/presets';
export type { ClientMeans, FederatedProgress, RoundRecord } from '../federated/record';
export type { FederatedResult } from '../federated/result';
export { federatedData, federatedFolders, runFederated, type FederatedFolders, type FederatedRunOptions } from '../federated/run';
export type { FederatedConfig, FederatedSettings } from '../federated/settings';
export { readFederatedResults } from '../federated/store';
