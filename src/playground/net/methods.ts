import type { Vector } from '../../engine/vector';
import { asam } from '../../optim/asam';
import { fgsm } from '../../optim/fgsm';
import { friendlySam } from '../../optim/friendlySam';
import { gsam } from '../../optim/gsam';
import { lookSam } from '../../optim/lookSam';
import { msam } from '../../optim/msam';
import { matchingTwoNorm } from '../../optim/radius';
import { sam } from '../../optim/sam';
import { saner } from '../../optim/saner';
import { sharpnessAware, type SharpnessAwareSettings } from '../../optim/sharpnessAware';
import { plainStep, stateVectors, type MethodState, type StepInput, type StepOutput } from '../../optim/step';
import { COLOURS } from '../../train/methods/colours';
import { methodOf as planarMethodOf, type MethodLook } from '../methods';
import type { NetMethodId, NetSettings } from './settings';

/** Takes the steps of one network, one after the other. */
export interface NetTraining<V extends Vector> {
  take<State>(input: StepInput<V, State>): StepOutput<V, State>;
  /** Frees what the method keeps from step to step. */
  dispose(): void;
}

/** A way to train, as it is offered and drawn. */
export interface NetMethod {
  /** How links name it. */
  readonly id: NetMethodId;
  readonly name: string;
  /** What it does, in one line. */
  readonly summary: string;
  readonly look: Pick<MethodLook, 'colour' | 'dashes'>;
  /** Its rule and descent; undefined for the base optimizer. */
  readonly made: ((settings: NetSettings) => Omit<SharpnessAwareSettings, 'groupSize'>) | undefined;
}

function both(colour: string): MethodLook['colour'] {
  return { light: colour, dark: colour };
}

/** Name, line and look of a method that is offered on two parameters too. */
function likePlanar(id: 'sgd' | 'sam' | 'fgsm' | 'mi-fgsm' | 'asam' | 'msam'): Pick<NetMethod, 'id' | 'name' | 'summary' | 'look'> {
  const { name, summary, look } = planarMethodOf(id);
  return { id, name, summary, look };
}

const CUBE = 'in the cube that fits into the ball of radius ρ';

/** The methods, in the order in which they are offered. */
export const NET_METHODS: readonly NetMethod[] = [
  { ...likePlanar('sgd'), made: undefined },
  { ...likePlanar('sam'), made: () => ({ rule: sam() }) },
  { ...likePlanar('fgsm'), name: 'FGSM', summary: `inner steps along sign g, ${CUBE}`, made: ({ innerSteps }) => ({ rule: matchingTwoNorm(fgsm({ steps: innerSteps }), Infinity) }) },
  { ...likePlanar('mi-fgsm'), made: ({ innerSteps }) => ({ rule: matchingTwoNorm(fgsm({ steps: innerSteps, momentum: 1 }), Infinity) }) },
  { ...likePlanar('asam'), made: () => ({ rule: asam() }) },
  { ...likePlanar('msam'), made: () => ({ rule: msam() }) },
  { id: 'lookSam', name: 'LookSAM', summary: 'SAM’s second gradient only in every fifth step', look: { colour: both(COLOURS.skyBlue), dashes: [2, 2] }, made: () => ({ rule: sam(), descent: lookSam() }) },
  { id: 'gsam', name: 'GSAM', summary: 'SAM minus 0.4 times the part of g orthogonal to its gradient', look: { colour: both(COLOURS.green), dashes: [10, 3, 2, 3, 2, 3] }, made: () => ({ rule: sam(), descent: gsam() }) },
  { id: 'friendlySam', name: 'Friendly SAM', summary: 'ε along the batch’s own part of g', look: { colour: both(COLOURS.purple), dashes: [1, 4] }, made: () => ({ rule: friendlySam() }) },
  { id: 'saner', name: 'SANER', summary: 'SAM with those elements halved that its gradient shrinks', look: { colour: both(COLOURS.orange), dashes: [5, 2, 1, 2] }, made: () => ({ rule: sam(), descent: saner() }) },
];

/** The method of that name. @throws RangeError if there is none. */
export function netMethodOf(id: string): NetMethod {
  const found = NET_METHODS.find((method) => method.id === id);
  if (found === undefined) {
    throw new RangeError(`netMethodOf: there is no method "${id}"; choose from ${NET_METHODS.map((method) => method.id).join(', ')}.`);
  }
  return found;
}

/** Begins a training; the method's state is passed from step to step. */
export function netTraining<V extends Vector>(id: NetMethodId, settings: NetSettings): NetTraining<V> {
  const { made } = netMethodOf(id);
  if (made === undefined) {
    return { take: plainStep, dispose: () => undefined };
  }
  const { rho, batch, group } = settings;
  const method = sharpnessAware({ ...made(settings), ...(group === batch ? {} : { groupSize: group }) });
  let kept: MethodState<V> = method.init();
  return {
    take(input) {
      const output = method.step({ ...input, rho, method: kept, images: batch });
      kept = output.method;
      return output;
    },
    dispose: () => stateVectors(kept).forEach((vector) => vector.dispose()),
  };
}
