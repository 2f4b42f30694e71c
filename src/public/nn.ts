/** Networks, the layers to make one's own, initial weights, weights files. */

export { observed, residual, sequential, type ResidualSettings } from '../models/combine';
export { constant, dirac, heNormal, uniform, whitening, type InitialValues } from '../models/initialValues';
export { network, type Declarations, type Layer, type Layers, type NetworkSettings, type PlacedLayer, type Shape } from '../models/layer';
export { batchNorm, conv, flatten, gelu, globalAveragePool, linear, maxPool, relu, scaleBy, tanh, type BatchNormSettings, type ConvSettings, type LinearSettings, type MaxPoolSettings } from '../models/layers';
export { createModel } from '../models/create';
export { MODEL_NAMES, type ModelName } from '../models/names';
export { disposeStatistics, initialParameters, initialStatistics } from '../models/initialise';
export { parameterCount, type Model } from '../models/model';
export { loadWeights, saveWeights } from '../models/torchvision';
