/** How the learning rate changes over a run. */
export interface ScheduleSettings {
  /** Peak learning rate. */
  readonly learningRate: number;
  readonly schedule: 'constant' | 'cosine' | 'steps' | 'warmupStableDecay' | 'triangular';
  /** Length of the linear warm-up, in epochs. */
  readonly warmupEpochs: number;
  /** Length of the run, in epochs. */
  readonly epochs: number;
  /** Share of the time after warm-up in which `warmupStableDecay` decays, in (0, 1]. Default: 0.3. */
  readonly decayShare?: number;
  /** Shares of the learning rate with which `triangular` starts and ends; default: 0.2 and 0.07. */
  readonly triangleStart?: number;
  readonly triangleEnd?: number;
  /** Share of all steps at which `triangular` reaches the learning rate, in (0, 1); default: 0.23. */
  readonly trianglePeak?: number;
}

/** Steps of a run; a part of an epoch counts up to its next whole step. */
export function totalSteps({ epochs }: Pick<ScheduleSettings, 'epochs'>, stepsPerEpoch: number): number {
  return Math.ceil(epochs * stepsPerEpoch);
}

/** Up to the peak along a line, and down from it along another. */
function triangle({ triangleStart = 0.2, trianglePeak = 0.23, triangleEnd = 0.07 }: ScheduleSettings, step: number, steps: number): number {
  const peak = Math.floor(trianglePeak * steps);
  return step < peak ? triangleStart + ((1 - triangleStart) * step) / peak : 1 + ((triangleEnd - 1) * (step - peak)) / (steps - peak);
}

/** `steps` divides the rate by this much at each milestone (He et al. 2015, section 4.2). */
const STEP_FACTOR = 10;
/** Milestones of `steps`, as shares of the time after warm-up. */
const MILESTONES = [0.5, 0.75];
/** Share of the time after warm-up in which `warmupStableDecay` decays. */
const DECAY_SHARE = 0.3;

function decayFactor({ schedule, decayShare = DECAY_SHARE }: ScheduleSettings & { readonly schedule: Exclude<ScheduleSettings['schedule'], 'triangular'> }, progress: number): number {
  switch (schedule) {
    case 'constant':
      return 1;
    case 'cosine':
      return (1 + Math.cos(Math.PI * progress)) / 2;
    case 'steps':
      return STEP_FACTOR ** -MILESTONES.filter((milestone) => progress >= milestone).length;
    case 'warmupStableDecay':
      return Math.min(1, (1 - progress) / decayShare);
  }
}

/**
 * Learning rate of the step that starts at a moment of the run.
 *
 * Warm-up, t < W: peak (t + one step) / W, so that the first step is not lost at rate 0. After it, with
 * s = (t - W) / (T - W) in [0, 1): constant: peak; cosine: peak (1 + cos(pi s)) / 2; steps: peak / 10
 * from s = 1/2 and peak / 100 from s = 3/4; warmupStableDecay: peak, then linear to 0 over the last 30 %, or `decayShare`.
 * triangular, which has no other warm-up: lines from `triangleStart` of the peak to the peak at step floor(`trianglePeak` N) of
 * N, and to `triangleEnd` of it at step N.
 *
 * @param settings T = `epochs`, W = `warmupEpochs`.
 * @param step steps taken before this one, over the whole run.
 * @param stepsPerEpoch steps in one epoch.
 * @source cosine: Loshchilov and Hutter 2017 (arXiv 1608.03983), eq. 5 without restarts; warm-up: Goyal et al. 2017, section 2.2.
 */
export function learningRateAt(settings: ScheduleSettings, step: number, stepsPerEpoch: number): number {
  const { learningRate, warmupEpochs, schedule } = settings;
  if (schedule === 'triangular') {
    return learningRate * triangle(settings, step, totalSteps(settings, stepsPerEpoch));
  }
  const warmupSteps = warmupEpochs * stepsPerEpoch;
  if (step < warmupSteps) {
    return learningRate * Math.min(1, (step + 1) / warmupSteps);
  }
  return learningRate * decayFactor({ ...settings, schedule }, progressAfterWarmup(settings, step, stepsPerEpoch));
}

/** s, the share of the time after warm-up that has passed before a step; negative within the warm-up. */
function progressAfterWarmup({ warmupEpochs, epochs }: ScheduleSettings, step: number, stepsPerEpoch: number): number {
  const warmupSteps = warmupEpochs * stepsPerEpoch;
  return (step - warmupSteps) / (epochs * stepsPerEpoch - warmupSteps);
}

/** Whether a step belongs to the decay of `warmupStableDecay`, whose first step is still taken at the peak. */
export function isDecaying(settings: ScheduleSettings, step: number, stepsPerEpoch: number): boolean {
  return progressAfterWarmup(settings, step, stepsPerEpoch) >= 1 - (settings.decayShare ?? DECAY_SHARE);
}
