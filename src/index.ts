/** samlab's public API: what notebooks and users import from 'samlab', folder by folder. */

// progress: how long functions are stopped
export { ProbeStopped, type Stoppable } from './progress/work';

// engine: tensors in native memory, vectors of parameters, seeded chance
export * as ops from './engine/operations';
export { PlainVector } from './engine/plainVector';
export { random, type Random } from './engine/random';
export { valueAndGradient, type ValueAndGradient } from './engine/tape';
export { release, scope, tensor, tensorCount, type Tensor } from './engine/tensor';
export { TensorVector } from './engine/tensorVector';
export type { ParameterKind, ParameterSpec, Vector } from './engine/vector';

// data: CIFAR, the embedded images, data sets of one's own, subsets, batches
export { datasetOf, type ArrayDataset } from './data/arrays';
export { evaluationBatches, firstExamples, trainingBatches, type Batch } from './data/batches';
export type { NetworkInput } from './data/checkDataset';
export type { Dataset, DatasetPair } from './data/dataset';
export { symmetricLabelNoise } from './data/labelNoise';
export { loadDataset } from './data/load';
export { dirichletPartition, iidPartition } from './data/partition';
export { balancedSubset, splitHeldOut } from './data/subset';
export { syntheticDataset } from './data/synthetic';

// models: networks and the layers to make one's own, initial weights, weights files
export { observed, residual, sequential, type ResidualSettings } from './models/combine';
export { constant, dirac, heNormal, uniform, whitening, type InitialValues } from './models/initialValues';
export { network, type Declarations, type Layer, type Layers, type NetworkSettings, type PlacedLayer, type Shape } from './models/layer';
export { batchNorm, conv, flatten, gelu, globalAveragePool, linear, maxPool, relu, scaleBy, tanh, type BatchNormSettings, type ConvSettings, type LinearSettings, type MaxPoolSettings } from './models/layers';
export { createModel } from './models/create';
export { MODEL_NAMES, type ModelName } from './models/names';
export { disposeStatistics, initialParameters, initialStatistics } from './models/initialise';
export { parameterCount, type Model } from './models/model';
export { loadWeights, saveWeights } from './models/torchvision';

// optim: base optimizer, schedules, the sharpness-aware family
export { asam, type AsamSettings } from './optim/asam';
export { ascend, AT_START, type Ascent } from './optim/ascend';
export { dynamicMask, type DynamicMaskSettings } from './optim/dynamicMask';
export { fgsm, type FgsmSettings } from './optim/fgsm';
export { fisherMask, type FisherMaskSettings } from './optim/fisherMask';
export { friendlySam, type FriendlySamSettings } from './optim/friendlySam';
export { gsam } from './optim/gsam';
export { lookSam, type LookSettings } from './optim/lookSam';
export { msam } from './optim/msam';
export type { Optimizer } from './optim/optimizer';
export { EMPTY_STATE, type PerturbationInput, type PerturbationRule, type PerturbationState } from './optim/perturbation';
export { matchedRadius, matchingTwoNorm } from './optim/radius';
export { sam, samStep } from './optim/sam';
export { learningRateAt } from './optim/schedule';
export { adamW, type AdamWSettings } from './optim/adamW';
export { clipByGlobalNorm } from './optim/clipByGlobalNorm';
export { sgd } from './optim/sgd';
export { perturbedStep, sharpnessAware, type SharpnessAware, type SharpnessAwareSettings } from './optim/sharpnessAware';
export { saner, type SanerSettings } from './optim/saner';
export { wsam, type WsamSettings } from './optim/wsam';
export { sparse, type MaskSource } from './optim/sparse';
export { plainStep, type Descent, type LossAndGradient, type MethodState, type Objective, type Step } from './optim/step';
export { withTemporaries } from './optim/temporaries';

// train: loss and gradient of a batch, the loop, evaluation
export { evaluate } from './train/evaluate';
export { train } from './train/loop';
export { METHODS, type MethodName, type MethodSettings } from './train/methodSettings';
export { batchGradient, disposeNetwork, type BatchGradient, type NetworkState } from './train/network';
export type { TrainingProgress } from './train/progress';
export type { EpochRecord, Evaluation } from './train/record';
export type { TrainingInput } from './train/trainingInput';
export type { TrainingOutcome } from './train/trainingRun';

