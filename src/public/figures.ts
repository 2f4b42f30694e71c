/** Figures, tables and illustrations. */

export { toDataFrame } from '../report/dataFrame';
export { displayFigure, displayRecords, displayTable, displayText } from '../report/display';
export { finalErrors } from '../report/figures/finalErrors';
export { contourPanels } from '../report/figures/contourPanels';
export { learningCurves } from '../report/figures/learningCurves';
export { lossAndErrorLines } from '../report/figures/lossAndErrorLines';
export { plotCurves, type Histories, type History } from '../report/figures/plotCurves';
export { similarityMap } from '../report/figures/similarityMap';
export type { FigureSpecification } from '../report/figures/specification';
export { spectrum } from '../report/figures/spectrum';
export { surfacePair } from '../report/figures/surfacePair';
export { surfaceTopology } from '../report/figures/surfaceTopology';
export { descend, stepVectors, type DescentSettings, type PathPoint, type StepVectors } from '../planar/descent';
export { figure1, figure1Section, figure2, FIGURE_1_DESCENT, FIGURE_2_STEP } from '../report/illustrations/figures';
export { bowlWithWells, SHARP_AND_FLAT, type PlanarLoss } from '../planar/planarLoss';
export type { MethodStudyName } from '../report/methodStudies';
export { describeTable } from '../report/reading';
export { gridRows, type GridRow } from '../report/gridRows';
export { PUBLISHED_ERRORS, type PublishedError } from '../report/published';
export { renderFigures, saveFigure } from '../report/render';
export type { ErrorRow } from '../report/rows';
export type { ResultTable } from '../report/tables';
export { toHtml, toMarkdown } from '../report/tableText';
