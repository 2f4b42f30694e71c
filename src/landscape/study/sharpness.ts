import { networkLoss } from '../networkLoss';
import { averageSharpness, type AverageSharpness } from '../sharpness/average';
import { splitIntoGroups, mSharpness, type MSharpness } from '../sharpness/mSharpness';
import { samSharpness, type SamSharpness } from '../sharpness/samSharpness';
import { epsSharpness, worstCaseSharpness, type AscentSharpness } from '../sharpness/worstCase';
import { labelName } from './settings';
import { curvatureLoss, storedPart, type Study } from './study';

/** How sharp one network is, by every measure; ascents once for each seed. */
export interface StudySharpness {
  readonly worstCase: readonly AscentSharpness[];
  readonly adaptiveWorstCase: readonly AscentSharpness[];
  readonly epsSharpness: readonly AscentSharpness[];
  readonly mSharpness: MSharpness<AscentSharpness>;
  readonly sam: SamSharpness;
  readonly average: AverageSharpness;
}

/** Every measure of sharpness of both networks, with frozen batch norm: `sharpness-<label>.json`. */
export async function measureSharpness(study: Study): Promise<void> {
  for (const net of [0, 1] as const) {
    await storedPart<StudySharpness>(study, `sharpness-${labelName(study.settings.labels[net])}`, () => sharpnessOf(study, net));
  }
}

async function sharpnessOf(study: Study, net: 0 | 1): Promise<StudySharpness> {
  const { model, networks, settings, data, onProgress, signal } = study;
  const { seed, rho, adaptiveRho, ascentSteps: steps, ascentSeeds, groupImages, normalization } = settings;
  const loss = curvatureLoss(study, net);
  const { parameters } = networks[net];
  const seeds = Array.from({ length: ascentSeeds }, (_, index) => seed + index);
  const part = `sharpness-${labelName(settings.labels[net])}`;
  const total = 3 * seeds.length + 3;
  let done = 0;
  const counted = async <T>(measured: Promise<T>): Promise<T> => {
    const result = await measured;
    onProgress?.({ part, done: ++done, total });
    return result;
  };
  const ascents = async (measure: (options: { seed: number; steps: number }) => Promise<AscentSharpness>): Promise<AscentSharpness[]> => {
    const found: AscentSharpness[] = [];
    for (const start of seeds) {
      found.push(await counted(measure({ seed: start, steps })));
    }
    return found;
  };
  const groups = splitIntoGroups(data.probed, groupImages).map((images) => networkLoss(model, networks[net], images, { normalization, batchNorm: 'frozen', ...(signal ? { signal } : {}) }));
  return {
    worstCase: await ascents((options) => worstCaseSharpness(loss, parameters, { ...options, rho })),
    adaptiveWorstCase: await ascents((options) => worstCaseSharpness(loss, parameters, { ...options, rho: adaptiveRho, adaptive: true })),
    epsSharpness: await ascents((options) => epsSharpness(loss, parameters, options)),
    mSharpness: await counted(mSharpness(groups, (group) => worstCaseSharpness(group, parameters, { rho, seed, steps }))),
    sam: await counted(samSharpness(loss, parameters, { rho })),
    average: await counted(averageSharpness(loss, parameters, { rho, seed })),
  };
}
