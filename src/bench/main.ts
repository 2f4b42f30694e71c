import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { withoutGraphs } from '../engine/graph/compiled';
import { measureKernels } from '../engine/kernelChoice';
import { reportProblem } from '../command/commandProblem';
import { PROJECT_ROOT } from '../files/projectRoot';
import { describeEnvironment } from '../machine/environment';
import { OWN_STORE } from '../files/stores';
import { kernelTableFile, vectorInstructions } from '../machine/kernels';
import { writeAtomically } from '../files/atomicFile';
import { createModel } from '../models/create';
import { addTo, checkReplaces, checkSameMachine, type Choice, type Machine } from './addTo';
import { ceiling } from './ceiling';
import { compare } from './compare';
import { compared, COMPARED_NAMES, type ComparedName } from './compared';
import { measuredText, roundsText, verdictText } from './goalText';
import { goals } from './goals';
import { gpuCheck } from './gpuCheck';
import { probeCost } from './probes';
import { profile, type Profile } from './profile';
import { pytorchEnvironment } from './pytorchEnvironment';
import { BENCH_FORMAT, WORKS, type BenchResult, type Comparison, type Work } from './result';
import { prepare, Rival } from './rival';
import { checkLimits, FEWEST_ROUNDS, type RoundLimits } from './rounds';
import { scaling } from './scaling';
import { Stages } from './stages';
import { readBenchmarks } from './store';
import { Subject } from './subject';
import { gradientFlops } from './work';
import { noiseBatch } from './workload';

interface BenchOptions {
  readonly repeats: number;
  readonly mostRepeats: number;
  readonly minutes: number;
  readonly width: number;
  readonly compile: boolean;
  readonly probes: boolean;
  readonly scaling: boolean;
  readonly onlyRatios: boolean;
  readonly onlyProbes: boolean;
  readonly add: boolean;
  readonly store: string;
  readonly networks: readonly ComparedName[];
  readonly works: readonly Work[];
  readonly batch?: number;
}

/** Repeats of measurements that are not ratios. */
const SCALING_REPEATS = 3;

function wholeNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) {
    throw new InvalidArgumentError('expected a whole number of 1 or more.');
  }
  return Number(text);
}

function positive(text: string): number {
  if (!(Number(text) > 0)) {
    throw new InvalidArgumentError('expected a number above 0.');
  }
  return Number(text);
}

/** Reads a list with commas. */
function listOf<T extends string>(known: readonly T[]): (text: string) => readonly T[] {
  return (text) =>
    text.split(',').map((name) => {
      const found = known.find((one) => one === name);
      if (found === undefined) {
        throw new InvalidArgumentError(`expected some of ${known.join(', ')}, with commas between them.`);
      }
      return found;
    });
}

function printGoals(result: BenchResult): void {
  for (const goal of result.goals) {
    const rounds = roundsText(goal);
    console.log(`${goal.value === null ? 'not measured' : verdictText(goal)}: ${goal.name}: ${measuredText(goal)}${rounds === '' ? '' : `, ${rounds}`} (goal ${goal.goal})`);
  }
}

/** Measured only in the whole benchmark: the speed of a large product, and probes. */
interface WholeMeasures extends Pick<BenchResult, 'ceiling' | 'probes'> {}

/** This machine and its versions. @throws Error if PyTorch does not run. */
async function describeMachine(python: string): Promise<Machine> {
  const { threads, samlab, node, tensorflow, processor, processorDigest, gpu } = describeEnvironment();
  const rival = new Rival(python);
  try {
    const { torch } = await prepare(rival, compared('imagenet'), noiseBatch(1), threads);
    return { processor, ...(processorDigest === undefined ? {} : { processorDigest }), gpu, threads, versions: { samlab, node, tensorflow, pytorch: torch } };
  } finally {
    rival.close();
  }
}

async function measureCeiling(python: string, threads: number, repeats: number): Promise<NonNullable<BenchResult['ceiling']>> {
  const rival = new Rival(python);
  try {
    await prepare(rival, compared('imagenet'), noiseBatch(1), threads);
    return await ceiling(rival, repeats);
  } finally {
    rival.close();
  }
}

