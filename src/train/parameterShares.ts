/** Learning rates, decay and freezing by parameter, as settings ask for them. */
import type { ParameterKind, ParameterSpec, StepShare } from '../engine/vector';
import type { TrainingSettings } from './settings';

/** Decoupled rates are given per so many images. */
const DECOUPLED_IMAGES = 1024;

/** Learning rate and weight decay of a step on the mean loss, for parameters without a rate of their own. */
export function stepRates({ learningRate, weightDecay, decoupled, batchSize, momentum }: TrainingSettings): { readonly learningRate: number; readonly weightDecay: number } {
  return decoupled
    ? { learningRate: (learningRate * batchSize) / DECOUPLED_IMAGES / (1 + 1 / (1 - momentum)), weightDecay: weightDecay / learningRate }
    : { learningRate, weightDecay };
}

function kindRates({ biasRate, normScaleRate, normShiftRate }: TrainingSettings): Readonly<Record<ParameterKind, number>> {
  return { weight: 1, bias: biasRate, normScale: normScaleRate, normShift: normShiftRate };
}

interface FrozenPart {
  readonly name: string;
  /** Epochs for which it is trained first. */
  readonly trainedEpochs: number;
}

function frozenParts(freeze: string): FrozenPart[] {
  const texts = freeze.split(',').map((text) => text.trim());
  return texts.filter((text) => text !== '').map((text) => {
    const [name, epochs = '0'] = text.split('@') as [string, string?];
    if (!/^\d+$/.test(epochs)) {
      throw new RangeError(`freeze: expected names of parameters such as "conv1.weight", or "conv1.weight@3" to train it for 3 epochs first, got "${text}".`);
    }
    return { name, trainedEpochs: Number(epochs) };
  });
}

function isPartOf({ name }: ParameterSpec, part: string): boolean {
  return name === part || name.startsWith(`${part}.`);
}

/** Whether a parameter stays as it is in an epoch, counted from 1. */
export function isFrozen(settings: Pick<TrainingSettings, 'freeze'>, spec: ParameterSpec, epoch: number): boolean {
  return frozenParts(settings.freeze).some(({ name, trainedEpochs }) => isPartOf(spec, name) && epoch > trainedEpochs);
}

/** Multiples of learning rate and weight decay that each parameter gets in an epoch; undefined if all get the same. */
export function stepShares(settings: TrainingSettings, specs: readonly ParameterSpec[], epoch: number): readonly StepShare[] | undefined {
  const rates = kindRates(settings);
  const shares = specs.map((spec) => {
    const rate = isFrozen(settings, spec, epoch) ? 0 : rates[spec.kind];
    // Decoupled decay is the same whatever the rate; a rate of 0 has none.
    return { rate, decay: settings.decoupled && rate > 0 ? 1 / rate : rate > 0 ? 1 : 0 };
  });
  return shares.every(({ rate, decay }) => rate === 1 && decay === 1) ? undefined : shares;
}

/**
 * Checks settings against the network that they are for.
 *
 * @throws RangeError for a rate of a kind of parameters that the network lacks, a name to freeze that no parameter has, or
 * parameters that are all frozen from the start.
 */
export function checkShares(settings: TrainingSettings, specs: readonly ParameterSpec[]): void {
  for (const [kind, rate] of Object.entries(kindRates(settings))) {
    if (rate !== 1 && !specs.some((spec) => spec.kind === kind)) {
      throw new RangeError(`train: ${kind}Rate is ${rate}, but the network has no parameter of that kind; leave it at 1, or choose another network.`);
    }
  }
  for (const { name } of frozenParts(settings.freeze)) {
    if (!specs.some((spec) => isPartOf(spec, name))) {
      const known = specs.slice(0, 3).map((spec) => spec.name);
      throw new RangeError(`train: freeze names "${name}", but no parameter of the network has that name or lies below it; its first ones are ${known.join(', ')}.`);
    }
  }
  if (specs.every((spec) => isFrozen(settings, spec, 1))) {
    throw new RangeError(`train: freeze "${settings.freeze}" leaves nothing to train; leave some parameters out.`);
  }
}
