export { NetComparison } from './training';
export { measure } from './measures';
export { measureCurvature } from './curvature';
export { tensorCount } from '../../engine/tensor';
