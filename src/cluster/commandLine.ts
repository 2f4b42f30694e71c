import { resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { presetList, settingOptions } from '../experiment/commandLine';
import type { ExperimentConfig } from '../experiment/config';
import { DATA, OWN_STORE } from '../files/stores';
import type { SlurmRequest } from './arrayScript';
import { nearestName } from '../command/nearestName';

/** What the command line asks for. */
export interface ExperimentRequest {
  /** A preset, a group, or a JSON file; undefined for a single run. */
  readonly grid?: string;
  /** Settings of the single run, or those that pick runs out of the grid. */
  readonly settings: Partial<ExperimentConfig>;
  readonly again: boolean;
  readonly dryRun: boolean;
  readonly allowSynthetic: boolean;
  readonly status: boolean;
  readonly estimate: boolean;
  readonly store: string;
  readonly storeIsShared: boolean;
  readonly jobs: number;
  /** The request to Slurm; undefined for runs on this machine. */
  readonly slurm?: SlurmRequest;
}

interface Flags extends Omit<SlurmRequest, 'sbatch'>, Omit<ExperimentRequest, 'settings' | 'slurm' | 'store'> {
  readonly store?: string;
  readonly preset?: string;
  readonly on: 'here' | 'slurm';
  readonly sbatch: readonly string[];
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new InvalidArgumentError(`expected a whole number from 1 on, got "${text}".`);
  }
  return value;
}

/** Adds an option to those before it; each is one line of the job script. */
function sbatchOption(text: string, before: readonly string[]): readonly string[] {
  if (!/^(--[a-z]|-[A-Za-z])/.test(text)) {
    throw new InvalidArgumentError(`expected an option of sbatch such as "--mem=8G", got "${text}".`);
  }
  return [...before, text];
}

const EXAMPLES = `
Examples:
  npm run experiment -- --method sam --rho 0.1 --epochs 20 --model resnet20     one run
  npm run experiment -- --grid laptop --dataset cifar10 --epochs 100 --seed 0   a part of a preset
  npm run experiment -- --grid mine.json --jobs 2                               a grid of your own: {"changes": {"method": "sam"}, "grid": {"rho": [0.05, 0.1]}}`;

/** Adds the option that was probably meant, such as --learning-rate for --lr, where Commander, which compares only letters, finds none. */
function withNearestOption(text: string, options: readonly Option[]): string {
  const unknown = /^error: unknown option '--?([^'=]+)[^']*'\n$/.exec(text)?.[1];
  const nearest = unknown && nearestName(unknown, options.map((option) => option.attributeName()));
  const meant = options.find((option) => option.attributeName() === nearest);
  return meant ? `${text}(Did you mean ${meant.long}?)\n` : text;
}

function command(): Command {
  const program = new Command('npm run experiment --')
    .description('One training run, or all runs of a grid, here or on a cluster. Settings describe the run; with --grid they select runs of it.')
    .optionsGroup('What to make:')
    .option('--grid <name>', 'a preset, a group of presets, or a JSON file with "changes" and "grid"')
    .option('--preset <name>', 'another word for --grid')
    .option('--again', 'run again what is already stored', false)
    .option('--dry-run', 'list the runs, or print the job script, without running anything', false)
    .option('--status', 'show the state of the runs of a grid or of a single run; without either, of every grid that was started', false)
    .option('--jobs <number>', 'runs at once on this machine', positive, 1)
    .option('--no-estimate', 'do not measure what runs of unknown cost will take')
    .option('--allow-synthetic', 'let embedded images stand in for a data set that cannot be downloaded; results go to data/quick', false)
    .option('--store <folder>', 'where results, checkpoints and weights go (default: data for presets, data/own for your own runs and grids)', (folder) => resolve(folder))
    .addOption(new Option('--on <where>', 'where to run').choices(['here', 'slurm']).default('here'));
  program
    .optionsGroup('With --on slurm:')
    .option('--partition <name>', "Slurm's partition")
    .option('--time <limit>', "time limit of a task, in Slurm's notation; a run that needs more is requeued and resumed")
    .option('--gres <resources>', 'generic resources of a task, such as gpu:1')
    .option('--cpus-per-task <number>', 'processor cores of a task', positive, 1)
    .option('--array-limit <number>', 'tasks that may run at once', positive)
    .option('--warning <seconds>', 'how long before its time limit a task stores a checkpoint and goes back into the queue', positive, 120)
    .option('--sbatch <option>', 'a further option of sbatch, such as --sbatch=--mem=8G; may be given several times', sbatchOption, [])
    .option('--store-is-shared', 'assume that all nodes see the store under the same path', false)
    .addHelpText('after', `${EXAMPLES}\n${presetList()}`)
    .configureOutput({ outputError: (text, write) => write(withNearestOption(text, program.options)) })
    .showHelpAfterError('(--help lists all settings)');
  settingOptions().forEach((option) => program.addOption(option));
  return program;
}

/** Options that only one of the two places has. If they were ignored, a grid meant for a cluster would start on its login node. */
const OPTIONS_OF: Readonly<Record<Flags['on'], readonly string[]>> = {
  here: ['jobs'],
  slurm: ['partition', 'time', 'gres', 'cpusPerTask', 'arrayLimit', 'warning', 'sbatch', 'storeIsShared'],
};

/** Ends the process if options were given that do not apply where the runs are to be made. */
function refuseOptionsOf(other: Flags['on'], program: Command): void {
  const given = program.options.filter((option) => OPTIONS_OF[other].includes(option.attributeName()) && program.getOptionValueSource(option.attributeName()) === 'cli');
  if (given.length > 0) {
    const names = given.map(({ long }) => long).join(', ');
    program.error(other === 'slurm' ? `error: only Slurm takes ${names}; add --on slurm.` : `error: ${names} limits the runs that this machine makes at once; with --on slurm use --array-limit.`);
  }
}

/**
 * The default store: for presets that of the published work, from which tables are made; for single runs and your own grids
 * another one, which git ignores. Runs on stand-in images are kept apart in either, below `quick`.
 */
function defaultStore(grid: string | undefined, allowSynthetic: boolean): string {
  const ofPreset = grid !== undefined && !grid.endsWith('.json');
  return ofPreset || allowSynthetic ? DATA : OWN_STORE;
}

/** Reads the flags. Prints help or what is wrong with them, and ends the process, where there is nothing to run. */
export function parseExperimentArguments(words: readonly string[]): ExperimentRequest {
  const program = command();
  const { grid, preset, again, dryRun, allowSynthetic, status, estimate, store, storeIsShared, jobs, on, partition, time, gres, cpusPerTask, arrayLimit, warning, sbatch, ...settings } = program
    .parse(words, { from: 'user' })
    .opts<Partial<ExperimentConfig> & Flags>();
  if (grid !== undefined && preset !== undefined) {
    program.error('error: --grid and --preset are two words for the same; give one of them.');
  }
  if (!status) {
    refuseOptionsOf(on === 'slurm' ? 'here' : 'slurm', program);
  }
  const name = grid ?? preset;
  const slurm = {
    ...(partition === undefined ? {} : { partition }),
    ...(time === undefined ? {} : { time }),
    ...(gres === undefined ? {} : { gres }),
    ...(arrayLimit === undefined ? {} : { arrayLimit }),
    cpusPerTask,
    warning,
    sbatch,
  };
  return {
    ...(name === undefined ? {} : { grid: name }),
    ...{ settings, again, dryRun, allowSynthetic, status, estimate, store: store ?? defaultStore(name, allowSynthetic), storeIsShared, jobs },
    ...(on === 'slurm' ? { slurm } : {}),
  };
}
