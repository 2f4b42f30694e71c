/** The parts of the networks' page that also run in Node, bundled on plain kernels: for measurements of the examples, the film and tests. */
export { permutation, random } from '../../engine/random';
export { tensorCount } from '../../engine/tensor';
export { initialParameters } from '../../models/initialise';
export { measureCurvature } from './curvature';
export { measure } from './measures';
export { MeasuredComparison } from './history';
export { batchOf, perceptron, pointLoss } from './model';
export { planeLosses } from './planes';
export { NetComparison } from './training';