/** The stored benchmark that a run is added to, if there is one. @throws RangeError if it is of another machine, or would lose something. */
async function earlierOf(file: string, machine: Machine, choice: Choice): Promise<BenchResult | undefined> {
  const [earlier] = await readBenchmarks(dirname(file), [basename(file, '.json')]);
  if (earlier !== undefined) {
    checkSameMachine(earlier, machine);
    checkReplaces(earlier, choice);
  }
  return earlier;
}

async function bench(options: BenchOptions): Promise<void> {
  const { store, add, ...choices } = options;
  const { repeats, compile, works, onlyProbes } = choices;
  const onlyRatios = choices.onlyRatios || onlyProbes;
  const networks = onlyProbes ? [] : choices.networks;
  const rounds: RoundLimits = { least: repeats, most: Math.max(repeats, choices.mostRepeats), minutes: choices.minutes, width: choices.width };
  checkLimits(rounds);
  const python = pytorchEnvironment();
  const { threads, tensorflow, commit } = describeEnvironment();
  const kernelTable = kernelTableFile();
  measureKernels(kernelTable, 'setAside');
  const file = join(store, 'bench', basename(kernelTable));
  mkdirSync(dirname(file), { recursive: true });
  const machine = await describeMachine(python);
  const earlier = add ? await earlierOf(file, machine, { ...choices, networks, onlyRatios }) : undefined;
  // With uncommitted changes nothing shows whether the sources are still those that were measured.
  const from = commit === null || commit.endsWith('+changes') ? randomUUID() : commit;
  const stages = new Stages(`${file}.unfinished`, JSON.stringify({ options: choices, from, tensorflow, torch: machine.versions.pytorch }));
  const whole: { -readonly [Key in keyof WholeMeasures]: WholeMeasures[Key] } = {};
  if (!onlyRatios) {
    whole.ceiling = await stages.take('ceiling', () => measureCeiling(python, threads, repeats));
  }
  const comparisons: Comparison[] = [];
  for (const name of networks) {
    const settings = { compared: compared(name, choices.batch), rounds, works, threads, python, kernelTable, compile, onlyRatios };
    comparisons.push(await stages.take(`comparison, ${name}`, () => compare(settings)));
  }
  if (choices.probes || onlyProbes) {
    whole.probes = await stages.take('landscape probes', () => probeCost({ python, rounds, threads, kernelTable }));
  }
  const scaled = choices.scaling && !onlyRatios ? await stages.take('scaling', () => scaling(threads, SCALING_REPEATS)) : [];
  const measured = { comparisons, ...whole };
  const flopsPerImage = gradientFlops(createModel('resnet50', 'imagenet', 10), 'imagenet');
  const finished = { instructions: vectorInstructions(), commit, finishedAt: new Date().toISOString(), repeats, rounds, scaling: scaled };
  const run: BenchResult = { format: BENCH_FORMAT, ...machine, ...finished, ...measured, goals: goals(measured, flopsPerImage) };
  const result = earlier === undefined ? run : addTo(earlier, run, flopsPerImage);
  writeAtomically(file, [Buffer.from(`${JSON.stringify(result, null, 1)}\n`)]);
  stages.done();
  printGoals(result);
  console.log(`Stored in ${relative(PROJECT_ROOT, file)}.`);
}

function printCalls(title: string, { ops, seconds, outside }: Profile): void {
  console.log(`${title}: ${(1000 * seconds).toFixed(0)} ms, ${(100 * outside).toFixed(1)} % outside TensorFlow`);
  for (const { op, seconds: own, calls } of ops) {
    console.log(`  ${op.padEnd(36)} ${(1000 * own).toFixed(1).padStart(8)} ms ${String(calls).padStart(6)} calls`);
  }
}

