/** Data sets: CIFAR, the embedded images, one's own; subsets, label noise, partitions, batches. */

export { datasetOf, type ArrayDataset } from '../data/arrays';
export { evaluationBatches, firstExamples, trainingBatches, type Batch } from '../data/batches';
export type { NetworkInput } from '../data/checkDataset';
export type { Dataset, DatasetPair } from '../data/dataset';
export { symmetricLabelNoise } from '../data/labelNoise';
export { loadDataset } from '../data/load';
export { dirichletPartition, iidPartition } from '../data/partition';
export { balancedSubset, splitHeldOut } from '../data/subset';
export { syntheticDataset } from '../data/synthetic';
