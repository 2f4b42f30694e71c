import type { ComparedMethod, MethodChanges } from './comparison';
import { methodLabel } from './methodLabel';

/** A method of a comparison, under a name of its own. */
export interface Contestant {
  readonly label: string;
  readonly method: ComparedMethod;
}

/** The methods of a comparison, with the base optimizer (`sgd`) added where it is not among them. */
export interface Contestants {
  readonly all: readonly Contestant[];
  /** Label of the base optimizer. */
  readonly base: string;
}

/** @throws RangeError for a method that is none, or two of one label. */
export function contestantsOf(methods: readonly ComparedMethod[]): Contestants {
  const isBase = ({ method, rule }: ComparedMethod): boolean => method === 'sgd' && rule === undefined;
  const all = (methods.some(isBase) ? methods : [{ method: 'sgd' } as const, ...methods]).map((method) => ({ label: labelOf(method), method }));
  checkLabels(all.map(({ label }) => label));
  return { all, base: all.find(({ method }) => isBase(method))!.label };
}

/** The settings of a method, without label, rule and `storeAs`. */
export function settingsOf(method: ComparedMethod): MethodChanges {
  return Object.fromEntries(Object.entries(method).filter(([key]) => !['label', 'rule', 'storeAs'].includes(key)));
}

function labelOf({ label, rule, method, ...settings }: ComparedMethod): string {
  if (rule === undefined && method === undefined) {
    throw new RangeError('compare: expected each method to have a `method`, such as "sam", or a `rule` of your own; one has neither.');
  }
  if (rule !== undefined && method !== undefined) {
    throw new RangeError(`compare: expected a method or a rule, got method "${method}" with the rule ${rule.name}; leave one of them out.`);
  }
  if (rule !== undefined && typeof rule.perturb !== 'function') {
    throw new RangeError(`compare: the rule ${rule.name} has no function \`perturb\`; write { name: 'mine', perturb: ({ gradient, rho }) => ... }.`);
  }
  const rate = settings.learningRate === undefined ? '' : `, learning rate ${settings.learningRate}`;
  return label ?? (rule ? rule.name : `${methodLabel({ ...settings, method: method! })}${rate}`);
}

function checkLabels(labels: readonly string[]): void {
  const twice = labels.find((label, index) => labels.indexOf(label) !== index);
  if (twice !== undefined) {
    throw new RangeError(`compare: two methods are called "${twice}"; give one of them a \`label\` of its own.`);
  }
}

export function checkSeeds(seeds: readonly number[]): void {
  if (seeds.length === 0 || new Set(seeds).size < seeds.length) {
    throw new RangeError(`compare: expected one seed or more, each once, got [${seeds.join(', ')}]; a t test needs at least three to be useful.`);
  }
}
