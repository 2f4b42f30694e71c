/**
 * The operations that losses and layers of one's own are made of: each has a gradient, so that `valueAndGradient`
 * can differentiate through it. All take and give tensors in native memory; see `scope` for what frees them.
 */
export { add, addRelu, gelu, multiplyBy, relu, tanh } from './activation';
export { batchNormalizeEvaluation, batchNormalizeTraining, type BatchNormalization, type ChannelStatistics } from './batchNormalization';
export { padChannels } from './channels';
export { conv2d, reshape, subsample } from './convolution';
export { smoothedTargets, softmaxCrossEntropy } from './crossEntropy';
export { addBias, matMul } from './dense';
export { globalAveragePool, maxPool, maxPool3x3Stride2 } from './pooling';
export { cast } from './precision';
