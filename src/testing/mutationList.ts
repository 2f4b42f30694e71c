/** One way to break the compiled code. */
export interface Mutation {
  /** What is wrong with it then. */
  readonly name: string;
  /** Compiled file, below dist and without its ending. */
  readonly file: string;
  /** Text that occurs once in it. */
  readonly find: string;
  readonly replace: string;
  /** Test files of which one has to fail, below dist and without their endings. */
  readonly tests: readonly string[];
}

/** Mutations of one file with its own tests: name, text, replacement. */
function of(file: string, tests: readonly string[], changes: readonly (readonly [name: string, find: string, replace: string])[]): Mutation[] {
  return changes.map(([name, find, replace]) => ({ name, file, find, replace, tests }));
}

/** All of them, by file. Functions of which a test can be given a wrong version are not among them: see `refusesWrong`. */
export const MUTATIONS: readonly Mutation[] = [
  ...of('optim/sam', ['landscape/sharpness/finalSharpness'], [['does not perturb at all', 'scaleTo)(gradient, norm, rho)', 'scaleTo)(gradient, norm, 0)']]),
  ...of('engine/convolutionKernels', ['engine/kernelChoice'], [
    ['the filter gradient as a convolution forgets the stride', '{ stride: 1, padding }, stride)', '{ stride: 1, padding }, 1)'],
    ['it forgets the padding', '{ stride: 1, padding }, stride)', '{ stride: 1, padding: 0 }, stride)'],
    ['it leaves channels and images as they are', 'permuted)(x, [3, 1, 2, 0])', 'permuted)(x, [0, 1, 2, 3])'],
  ]),
  ...of('engine/graph/compiled', ['engine/graph/compiled'], [
    ['a graph is used whatever bits it gives', 'if (digest(outputs) === found.outcome)', 'if (true)'],
    ['a graph is made of a function that does something else each time', 'textOf(recording) === before', 'true'],
    ['a graph is used for every shape', '${dtype} ${shape.join()}', '${dtype}'],
    ['a graph outlives its choice of kernels', '${title} ${(0, kernelChoice_1.kernelGeneration)()}', '${title}'],
    ['graphs of different models are one', '${ownerNumber(owner)} ', ''],
    ['the copies of inputs come from outside of the graph', 'inputs.map(tensor_1.cloneTensor)', 'inputs'],
    ['kernels within a graph are not recorded', '(0, kernelChoice_1.noteKernels)(entry.kernels)', ''],
    ['a graph computes what the tape should record', 'opByOp || (0, tape_1.isRecording)()', 'opByOp'],
  ]),
  ...of('engine/plain/matrixKernels', ['engine/plain/kernels'], [
    ['a sum of the second row takes the wrong column', 's13 += x1 * y3', 's13 += x1 * y2'],
    ['forgets that the first operand is transposed', 'lineByLine: !transposeA', 'lineByLine: true'],
    ['forgets the bias', 'from[index] + added[column]', 'from[index]'],
  ]),
  ...of('engine/plain/elementKernels', ['engine/plain/kernels'], [
    ['the derivative of tanh forgets the square', 'dy[index] * (1 - y[index] * y[index])', 'dy[index] * (1 - y[index])'],
    ['ReLU lets gradients pass everywhere', 'y[index] > 0 ? dy[index] : 0', 'dy[index]'],
  ]),
  ...of('engine/plain/stored', ['engine/plain/kernels'], [['an array is used again while a tensor holds it', 'elements.holders === 0 &&', 'elements.holders <= 1 &&']]),
  ...of('engine/plain/exponential', ['engine/plain/kernels'], [['a wrong term of the series', 'r / 362880', 'r / 40320']]),
  ...of('engine/plain/reductionKernels', ['engine/plain/kernels'], [['the gradient of the loss forgets the targets', 'shares[c] / sum - t[start + c]', 'shares[c] / sum']]),
  ...of('playground/net/data', ['playground/net/data'], [
    ['wrong labels stay right', '1 - label : label', 'label : label'],
    ['a wrong number of wrong labels', 'Math.round(wrong * points)', 'Math.floor(wrong * points)'],
  ]),
  ...of('playground/net/measures', ['playground/net/history'], [['the error of the right-labelled counts all points', '(wrong) => !wrong)', '() => true)']]),
  ...of('playground/net/training', ['playground/net/agreement'], [['the order is the same in every epoch', "'playground order', this.taken / perEpoch", "'playground order', 0"]]),
  ...of('playground/net/training', ['playground/net/history'], [['a network that diverges keeps weights that are no numbers', 'this.parameters = before;', 'this.parameters = output.parameters;']]),
  ...of('playground/net/curvature', ['playground/net/curvature'], [['the search stops at once', 'space.size >= LEAST_PRODUCTS &&', 'true ||']]),
  ...of('playground/net/settings', ['playground/net/link'], [['m need not divide the batch', 'batch % candidate === 0', 'true']]),
  ...of('engine/foldedConvolution', ['engine/foldedConvolution'], [
    ['the mean is forgotten', "compute('Sub', shift, compute('Mul', mean, factor))", 'shift'],
    ['the filter stays as it was', "filter: compute('Mul', filter, factor)", "filter: compute('Mul', filter, compute('OnesLike', factor))"],
    ['epsilon is forgotten', '(0, tensor_1.tensor)([epsilon], [])', '(0, tensor_1.tensor)([1e-30], [])'],
    ['the side is forgotten', 'const sum = side ?', 'const sum = false ?'],
  ]),
  ...of('engine/tensor', ['train/foldedPass'], [['what is kept is used for other statistics', 'kept.from.every((other, index) => other === others[index])', 'true']]),
  ...of('bench/rounds', ['bench/rounds'], [
    ['every round goes in the same order', 'round % 2 === 0 ? active : [...active].reverse()', 'active'],
    ['a ratio continues when it is narrow', 'open = open.filter((pair) => !isNarrow(samples, pair, limits.width))', 'open = open'],
    ['all are timed until the end', 'all.filter(({ name }) => open.some(', 'all.filter(({ name }) => true || open.some('],
  ]),
  ...of('bench/statistics', ['bench/statistics'], [
    ['the interval is too narrow', 'let cut = -1', 'let cut = 0'],
    ['ratios of medians instead of a round', 'value / below[round]', 'value / below[0]'],
  ]),
  ...of('bench/goals', ['bench/goals'], [['a goal is met though its interval reaches beyond', '[high <= limit, low > limit]', '[low <= limit, low > limit]']]),
  ...of('bench/stages', ['bench/stages'], [
    ['stages of another setting are taken', 'stored?.setting === setting ?', 'stored ?'],
    ['a stage is measured again', 'if (name in this.results)', 'if (false)'],
  ]),
  ...of('optim/sparse', ['optim/sparse'], [
    ['accepts any sparsity', '!(Number.isFinite(sparsity) && sparsity >= 0 && sparsity <= 1)', 'false'],
  ]),
  ...of('optim/descent', ['optim/descent'], [['nothing moves beside the base step', 'updated.parameters.addScaledInPlace(apart, -learningRate);', '']]),
  ...of('optim/sharpnessAware', ['optim/sharpnessAware'], [
    ['steps are not counted', 'step: method.step + 1, rule: ascent.state });\n        // As', 'step: method.step, rule: ascent.state });\n        // As'],
    ['accepts any radius', '(0, perturbation_1.checkRho)(rule.name, input.rho);\n            const output', 'const output'],
    ['what a failed step made is not freed', '(0, step_1.disposeReplaced)(next, method);', ''],
  ]),
  ...of('optim/groups', ['optim/sharpnessAware'], [
    ['groups that do not divide the batch', '&& images % groupSize === 0', ''],
  ]),
  ...of('optim/checkPerturbation', ['optim/sharpnessAware'], [
    ['accepts any layout', 'returned === undefined || odd !== undefined', 'false'],
    ['compares the first parameters alone', 'Math.max(a.length, b.length)', 'Math.min(3, a.length, b.length)'],
    ['accepts what is no number', '!Number.isFinite(norm) && finite', 'false'],
  ]),
  ...of('optim/perturbedKinds', ['optim/sharpnessAware'], [
    ['unknown kinds of parameters are accepted', "kinds.every((kind) => vector_1.PARAMETER_KINDS.includes(kind))", 'true'],
  ]),
  ...of('optim/schedule', ['optim/schedule'], [
    ['the decay takes all of the time after warm-up', '(1 - progress) / decayShare', '1 - progress'],
    ['perturbations of the tail form start after its decay', '>= 1 - (settings.decayShare ?? DECAY_SHARE)', '> 1 - (settings.decayShare ?? DECAY_SHARE) / 2'],
  ]),
  ...of('engine/tensor', ['engine/tensor'], [['tensors share the memory of arrays', 'const array = staged(values)', 'const array = values instanceof Float32Array ? values : staged(values)']]),
  ...of('optim/sgd', ['optim/sgd', 'optim/sam'], [['no weight decay', 'nesterov, weightDecay, ...(', 'nesterov, weightDecay: 0, ...(']]),
  ...of('train/batchObjective', ['train/batchObjective'], [
    ['batch-norm statistics move at w + eps too', "if (phase === 'first')", 'if (true)'],
    ['no weight decay in the loss', 'if (penalty.weightDecay > 0)', 'if (false)'],
    ['statistics of the first group alone', 'others.length === 0 ? only : mean([only, ...others])', 'only'],
    ['single images with the moments of a batch', 'image, labelSmoothing, false, frozen)', 'image, labelSmoothing, true, frozen)'],
  ]),
  ...of('train/method', ['train/loop'], [
    ['perturbations in all epochs', 'return begun && (end === 0 || step < end * stepsPerEpoch);', 'return true;'],
    ['perturbations one epoch late', '(start - 1) * stepsPerEpoch', 'start * stepsPerEpoch'],
  ]),
  ...of('train/method', ['train/methodOptions'], [
    ['a radius that stays', 'rhoAt)(settings.rho, settings.rhoSchedule,', "rhoAt)(settings.rho, 'constant',"],
  ]),
  ...of('train/methods/ssamF', ['train/methodOptions'], [
    ['a mask each step', 'maskEpochs * stepsPerEpoch', '1'],
    ['masks in one place alone', 'samples: maskSamples, every: maskEpochs * stepsPerEpoch }), maskAt)', 'samples: maskSamples, every: maskEpochs * stepsPerEpoch }))'],
  ]),
  ...of('train/methods/ssamD', ['train/methodOptions'], [['the dropped share over other steps', 'Math.max(1, perturbedSteps)', 'Math.max(1, 2 * perturbedSteps)']]),
  ...of('train/methods/ball', ['train/methodOptions'], [['the radius always in its own norm', "radiusIn === 'ownNorm' ? rule :", 'true ? rule :']]),
  ...of('train/methods/fgsm', ['train/methodOptions'], [
    ['FGSM without its momentum', 'momentum, p, project, ...given', 'p, project, ...given'],
    ['steps of FGSM always 1 / T', 'ascentStepLength === 0 ? {}', 'true ? {}'],
  ]),
  ...of('train/methods/asam', ['train/methodOptions'], [['ASAM on weights whatever the settings say', 'parameterKinds_1.KINDS_BY_NAME[asamOn]', "['weight']"]]),
  ...of('optim/dynamicMask', ['train/methodOptions'], [
    ['the share counts from all elements', 'Math.floor(live * dropShare', 'Math.floor(size * dropShare'],
  ]),
  ...of('tfjs/variableSnapshot', ['tfjs/cpuBackend'], [['variables stay at w + eps', 'variable.assign(value);', '']]),
  ...of('tfjs/lossPasses', ['tfjs/cpuBackend'], [
    ['batch-norm statistics move at w + eps too', "pass === 'perturbed' ? (0, variableSnapshot_1.allVariables)() : this.parameters.variables", 'this.parameters.variables'],
    ['the second gradient at w', 'this.parameters.moveTo(point);', ''],
  ]),
  ...of('tfjs/parameterVariables', ['tfjs/parameterVariables'], [['gamma and beta are biases', 'LAYER_WEIGHTS[last] ??', '']]),
  ...of('tfjs/sharpnessAwareOptimizer', ['tfjs/cpuBackend'], [
    ['what the rule keeps is forgotten', 'this.method = output.method;', ''],
    ['the two phases leave batch-norm statistics where the second one took them', 'this.ascendsAlongMomentum ? parameters.variables : (0, variableSnapshot_1.allVariables)()', 'parameters.variables'],
    ['accepts any radius', "(0, perturbation_1.checkRho)('SharpnessAwareOptimizer', settings?.rho ?? NaN);", ''],
    ['a radius that was changed is not looked at', '(0, perturbation_1.checkRho)(`SharpnessAwareOptimizer.${caller}`, this.rho);', ''],
    ['a step begins at w + eps', 'if (this.before) {', 'if (false) {'],
  ]),
  ...of('experiment/compare', ['experiment/compare'], [
    ['equal gradients are equal epochs', 'Math.round(config.epochs * share)', 'config.epochs'],
    ['the warm-up stays as long', '(config.warmupEpochs * epochs) / config.epochs', 'config.warmupEpochs'],
  ]),
  ...of('experiment/comparisonRows', ['experiment/comparisonRows'], [['pairs whatever the seed', 'config.seed === result.config.seed', 'config']]),
  ...of('experiment/holm', ['experiment/holm'], [['every p counts as often as the smallest', '(pValues.length - rank) * p', 'pValues.length * p']]),
  ...of('experiment/power', ['experiment/power'], [['power of n - 2 degrees of freedom', 'const df = pairs - 1;', 'const df = Math.max(1, pairs - 2);']]),
  ...of('data/imageOperations', ['data/autoAugment'], [
    ['blends are rounded, not cut off', 'Math.trunc(Math.fround(from +', 'Math.round(Math.fround(from +'],
    ['pixels are taken from corner to corner', 'fixed(c + a / 2 + b / 2)', 'fixed(c)'],
  ]),
  ...of('data/autoAugment', ['data/autoAugment'], [['every operation is done', 'chances[index] <= probability ?', 'true ?']]),
  ...of('experiment/studentT', ['experiment/studentT'], [['half a degree of freedom less', 'df / 2, 1 / 2]', '(df - 1) / 2, 1 / 2]']]),
  ...of('landscape/curvature/krylov', ['landscape/curvature/degenerate'], [['a space is never closed', 'return this.size > 0 && this.isInvariant(', 'return false && this.isInvariant(']]),
  ...of('landscape/curvature/trace', ['landscape/curvature/trace'], [
    ['the trace on the eigenvectors is left out', 'samples.push(within + (', 'samples.push((0, '],
    ['eigenvectors are sampled as well', '(operator, vectors, seed', '(operator, [], seed'],
  ]),
  ...of('landscape/curvature/spectralDensity', ['landscape/curvature/degenerate'], [['continues from a closed space', '!space.isClosed()', 'true']]),
  ...of('landscape/inputChecks', ['landscape/inputChecks'], [['NaN in the weights passes', 'Number.isFinite(point.norm(1))', 'true']]),
  ...of('tfjs/layersModelLoss', ['tfjs/layersModelLoss'], [['any targets of rank 2 are classes', 'counted && unfit === 0', 'counted']]),
  ...of('engine/scaling', ['optim/pNorm'], [['powers before scaling', 'if (p === 1 || p === 2)', 'if (p > 0)']]),
  ...of('experiment/pairedTest', ['experiment/pairedTest'], [['a test of one side', 'studentTail)(t, n - 1)', 'studentTail)(t, n - 1) / 2']]),
  ...of('experiment/makeRun', ['experiment/run'], [['the defect of choosing on the test set does nothing', 'bestEvaluation(outcome) ?? last', 'last']]),
  ...of('data/batches', ['data/batches'], [['the defect of one cutout square for a batch does nothing', "augmentation.cutoutPer === 'batch' ? first : placement", 'placement']]),
  ...of('data/batchesAhead', ['data/batchesAhead'], [
    ['a thread that is done is taken for one that failed', 'if (!runs)', 'if (this.death)'],
    ['a forgotten thread keeps the process', 'this.worker.unref();', ''],
  ]),
  ...of('data/batchesAheadThread', ['data/batchesAhead'], [
    ['what is behind comes again', 'let skipped = place.step;', 'let skipped = 0;'],
    ['each epoch is the first', '{ ...options, epoch })', '{ ...options, epoch: 1 })'],
  ]),
  ...of('data/batchHandover', ['data/batchHandover'], [['batches are copied', 'port.postMessage(message, transferred);', 'port.postMessage(message);']]),
  ...of('data/partition', ['data/partition'], [['equal shares at any concentration', 'logGamma(concentration, rng)', 'logGamma(1e6, rng)']]),
  ...of('federated/clients', ['federated/clients'], [['accepts a client without data', 'images < FEWEST_IMAGES', 'false']]),
  ...of('federated/server', ['federated/networkRounds'], [
    ['clients weigh alike, whatever they have', 'size / total', '1 / sizes.length'],
    ["the server's learning rate on its own weights", 'parameters, 1 - serverLearningRate', 'parameters, serverLearningRate'],
    ['Delta has the scale of all local steps', '1 / (localSteps * learningRate)', '1 / learningRate'],
    ['Delta points backwards', '1 / (localSteps * learningRate)', '-1 / (localSteps * learningRate)'],
  ]),
  ...of('federated/localMethod', ['federated/networkRounds'], [
    ['alpha weighs Delta', 'direction, 1 - alpha', 'direction, alpha'],
    ['all of Delta is added', 'direction, 1 - alpha', 'direction, 1'],
    ["the client's gradient is not scaled by alpha", 'gradient.times(alpha)', 'gradient.times(1)'],
    ['MoFedSAM is FedSAM', "method === 'mofedsam' ?", 'false ?'],
    ['FedSAM is FedAvg', "method !== 'fedavg'", "method === 'mofedsam'"],
  ]),
  ...of('federated/localTraining', ['federated/networkRounds'], [
    ['one local epoch', 'epoch <= localEpochs', 'epoch <= 1'],
    ['the same order of images in each round', '(round - 1) * localEpochs + epoch', 'epoch'],
  ]),
  ...of('federated/federatedRun', ['federated/networkRounds'], [
    ['statistics are summed, not averaged', 'addScaledInPlace(local.statistics, answering.weight)', 'addScaledInPlace(local.statistics, 1)'],
    ['K without the weights of the clients', 'sum + weight * steps', 'sum + steps / answering.length'],
    ['Delta is forgotten', '...next, statistics: statisticsSum', '...next, direction: next.direction.zeros(), statistics: statisticsSum'],
    ['drift from the start, not from the average', 'squaredUpdates - updateNorm ** 2', 'squaredUpdates'],
  ]),
  ...of('federated/settings', ['federated/networkRounds'], [["the clients' rate stays", '** (round - 1)', '** 0']]),
  ...of('federated/participation', ['federated/networkRounds'], [['those that fail answer', 'rng.uniform() >= dropOut', 'rng.uniform() < dropOut']]),
  ...of('train/loop', ['train/loopFailure'], [
    ['what a failed training made is not freed', 'run.dispose();', ''],
    ['the thread of the batches outlives the run', 'await batches.end();', ''],
  ]),
  ...of('train/method', ['train/loopFailure'], [['a radius out of range is found when perturbations begin', '(0, perturbation_1.checkRho)(rule.name, settings.rho);', '']]),
  ...of('report/defectEvidence', ['report/defectEvidence'], [
    ['any number of pairs rules something out', 'pairs >= ENOUGH_PAIRS', 'true'],
    ['a control that hardly trains is as good as any', '(0, studyReading_1.hardlyTrains)(base, dataset) ?', 'false ?'],
  ]),
  ...of('train/checkpoint', ['train/loopResume'], [['forgets what the method keeps', '...(method ? { method:', '...(false ? { method:']]),
  ...of('engine/tape', ['engine/ownBatchNormalization', 'engine/kernelChoice'], [['of a gradient in two parts the second is forgotten', 'second === undefined ? [first] : [first, second]', '[first]']]),
  ...of('engine/batchNormalization', ['engine/ownBatchNormalization'], [
    ['of a gradient in two parts the own operation takes the first', 'more === undefined ? [dy] : [dy, more]', '[dy]'],
    ['the gradient of the scale is that of the shift', 'return [dx, dScale, dShift];', 'return [dx, dShift, dShift];'],
  ]),
  ...of('engine/maps', ['engine/maps'], [['pixels go apart by another stride', "'SamlabSpread', ownAttributes(dy, stride)", "'SamlabSpread', ownAttributes(dy, stride + 1)"]]),
];
