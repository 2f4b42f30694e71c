import { longWork, type LongWork } from '../progress/longWork';
import { duration } from '../progress/progressBar';
import { disposeNetwork } from '../train/network';
import type { TrainingProgress } from '../train/progress';
import type { ExperimentConfig } from './config';
import type { ComparedMethod, ComparedNetwork, Comparison, ComparisonSetting } from './comparison';
import { comparisonRows, type Budget, type ComparedRun } from './comparisonRows';
import { checkSeeds, contestantsOf, settingsOf, type Contestant } from './contestants';
import { RESUME_NOTE, STARTS_AGAIN } from './interrupt';
import { checkStoreName, runOwnRule, runOwnRuleWithNetwork } from './ownRun';
import { withDefaults } from './defaultConfig';
import type { RunResult } from './result';
import { experimentFolders } from './folders';
import { runOwnParts, runOwnPartsWithNetwork } from './ownNetworkRun';
import { runExperiment, runWithNetwork } from './run';
import type { TrainedRun } from './makeRun';
import { validateConfig } from './schema';
import { storedProblem } from './store';

/**
 * Compares training methods. Each is trained with the same seeds, and so from the same initial weights, on the same images in
 * the same order, under one or both of two budgets: equal epochs; or equal gradient evaluations, where each gets as many as
 * the base optimizer computes in `config.epochs` epochs, rounded to whole epochs (half of them for SAM), with the warm-up
 * shortened alike. A method's cost is read from its run of equal epochs with the first seed, which is therefore always made.
 *
 * The base optimizer (`sgd`) is added where it is not among the methods. Runs of built-in methods are stored:
 * stored runs are not made again, and stopped ones are resumed. Your own rules are trained in memory, or stored under a name.
 *
 * @param setting without `folders`, runs are stored below `data/quick`, apart from results.
 * @returns rows and runs, fewer than all if its `signal` or the kernel's interrupt ended it, or a stored result cannot be read.
 * @throws RangeError before anything is trained, for settings out of range, two methods of one label, or seeds that are
 * missing or given twice; Error if a rule returns something else than a finite vector of the parameters' layout.
 * @example
 * const { rows } = await experiment.compare([{ method: 'sam', rho: 0.05 }, { rule: mine, storeAs: 'mine' }], { config: { epochs: 4 }, seeds: [0, 1, 2] });
 * @example
 * const { networks, dispose } = await experiment.compare([{ rule: mine }], { config, seeds: [0], budgets: ['epochs'], keepNetworks: true });
 * const [sgd, own] = networks;
 */
export function compare(methods: readonly ComparedMethod[], setting: ComparisonSetting): Promise<Comparison> {
  return longWork('compare', setting, async (work) => {
    const comparing = new Comparing(methods, setting, work);
    const comparison = await comparing.run().catch((error: unknown) => {
      comparing.dispose();
      throw error;
    });
    if (work.stopping) {
      work.tellStopped(`The comparison holds the ${comparison.runs.length} runs that are complete. Of the run under way: ${comparing.hasCheckpoint ? RESUME_NOTE : STARTS_AGAIN}`);
    }
    return comparison;
  });
}

class Comparing {
  private readonly contestants: readonly Contestant[];
  private readonly base: string;
  private readonly runs: ComparedRun[] = [];
  private readonly trained = new Map<RunResult, TrainedRun>();
  private readonly total: number;
  private started = 0;
  private readonly problems: string[] = [];
  /** Of the run under way. */
  hasCheckpoint = true;

  constructor(
    methods: readonly ComparedMethod[],
    private readonly setting: ComparisonSetting,
    private readonly work: LongWork,
  ) {
    const { all, base } = contestantsOf(methods);
    this.contestants = all;
    this.base = base;
    checkSeeds(setting.seeds);
    const names = all.flatMap(({ method: { storeAs } }) => storeAs ?? []);
    if ((setting.network ?? setting.data) && names.length > 0) {
      throw new RangeError('compare: runs with a network or data of your own are not stored, for their settings do not name them; leave storeAs out.');
    }
    names.forEach(checkStoreName);
    this.contestants.forEach(({ method }) => this.configOf(method, setting.seeds[0]!));
    const perBudget = this.contestants.length * setting.seeds.length;
    this.total = this.budgets.includes('gradients') ? perBudget + (this.budgets.includes('epochs') ? perBudget : this.contestants.length) : perBudget;
  }

  private get budgets(): readonly Budget[] {
    return this.setting.budgets ?? ['epochs', 'gradients'];
  }

  async run(): Promise<Comparison> {
    const { seeds } = this.setting;
    const equalEpochs = this.budgets.includes('epochs');
    // Seed by seed, so that a stopped comparison has all methods for the seeds it has finished.
    const complete = await this.runAll('epochs', equalEpochs ? seeds : seeds.slice(0, 1), () => DEFAULT_SHARE);
    if (complete && this.budgets.includes('gradients')) {
      await this.runAll('gradients', seeds, ({ label }) => this.shareOfEpochs(label));
    }
    const runs = this.runs.filter(({ budget }) => this.budgets.includes(budget));
    return { rows: comparisonRows(runs, this.base), runs, base: this.base, networks: runs.flatMap((run) => this.networkOf(run)), dispose: () => this.dispose(), problems: this.problems };
  }

  private networkOf({ label, budget, result }: ComparedRun): ComparedNetwork[] {
    const trained = this.trained.get(result);
    return trained ? [{ label, budget, seed: result.config.seed, model: trained.model, network: trained.network }] : [];
  }

  /** Frees the networks. */
  dispose(): void {
    this.trained.forEach(({ network }) => disposeNetwork(network));
    this.trained.clear();
  }