// federated: FedAvg, FedSAM and MoFedSAM on simulated clients
export { federate, type FederatedOutcome } from './federated/federate';
export type { FederatedInput } from './federated/federatedRun';
export { DEFAULT_FEDERATED_CONFIG, federatedPresetConfigs, FEDERATED_PRESETS, findFederatedPreset, type FederatedPreset } from './federated/presets';
export type { ClientMeans, FederatedProgress, RoundRecord } from './federated/record';
export type { FederatedResult } from './federated/result';
export { federatedData, federatedFolders, runFederated, type FederatedFolders, type FederatedRunOptions } from './federated/run';
export type { FederatedConfig, FederatedSettings } from './federated/settings';
export { readFederatedResults } from './federated/store';

// landscape: lines, planes and paths through weight space, what their surfaces and layers have in common
export { networkOperator, type NetworkOperatorOptions } from './landscape/networkOperator';
export { layersModelLoss, type LayersModelLike, type LayersModelLossOptions } from './tfjs/layersModelLoss';
export type { BatchNormMode, LinearOperator, LossOperator, LossSource, OutputBatch, OutputOperator, PointLoss } from './landscape/operator';
export { empiricalFisher, gaussNewton } from './landscape/curvature/gaussNewton';
export { hessian } from './landscape/curvature/hessian';
export type { CurvatureOptions } from './landscape/curvature/products';
export { secantCurvature, type SecantCurvature } from './landscape/curvature/secantCurvature';
export { spectralDensity, type DensityOptions, type SpectralDensity } from './landscape/curvature/spectralDensity';
export { topEigenvalues, type Eigenpairs, type Eigenvalue, type EigenvalueOptions, type TopEigenvalues } from './landscape/curvature/topEigenvalues';
export { hessianTrace, type TraceEstimate, type TraceOptions } from './landscape/curvature/trace';
export { averageSharpness, type AverageSharpness } from './landscape/sharpness/average';
export { mSharpness, type MSharpness } from './landscape/sharpness/mSharpness';
export { samSharpness, type SamSharpness } from './landscape/sharpness/samSharpness';
export { epsSharpness, worstCaseSharpness, type AscentSharpness, type Sharpness } from './landscape/sharpness/worstCase';
export { lossBarrier, type LossBarrier } from './landscape/connectivity/barrier';
export { bezierCurve, trainBezier, type BezierCurve, type BezierTraining } from './landscape/connectivity/bezier';
export { layerSimilarity, type LayerSimilarity } from './landscape/similarity/layerSimilarity';
export { filterNormalize } from './landscape/surface/filterNormalize';
export { lineBetween, planeOfMinima, randomLine, randomPlane } from './landscape/surface/directions';
export { evenly, gridPoints, linePoints, toGrid, type Coordinates, type Grid } from './landscape/surface/grid';
export { lossPlane, type LossPlaneOptions } from './landscape/surface/lossPlane';
export { disposeDirections, planeOf, type Line, type Plane } from './landscape/surface/plane';
export { sharedRange, type SharedRange } from './landscape/surface/range';
export { samplePoints, type SampleInput, type SampleProgress } from './landscape/surface/sample';
export { readSamples, type Samples, type Series } from './landscape/surface/store';
export { mergeTree, type Branch, type MergeTree } from './landscape/topology/mergeTree';
export { basinsAtLevel, persistenceBars, type PersistenceBar } from './landscape/topology/persistence';
export { principalPlane, type PrincipalPlane } from './landscape/trajectory/principalPlane';
export { trainWithSnapshots, type SnapshotInput } from './train/trainWithSnapshots';