function printProfile(work: Work, name: ComparedName, precision: 'float32' | 'mixed', batch?: number): void {
  measureKernels(kernelTableFile(), 'setAside');
  const network = compared(name, batch);
  const subject = new Subject(network, noiseBatch(network.batch), precision);
  subject.warmUp(work);
  console.log(`${network.model.name}, batch ${network.batch}, ${precision}, ${work}`);
  printCalls('as it runs', profile(() => subject.perform(work)));
  printCalls('op by op', withoutGraphs(() => profile(() => subject.perform(work))));
  subject.dispose();
}

const EXAMPLES = `
Examples:
  npm run bench                                      the whole comparison: an hour or two on two cores
  npm run bench -- --networks cifar --works sgd,evaluation --only-ratios --no-compile --no-probes --minutes 4
                                                     one network against PyTorch, in minutes
  npm run bench -- --only-probes --add               Hessian-vector products and planes, added to what is stored
  npm run bench -- profile --network fast --batch 32    where a step's time goes
  npm run bench -- gpu-check                         whether everything works on a graphics card`;

function program(): Command {
  const command = new Command().name('npm run bench --').description('Compare samlab with PyTorch on this machine, and store the times.').showHelpAfterError('(--help lists all options)').addHelpText('after', EXAMPLES);
  command
    .command('compare', { isDefault: true })
    .description('time steps, evaluation and landscape probes on both sides in turn, until the intervals of their ratios are narrow')
    .option('--repeats <n>', `least number of rounds, ${FEWEST_ROUNDS} or more; in each round every configuration takes a step`, wholeNumber, 9)
    .option('--most-repeats <n>', 'most rounds, however wide the intervals are', wholeNumber, 25)
    .option('--minutes <n>', 'minutes per network after which no further round begins once there are --repeats', positive, 20)
    .option('--width <share>', 'an interval is narrow if it is no wider than this share of its ratio', positive, 0.05)
    .option('--networks <list>', `some of ${COMPARED_NAMES.join(', ')}: ResNet-50 with either stem, and the fast network with its recipe`, listOf(COMPARED_NAMES), COMPARED_NAMES)
    .option('--works <list>', `some of ${WORKS.join(', ')}`, listOf(WORKS), WORKS)
    .option('--batch <n>', 'images per step; default: 128, 64 and 1,024, which the goals are for', wholeNumber)
    .option('--no-compile', "leave torch.compile out of PyTorch's configurations")
    .option('--no-probes', 'leave out landscape probes and Hessian-vector products')
    .option('--no-scaling', 'leave out batches 16 to 512, ResNet-20 to 152 and fewer threads')
    .option('--only-ratios', 'measure only the ratios to PyTorch: leave out op by op, tf.layers, memory, parts of a step, scaling', false)
    .option('--only-probes', 'measure only landscape probes and Hessian-vector products', false)
    .option('--add', "keep what this machine's stored benchmark has and this run does not measure", false)
    .addOption(new Option('--store <folder>', 'folder whose bench folder stores the times').argParser((folder) => resolve(folder)).default(OWN_STORE, 'data/own, which git ignores'))
    .action(bench);
  command
    .command('profile')
    .description('print the time of one step by kind of op')
    .addOption(new Option('--work <work>', 'what is timed').choices(WORKS).default('sgd'))
    .addOption(new Option('--network <network>', 'ResNet-50 with a stem, or the fast network').choices(COMPARED_NAMES).default('imagenet'))
    .addOption(new Option('--precision <precision>', 'of activations and products').choices(['float32', 'mixed']).default('float32'))
    .option('--batch <n>', "images; default: those of the comparison", wholeNumber)
    .action(({ work, network, precision, batch }: { work: Work; network: ComparedName; precision: 'float32' | 'mixed'; batch?: number }) => printProfile(work, network, precision, batch));
  command
    .command('gpu-check')
    .description("on a machine with an NVIDIA card: the engine's tests and a short comparison, in less than ten minutes; reports failures")
    .action(async () => {
      process.exitCode = await gpuCheck();
    });
  return command;
}

program().parseAsync().catch(reportProblem);
