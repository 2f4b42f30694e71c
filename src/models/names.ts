/** Names of the networks, apart from their code, so that reading a configuration loads no TensorFlow. */
export const MODEL_NAMES = ['resnet20', 'resnet32', 'resnet56', 'resnet50', 'resnet101', 'resnet152', 'fast', 'fastPlain'] as const;

/** Name of a network. */
export type ModelName = (typeof MODEL_NAMES)[number];