// experiment: configurations, presets, runs, stored results
export { compare } from './experiment/compare';
export type { ComparedNetwork, ComparedMethod, Comparison, ComparisonProgress, ComparisonRun, ComparisonSetting } from './experiment/comparison';
export type { Budget, ComparedRun, ComparisonRow, JudgedResult } from './experiment/comparisonRows';
export type { ExperimentConfig } from './experiment/config';
export { defineConfig } from './experiment/defineConfig';
export { describeEnvironment } from './machine/environment';
export { TrainingInterrupted } from './experiment/interrupt';
export { holmAdjusted } from './experiment/holm';
export { meanInterval, type Interval } from './experiment/interval';
export { pairedTest, type PairedTest } from './experiment/pairedTest';
export { detectableEffect, pairedPower } from './experiment/power';
export { DEFAULT_CONFIG, findPreset, presetConfigs, PRESETS } from './experiment/presets';
export { PUBLISHED_DEFECTS } from './experiment/publishedDefects';
export type { RunEnvironment, RunResult } from './experiment/result';
export { experimentData } from './experiment/experimentData';
export { experimentFolders, type ExperimentFolders } from './experiment/folders';
export { runExperiment, type RunOptions } from './experiment/run';
export { runPreset } from './experiment/runPreset';
export { validateConfig } from './experiment/schema';
export { findResult, readResults, runId } from './experiment/store';

// report: tables, figures, illustrations, displays
export { toDataFrame } from './report/dataFrame';
export { displayFigure, displayRecords, displayTable, displayText } from './report/display';
export { finalErrors } from './report/figures/finalErrors';
export { contourPanels } from './report/figures/contourPanels';
export { learningCurves } from './report/figures/learningCurves';
export { lossAndErrorLines } from './report/figures/lossAndErrorLines';
export { plotCurves, type Histories, type History } from './report/figures/plotCurves';
export { similarityMap } from './report/figures/similarityMap';
export type { FigureSpecification } from './report/figures/specification';
export { spectrum } from './report/figures/spectrum';
export { surfacePair } from './report/figures/surfacePair';
export { surfaceTopology } from './report/figures/surfaceTopology';
export { descend, stepVectors, type DescentSettings, type PathPoint, type StepVectors } from './planar/descent';
export { figure1, figure1Section, figure2, FIGURE_1_DESCENT, FIGURE_2_STEP } from './report/illustrations/figures';
export { bowlWithWells, SHARP_AND_FLAT, type PlanarLoss } from './planar/planarLoss';
export type { MethodStudyName } from './report/methodStudies';
export { describeTable } from './report/reading';
export { gridRows, type GridRow } from './report/gridRows';
export { PUBLISHED_ERRORS, type PublishedError } from './report/published';
export { renderFigures, saveFigure } from './report/render';
export type { ErrorRow } from './report/rows';
export type { ResultTable } from './report/tables';
export { toHtml, toMarkdown } from './report/tableText';

// notebook: what the notebooks train and tell
export { ascentRows, type AscentVariant, type AscentPlace, type AscentRow } from './notebook/ascentRows';
export { compareLive, displayComparison } from './notebook/compareLive';
export { displayDefectEvidence, displayFederatedStudies, displayMethodStudies } from './notebook/displayStudies';
export { displayAnswer } from './notebook/displayAnswer';
export { displayDataFrame } from './notebook/displayDataFrame';
export { gaussianMixture, type MixtureSettings } from './notebook/gaussianMixture';
export { gradientNorms } from './notebook/gradientNorms';
export { joinDataFrames } from './notebook/joinDataFrames';
export { lineFigure, type FigureLine, type LineFigureInput } from './notebook/lineFigure';
export { figure1Minima, type MinimumRow } from './notebook/minima';
export { networkAtStart, type NetworkAtStart } from './notebook/networkAtStart';
export { stageRows, type StageRow } from './notebook/networkSummary';
export { planarCurvature } from './notebook/planarCurvature';
export { notebookPreset, type NotebookPreset } from './notebook/preset';
export { describePreset, presetResults, type PresetResults } from './notebook/presetResults';
export { storedRuns, type StoredRuns } from './notebook/storedRuns';
export { trainLive, trainNotebookPreset, type LiveOptions, type LiveRun } from './notebook/trainLive';
export { displaySharpness, displaySurfaces } from './notebook/displayLandscapes';
