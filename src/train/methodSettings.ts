import type { AsamScaling } from '../optim/asam';
import type { RhoSchedule } from '../optim/radius';
import type { PerturbationScope } from '../optim/scope';

/** How the weights are perturbed, if at all. */
export const METHODS = ['sgd', 'sam', 'fgsm', 'asam', 'ssamF', 'ssamD', 'msam', 'lookSam', 'gsam', 'wsam', 'friendlySam', 'saner'] as const;

/** Name of a method. */
export type MethodName = (typeof METHODS)[number];

/** What ASAM can scale, from the least on. */
export const ASAM_ON = ['weights', 'weightsAndNormScales', 'all'] as const;

/** The perturbation of a training run, and what is built around it. */
export interface MethodSettings {
  /** The base optimizer alone (`sgd`), or the rule that perturbs the weights around it. */
  readonly method: MethodName;
  /** Radius of the perturbation; read by all but `sgd`. */
  readonly rho: number;
  /** What `rho` means for balls of another norm than the 2-norm: their own radius, or the 2-norm that they should match at equal elements. */
  readonly radiusIn: 'twoNorm' | 'ownNorm';
  /** Exponent p of SAM's norm, 1 or more. */
  readonly perturbationNorm: number | 'infinity';

  /** T, the sign steps of FGSM. */
  readonly ascentSteps: number;
  /** mu, the share of the accumulated direction that FGSM keeps. */
  readonly ascentMomentum: number;
  /** The ball in which FGSM stays. */
  readonly ascentBall: 'infinity' | 'euclidean';
  /** Length of one of FGSM's steps in radii; 0 means 1 / T. */
  readonly ascentStepLength: number;
  /** Whether FGSM projects into its ball after each step. */
  readonly ascentProjection: boolean;
  /** Largest size of an element of FGSM's perturbation after a projection on the infinity ball, whatever the radius; 0 means the radius. */
  readonly ascentBound: number;

  /** eta of ASAM, added to the weights' magnitudes. */
  readonly asamEta: number;
  /** What ASAM scales with: each element, or the norm of its filter or layer. */
  readonly asamScaling: AsamScaling;
  /**
   * What ASAM scales. `weights`: those of convolutions and linear layers, the paper's text (default). `weightsAndNormScales`: batch-norm
   * scales too, the authors' code, which takes every parameter whose name holds "weight". `all`: shifts and biases as well, the
   * code of the replicated report.
   */
  readonly asamOn: (typeof ASAM_ON)[number];

  /** Share of the parameters that sparse SAM leaves unperturbed, in [0, 1]. */
  readonly sparsity: number;
  /**
   * Whether sparse SAM masks the gradient before it is normalised, so that eps has the length rho (the paper's text, default), or the
   * perturbation after, which is then shorter (the authors' code).
   */
  readonly maskAt: 'beforeNorm' | 'afterNorm';
  /** Epochs between masks. */
  readonly maskEpochs: number;
  /** Images whose gradients decide the mask of SSAM-F. */
  readonly maskSamples: number;
  /** Share of the live parameters that the first change of SSAM-D's mask drops, in [0, 1]. */
  readonly dropRate: number;

  /** k: LookSAM's second pass every k steps. */
  readonly lookEvery: number;
  /** alpha: how strongly LookSAM's other steps follow it. */
  readonly lookAlpha: number;

  /** alpha: how much of the plain gradient's part across SAM's GSAM takes off, 0 or more. */
  readonly gsamAlpha: number;
  /** gamma of WSAM in [0, 1), the weight of sharpness in the loss. */
  readonly wsamGamma: number;
  /** Whether WSAM's sharpness moves the weights beside the base step. */
  readonly wsamDecoupled: boolean;
  /** sigma: how much of the running mean of gradients Friendly SAM takes off, 0 or more. */
  readonly friendlySigma: number;
  /** lambda: the share of that mean which each step keeps, in [0, 1). */
  readonly friendlyLambda: number;
  /** alpha: how much SANER takes off the elements that SAM makes smaller, in [0, 1]. */
  readonly sanerAlpha: number;
  /** Epochs over which SANER's alpha rises from 0; 0 takes all of it from the start. */
  readonly sanerRampEpochs: number;

