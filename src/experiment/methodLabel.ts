import { DEFAULT_METHOD, READ_BY, type MethodName, type MethodSettings } from '../train/methodSettings';

/** How the methods are called in tables and figures; the first is the replicated report's "No SAM". */
export const METHOD_NAMES: Readonly<Record<MethodName, string>> = {
  sgd: 'SGD (no SAM)',
  sam: 'SAM',
  fgsm: 'Multi-step FGSM',
  asam: 'ASAM',
  ssamF: 'Sparse SAM, Fisher mask',
  ssamD: 'Sparse SAM, dynamic mask',
  msam: 'MSAM',
  lookSam: 'LookSAM',
  gsam: 'GSAM',
  wsam: 'WSAM',
  friendlySam: 'Friendly SAM',
  saner: 'SANER',
};

/** Letters of the papers for settings that have one. */
const LETTERS: { readonly [Key in keyof MethodSettings]?: string } = {
  rho: 'ρ',
  perturbationNorm: 'p',
  ascentSteps: 'T',
  ascentMomentum: 'μ',
  asamEta: 'η',
  sparsity: 's',
  lookEvery: 'k',
  lookAlpha: 'α',
  gsamAlpha: 'α',
  wsamGamma: 'γ',
  friendlySigma: 'σ',
  friendlyLambda: 'λ',
  sanerAlpha: 'α',
  groupSize: 'm',
};

/** Settings that read better in words. */
const WORDS: { readonly [Key in keyof MethodSettings]?: (value: MethodSettings[Key]) => string } = {
  radiusIn: () => 'ρ in its own norm',
  ascentStepLength: (length) => `steps of ${length} ρ`,
  ascentProjection: () => 'not projected',
  ascentBound: (bound) => `elements clipped at ${bound}`,
  asamOn: (on) => (on === 'all' ? 'on all parameters' : 'on weights and batch-norm scales'),
  wsamDecoupled: () => 'not decoupled',
  sanerRampEpochs: (epochs) => `α rising over ${epochs} epochs`,
  maskEpochs: (epochs) => `mask kept ${epochs} epochs`,
};

type Described = Exclude<keyof MethodSettings, 'method'>;

/** A method and what is not at its default, such as "ASAM, ρ = 0.5"; FGSM always with its steps. Settings that the method does not read are left out. */
export function methodLabel(settings: Partial<MethodSettings>): string {
  const method = settings.method ?? DEFAULT_METHOD.method;
  const all: MethodSettings = { ...DEFAULT_METHOD, ...settings };
  const told = (Object.keys(READ_BY) as Described[]).filter((key) => READ_BY[key].includes(method) && (key === 'ascentSteps' || all[key] !== DEFAULT_METHOD[key]));
  return [METHOD_NAMES[method], ...told.map((key) => inWords(key, all[key]))].join(', ');
}

function inWords<Key extends Described>(key: Key, value: MethodSettings[Key]): string {
  const words = WORDS[key];
  return words ? words(value) : `${LETTERS[key] ?? key} = ${String(value)}`;
}