  /** @returns whether all runs were made. */
  private async runAll(budget: Budget, seeds: readonly number[], shareOf: (contestant: Contestant) => number | undefined): Promise<boolean> {
    for (const seed of seeds) {
      for (const contestant of this.contestants) {
        const share = shareOf(contestant);
        const result = share === undefined ? 'unreadable' : await this.make(contestant, budget, this.configOf(contestant.method, seed, share));
        if (result === undefined) {
          return false;
        }
        if (result !== 'unreadable') {
          this.runs.push({ label: contestant.label, budget, result });
        }
      }
    }
    return true;
  }

  private async make({ label, method }: Contestant, budget: Budget, config: ExperimentConfig): Promise<RunResult | 'unreadable' | undefined> {
    const { preset = 'quick-comparison', folders = experimentFolders('quick'), onRun } = this.setting;
    if (this.work.stopping) {
      return undefined;
    }
    this.hasCheckpoint = method.rule === undefined || method.storeAs !== undefined;
    onRun?.({ label, budget, config, run: ++this.started, runs: this.total, hasCheckpoint: this.hasCheckpoint });
    const made = this.runs.find((run) => run.label === label && run.result.config.seed === config.seed && run.result.config.epochs === config.epochs);
    if (made) {
      return made.result;
    }
    const options = { preset, folders, onProgress: (progress: TrainingProgress) => this.report(label, config, progress) };
    const { rule, storeAs } = method;
    const problem = rule === undefined && this.setting.network === undefined && this.setting.data === undefined ? await storedProblem(folders.results, config) : undefined;
    if (problem !== undefined) {
      // The other runs do not depend on it.
      this.problems.push(problem);
      console.error(problem);
      return 'unreadable';
    }
    const own = rule && { rule, ...(storeAs === undefined ? {} : { storeAs }) };
    const { network, data, keepNetworks } = this.setting;
    const parts = network ?? data ? { ...(network ? { network } : {}), ...(data ? { data } : {}), ...(rule ? { rule } : {}) } : undefined;
    if (keepNetworks !== true) {
      return parts ? runOwnParts(config, parts, options) : own ? runOwnRule(config, own, options) : runExperiment(config, options);
    }
    const trained = await (parts ? runOwnPartsWithNetwork(config, parts, options) : own ? runOwnRuleWithNetwork(config, own, options) : runWithNetwork(config, options));
    if (trained) {
      this.trained.set(trained.result, trained);
    }
    return trained?.result;
  }

  /** Reports how far the run under way and the whole comparison are. */
  private report(label: string, config: ExperimentConfig, progress: TrainingProgress): void {
    const { secondsLeft, epoch, step, stepsPerEpoch } = progress;
    const epochsDone = epoch - 1 + step / stepsPerEpoch;
    const here = secondsLeft / Math.max(config.epochs - epochsDone, 1 / stepsPerEpoch);
    const known = new Map(this.runs.map((run) => [run.label, run.result.seconds / Math.max(1, run.result.history.length)]));
    if (secondsLeft > 0) {
      known.set(label, here);
    }
    const mean = [...known.values()].reduce((sum, seconds) => sum + seconds, 0) / known.size;
    const perLabel = this.contestants.map((contestant) => known.get(contestant.label) ?? mean);
    const perRun = (config.epochs * perLabel.reduce((sum, seconds) => sum + seconds, 0)) / perLabel.length;
    const comparisonSecondsLeft = secondsLeft + (this.total - this.started) * perRun;
    this.setting.onProgress?.({ ...progress, comparisonSecondsLeft });
    this.work.report({ done: this.started - 1 + epochsDone / config.epochs, of: this.total, unit: 'runs', text: `run ${this.started} of ${this.total}: ${label}, seed ${config.seed} · ${duration(comparisonSecondsLeft)} left` });
  }

  /** Epochs that cost as much as those of the base optimizer, as a share of them; undefined where a run of one of the two could not be read. */
  private shareOfEpochs(label: string): number | undefined {
    const [base, own] = [this.base, label].map((wanted) => {
      const run = this.runs.find((one) => one.budget === 'epochs' && one.label === wanted);
      // A run that diverged in its first epoch has no complete epoch.
      return run && run.result.gradientEvaluations / Math.max(1, run.result.history.length);
    });
    return base !== undefined && own !== undefined ? base / own : undefined;
  }

  private configOf(method: ComparedMethod, seed: number, share = DEFAULT_SHARE): ExperimentConfig {
    // An own rule takes SAM's place, so that radius, kinds of parameters and groups are read.
    const config = withDefaults({ ...this.setting.config, ...settingsOf(method), ...(method.rule ? { method: 'sam' as const } : {}), seed });
    const epochs = share === DEFAULT_SHARE ? config.epochs : Math.max(1, Math.round(config.epochs * share));
    return validateConfig({ ...config, ...perturbedEpochs(config, epochs), epochs, warmupEpochs: (config.warmupEpochs * epochs) / config.epochs });
  }
}

/** The first and last epoch with perturbations, moved as the end of the run is, so that the same share of it is perturbed. */
function perturbedEpochs({ epochs: before, perturbationStart: start, perturbationEnd: end }: ExperimentConfig, epochs: number): Pick<ExperimentConfig, 'perturbationStart' | 'perturbationEnd'> {
  if (epochs === before) {
    return { perturbationStart: start, perturbationEnd: end };
  }
  const first = start === 'decay' ? start : Math.min(epochs, 1 + Math.round(((start - 1) * epochs) / before));
  const last = end === 0 ? 0 : Math.max(first === 'decay' ? 1 : first, Math.round((end * epochs) / before));
  return { perturbationStart: first, perturbationEnd: last };
}

const DEFAULT_SHARE = 1;