  /** Which parameters are perturbed. */
  readonly perturbationScope: PerturbationScope;
  /** m: images per perturbation; 0 takes the whole batch. */
  readonly groupSize: number;
  /** How the radius moves over the run: it stays, rises from 0 or falls to 0 along a line, or follows the learning rate. */
  readonly rhoSchedule: RhoSchedule;
  /** First epoch with perturbations, counted from 1; `decay` starts them with the decay of `warmupStableDecay`. */
  readonly perturbationStart: number | 'decay';
  /** Last epoch with perturbations; 0 means the last of the run. */
  readonly perturbationEnd: number;
}

const ALL: readonly MethodName[] = METHODS.filter((name) => name !== 'sgd');
const SPARSE: readonly MethodName[] = ['ssamF', 'ssamD'];

/** Which methods read a setting; what no method of a run reads does not set it apart from others. */
export const READ_BY: { readonly [Key in Exclude<keyof MethodSettings, 'method'>]: readonly MethodName[] } = {
  rho: ALL,
  radiusIn: ['sam', 'lookSam', 'gsam', 'wsam', 'saner', 'fgsm'],
  perturbationNorm: ['sam', 'lookSam', 'gsam', 'wsam', 'saner'],
  ascentSteps: ['fgsm'],
  ascentMomentum: ['fgsm'],
  ascentBall: ['fgsm'],
  ascentStepLength: ['fgsm'],
  ascentProjection: ['fgsm'],
  ascentBound: ['fgsm'],
  asamEta: ['asam'],
  asamScaling: ['asam'],
  asamOn: ['asam'],
  sparsity: SPARSE,
  maskAt: SPARSE,
  maskEpochs: SPARSE,
  maskSamples: ['ssamF'],
  dropRate: ['ssamD'],
  gsamAlpha: ['gsam'],
  wsamGamma: ['wsam'],
  wsamDecoupled: ['wsam'],
  friendlySigma: ['friendlySam'],
  friendlyLambda: ['friendlySam'],
  sanerAlpha: ['saner'],
  sanerRampEpochs: ['saner'],
  lookEvery: ['lookSam'],
  lookAlpha: ['lookSam'],
  perturbationScope: ALL,
  groupSize: ALL,
  rhoSchedule: ALL,
  perturbationStart: ALL,
  perturbationEnd: ALL,
};

/** The settings of the method that a run has unless it says otherwise: plain SAM's, with the papers' own values for the others. */
export const DEFAULT_METHOD: MethodSettings = {
  method: 'sgd',
  rho: 0.05,
  radiusIn: 'twoNorm',
  perturbationNorm: 2,
  ascentSteps: 3,
  ascentMomentum: 0,
  ascentBall: 'infinity',
  ascentStepLength: 0,
  ascentProjection: true,
  ascentBound: 0,
  asamEta: 0.01,
  asamScaling: 'element',
  asamOn: 'weights',
  sparsity: 0.5,
  maskAt: 'beforeNorm',
  maskEpochs: 1,
  maskSamples: 16,
  dropRate: 0.5,
  lookEvery: 5,
  lookAlpha: 0.1,
  gsamAlpha: 0.4,
  wsamGamma: 0.9,
  wsamDecoupled: true,
  friendlySigma: 1,
  friendlyLambda: 0.9,
  sanerAlpha: 0.5,
  sanerRampEpochs: 0,
  perturbationScope: 'all',
  groupSize: 0,
  rhoSchedule: 'constant',
  perturbationStart: 1,
  perturbationEnd: 0,
};
