/** Names of the networks, apart from their code, so that reading a configuration loads no TensorFlow. */
export const MODEL_NAMES = ['resnet20', 'resnet32', 'resnet56', 'resnet50', 'resnet101', 'resnet152', 'fast', 'fastPlain'] as const;

/** Name of a network. */
export type ModelName = (typeof MODEL_NAMES)[number];

/** Networks with first layers of their own: the setting `stem` means nothing for them. */
export const OWN_STEM: readonly string[] = ['resnet20', 'resnet32', 'resnet56', 'fast', 'fastPlain'] satisfies readonly ModelName[];
