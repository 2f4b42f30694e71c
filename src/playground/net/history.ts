import type { TensorVector } from '../../engine/tensorVector';
import { measureCurvature } from './curvature';
import { measure, type Measures } from './measures';
import { NetComparison, type Contender } from './training';
import type { NetMethodId, NetSettings } from './settings';

/** Steps between two measurements of losses and errors, and between two of the curvature. */
export const RECORD_EVERY = 10;
export const CURVATURE_EVERY = 100;

/** What was measured of a network at a step. */
export interface NetRecord extends Measures {
  readonly step: number;
}

/** The curvature at a step. */
export interface CurvatureRecord {
  readonly step: number;
  readonly eigenvalue: number;
  readonly converged: boolean;
  readonly secant: number | undefined;
}

/** One method's history. */
export interface NetHistory {
  readonly method: NetMethodId;
  readonly records: readonly NetRecord[];
  readonly curvature: readonly CurvatureRecord[];
}

/** Called between small pieces of work, so that other work gets its turn. */
export type Pause = () => Promise<void>;

/** How a training is paced. */
export interface Pace {
  readonly pause: Pause;
  /** Called after each step. */
  readonly afterStep: (taken: number) => Promise<void>;
  /** Asked before each step. */
  readonly stopping: () => boolean;
}

/** As fast as it goes, to the end, without a pause. */
export const AT_ONCE: Pace = { pause: () => Promise.resolve(), afterStep: () => Promise.resolve(), stopping: () => false };

/** Trains networks beside each other and keeps what is measured on the way, always at the same steps. */
export class MeasuredComparison {
  readonly comparison: NetComparison;
  readonly histories: readonly { readonly method: NetMethodId; readonly records: NetRecord[]; readonly curvature: CurvatureRecord[] }[];
  private readonly vectors = new Map<NetMethodId, TensorVector>();

  constructor(readonly settings: NetSettings) {
    this.comparison = new NetComparison(settings);
    this.histories = settings.methods.map((method) => ({ method, records: [], curvature: [] }));
  }

  /** Measures all networks at the present step, unless that was done. */
  async measureNow(pause: Pause, withCurvature: boolean): Promise<void> {
    const { taken, contenders } = this.comparison;
    for (const [index, contender] of contenders.entries()) {
      const { records, curvature } = this.histories[index]!;
      // A network that has diverged is not measured any more.
      if (contender.divergedAt !== undefined) {
        continue;
      }
      if (records.at(-1)?.step !== taken) {
        records.push({ step: taken, ...measure(this.comparison.model, contender.parameters, this.comparison.training, this.comparison.test) });
        await pause();
      }
      if (withCurvature && curvature.at(-1)?.step !== taken) {
        curvature.push({ step: taken, ...(await this.curvatureOf(contender, pause)) });
      }
    }
  }

  private async curvatureOf({ method, parameters }: Contender, pause: Pause): Promise<Omit<CurvatureRecord, 'step'>> {
    const { model, training } = this.comparison;
    const { rho, seed } = this.settings;
    const { vector, ...found } = await measureCurvature(model, parameters, training, { rho, seed, before: this.vectors.get(method), pause });
    this.vectors.get(method)?.dispose();
    this.vectors.set(method, vector);
    return found;
  }

  /** Takes steps up to a given one, until the training is over or `stopping` holds, and measures where it is due. A stopped training can be continued with the same numbers. */
  async advanceTo(step: number, { pause, afterStep, stopping }: Pace = AT_ONCE): Promise<void> {
    await this.measureNow(pause, this.comparison.taken % CURVATURE_EVERY === 0);
    while (this.comparison.taken < step && !this.comparison.isOver && !stopping()) {
      for (const take of this.comparison.stepByMethod()) {
        take();
        await pause();
      }
      await this.measureWhereDue(pause);
      await afterStep(this.comparison.taken);
    }
  }

  private async measureWhereDue(pause: Pause): Promise<void> {
    const { taken, isOver } = this.comparison;
    if (taken % RECORD_EVERY === 0 || isOver) {
      await this.measureNow(pause, taken % CURVATURE_EVERY === 0 || isOver);
    }
  }

  /** Frees all networks. */
  dispose(): void {
    this.comparison.dispose();
    this.vectors.forEach((vector) => vector.dispose());
  }
}
