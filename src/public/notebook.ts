/** What notebooks call: training and comparisons with live figures, displays, and the rows behind the notebooks' text. */

export { ascentRows, type AscentVariant, type AscentPlace, type AscentRow } from '../notebook/ascentRows';
export { compareLive, displayComparison } from '../notebook/compareLive';
export { displayDefectEvidence, displayFederatedStudies, displayMethodStudies } from '../notebook/displayStudies';
export { displayAnswer } from '../notebook/displayAnswer';
export { displayDataFrame } from '../notebook/displayDataFrame';
export { gaussianMixture, type MixtureSettings } from '../notebook/gaussianMixture';
export { gradientNorms } from '../notebook/gradientNorms';
export { joinDataFrames } from '../notebook/joinDataFrames';
export { lineFigure, type FigureLine, type LineFigureInput } from '../notebook/lineFigure';
export { figure1Minima, type MinimumRow } from '../notebook/minima';
export { networkAtStart, type NetworkAtStart } from '../notebook/networkAtStart';
export { stageRows, type StageRow } from '../notebook/networkSummary';
export { planarCurvature } from '../notebook/planarCurvature';
export { notebookPreset, type NotebookPreset } from '../notebook/preset';
export { describePreset, presetResults, type PresetResults } from '../notebook/presetResults';
export { storedRuns, type StoredRuns } from '../notebook/storedRuns';
export { trainLive, trainNotebookPreset, type LiveOptions, type LiveRun } from '../notebook/trainLive';
export { displaySharpness, displaySurfaces } from '../notebook/displayLandscapes';
