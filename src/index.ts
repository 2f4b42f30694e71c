/** samlab's public API: what notebooks and users import from 'samlab', folder by folder. */

// engine: tensors in native memory, vectors of parameters, seeded chance
export { tensorflowPlatform } from './engine/binding';
export { PlainVector } from './engine/plainVector';
export { permutation, random, type Random } from './engine/random';
export { valueAndGradient, type ValueAndGradient } from './engine/tape';
export { release, scope, tensor, tensorCount, type Tensor } from './engine/tensor';
export { TensorVector } from './engine/tensorVector';
export type { ParameterKind, ParameterSpec, Vector } from './engine/vector';

// data: CIFAR, the embedded images, subsets, batches
export { evaluationBatches, trainingBatches, type Batch } from './data/batches';
export { classCounts, imageCount, select, type Dataset, type DatasetPair } from './data/dataset';
export { symmetricLabelNoise } from './data/labelNoise';
export { loadDataset } from './data/load';
export { dirichletPartition } from './data/partition';
export { balancedSubset, splitHeldOut } from './data/subset';
export { syntheticDataset } from './data/synthetic';

// models: residual networks, their initial weights, weights files
export { createModel, MODEL_NAMES, type ModelName } from './models/create';
export { disposeStatistics, initialParameters, initialStatistics } from './models/initialise';
export { parameterCount, type Model } from './models/model';
export { loadWeights, saveWeights } from './models/torchvision';

// optim: base optimizer, schedules, SAM
export type { Optimizer } from './optim/optimizer';
export { climb, samPerturbation, samStep } from './optim/sam';
export { learningRateAt } from './optim/schedule';
export { sgd } from './optim/sgd';
export { plainStep, type LossAndGradient, type Objective, type Step } from './optim/step';

// train: loss and gradient of a batch, the loop, evaluation
export { evaluate } from './train/evaluate';
export { train, type TrainingInput, type TrainingOutcome } from './train/loop';
export { batchGradient, disposeNetwork, type BatchGradient, type NetworkState } from './train/network';
export type { TrainingProgress } from './train/progress';
export type { EpochRecord, Evaluation } from './train/record';

// experiment: configurations, presets, runs, stored results
export type { ExperimentConfig } from './experiment/config';
export { describeEnvironment } from './experiment/environment';
export { DEFAULT_CONFIG, findPreset, presetConfigs, PRESETS } from './experiment/presets';
export type { RunEnvironment, RunResult } from './experiment/result';
export { experimentData, experimentFolders, runExperiment } from './experiment/run';
export { runPreset } from './experiment/runPreset';
export { validateConfig } from './experiment/schema';
export { findResult, readResults, runId } from './experiment/store';

// report: tables, figures, what notebooks show
export { displayFigure, displayRecords, displayTable } from './report/display';
export { liveTraining } from './report/liveTraining';
export { errorTables, tuningTables } from './report/tables';
export { selectRuns } from './report/rows';
export { learningCurves } from './report/figures/learningCurves';
export { finalErrors } from './report/figures/finalErrors';
export { tuningGrid } from './report/figures/tuningGrid';
export type { FigureSpecification } from './report/figures/specification';
export { figure1, figure1Section, figure2 } from './report/illustrations/figures';
export { SHARP_AND_FLAT } from './report/illustrations/planarLoss';
export { stepVectors } from './report/illustrations/descent';

// notebook: what the notebooks tell
export { demonstrationConfig, notebookPreset } from './notebook/preset';
export { figure1Ends, figure1Minima } from './notebook/minima';
export { perturbationRows, vectorRows } from './notebook/stepTables';
export { gradientNorms } from './notebook/gradientNorms';
export { stageRows } from './notebook/networkSummary';
export { readTable } from './report/reading';
export { withStopFlag, TrainingInterrupted } from './experiment/interrupt';
