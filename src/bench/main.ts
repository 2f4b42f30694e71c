import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
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
import { agree } from './agreement';
import { ceiling } from './ceiling';
import { compare } from './compare';
import { goals } from './goals';
import { probeCost } from './probes';
import { profile, type Profile } from './profile';
import { pytorchEnvironment } from './pytorchEnvironment';
import { BENCH_FORMAT, type BenchResult, type Comparison, type Work } from './result';
import { Rival } from './rival';
import { scaling } from './scaling';
import { Stages } from './stages';
import { Subject } from './subject';
import { gradientFlops } from './work';
import { noiseBatch } from './workload';

interface BenchOptions {
  readonly repeats: number;
  readonly compile: boolean;
  readonly scaling: boolean;
  readonly store: string;
  readonly stems: readonly Comparison['stem'][];
}

const BATCHES = { imagenet: 128, cifar: 64 } as const;

function wholeNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) {
    throw new InvalidArgumentError('expected a whole number of 1 or more.');
  }
  return Number(text);
}

function stemList(text: string): readonly Comparison['stem'][] {
  return text.split(',').map((stem) => {
    if (stem !== 'imagenet' && stem !== 'cifar') {
      throw new InvalidArgumentError('expected imagenet, cifar or imagenet,cifar.');
    }
    return stem;
  });
}

function printGoals(result: BenchResult): void {
  for (const { name, goal, value, met } of result.goals) {
    console.log(`${met === null ? (value === null ? 'not measured' : 'no verdict') : met ? 'met' : 'not met'}: ${name}: ${value === null ? '-' : value.toFixed(2)} (goal ${goal})`);
  }
}

async function bench(options: BenchOptions): Promise<void> {
  const { store, ...choices } = options;
  const { repeats, compile, stems } = choices;
  const python = pytorchEnvironment();
  const { threads, samlab, node, tensorflow, processor, processorDigest, gpu, commit } = describeEnvironment();
  const kernelTable = kernelTableFile();
  measureKernels(kernelTable, 'setAside');
  const file = join(store, 'bench', basename(kernelTable));
  mkdirSync(join(store, 'bench'), { recursive: true });
  const rival = new Rival(python);
  const { torch } = await agree(rival, createModel('resnet50', 'imagenet', 10), 'resnet50', 'imagenet', noiseBatch(16), threads);
  // Of changed sources nothing tells whether they are still those that were measured.
  const from = commit === null || commit.endsWith('+changes') ? randomUUID() : commit;
  const stages = new Stages(`${file}.unfinished`, JSON.stringify({ options: choices, from, tensorflow, torch }));
  const peak = await stages.take('ceiling', () => ceiling(rival, repeats));
  rival.close();
  const comparisons: Comparison[] = [];
  for (const stem of stems) {
    comparisons.push(await stages.take(`comparison, ${stem}`, () => compare({ model: 'resnet50', stem, batch: BATCHES[stem], repeats, threads, python, kernelTable, compile })));
  }
  const measured = { comparisons, ceiling: peak, probes: await stages.take('landscape probes', () => probeCost(python, repeats, threads, kernelTable)) };
  const result: BenchResult = {
    format: BENCH_FORMAT,
    processor,
    ...(processorDigest === undefined ? {} : { processorDigest }),
    instructions: vectorInstructions(),
    gpu,
    threads,
    versions: { samlab, node, tensorflow, pytorch: torch },
    commit,
    finishedAt: new Date().toISOString(),
    repeats,
    ...measured,
    scaling: options.scaling ? await stages.take('scaling', () => scaling(threads, Math.min(3, repeats))) : [],
    goals: goals(measured, gradientFlops(createModel('resnet50', 'imagenet', 10), 'imagenet')),
  };
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

function printProfile(work: Work, stem: Comparison['stem'], precision: 'float32' | 'mixed', batch: number): void {
  measureKernels(kernelTableFile(), 'setAside');
  const subject = new Subject(createModel('resnet50', stem, 10), noiseBatch(batch), precision);
  subject.warmUp(work);
  console.log(`ResNet-50, ${stem} stem, batch ${batch}, ${precision}, ${work}`);
  printCalls('as it runs', profile(() => subject.perform(work)));
  printCalls('op by op', withoutGraphs(() => profile(() => subject.perform(work))));
  subject.dispose();
}

const EXAMPLES = `
Examples:
  npm run bench                                          the whole comparison
  npm run bench -- --stems cifar --repeats 3 --no-compile   a shorter one
  npm run bench -- profile --work sam --batch 32         where a step's time goes`;

function program(): Command {
  const command = new Command().name('npm run bench --').description('Compare samlab with PyTorch on this machine, and store the times.').showHelpAfterError('(--help lists all options)').addHelpText('after', EXAMPLES);
  command
    .command('compare', { isDefault: true })
    .description('time SGD and SAM steps and evaluation on both sides, interleaved (about half an hour on two cores)')
    .option('--repeats <n>', 'rounds', wholeNumber, 9)
    .option('--stems <list>', 'imagenet, cifar or both', stemList, ['imagenet', 'cifar'])
    .option('--no-compile', "leave torch.compile out of PyTorch's configurations")
    .option('--no-scaling', 'leave out batches 16 to 512, ResNet-20 to 152 and fewer threads')
    .addOption(new Option('--store <folder>', 'the times go to bench in it').argParser((folder) => resolve(folder)).default(OWN_STORE, 'data/own, which git ignores'))
    .action(bench);
  command
    .command('profile')
    .description('print the time of one step by kind of op')
    .addOption(new Option('--work <work>', 'what is timed').choices(['sgd', 'sam', 'evaluation']).default('sgd'))
    .addOption(new Option('--stem <stem>', 'first layers').choices(['imagenet', 'cifar']).default('imagenet'))
    .addOption(new Option('--precision <precision>', 'of activations and products').choices(['float32', 'mixed']).default('float32'))
    .option('--batch <n>', 'images', wholeNumber, 128)
    .action(({ work, stem, precision, batch }: { work: Work; stem: Comparison['stem']; precision: 'float32' | 'mixed'; batch: number }) => printProfile(work, stem, precision, batch));
  return command;
}

program().parseAsync().catch(reportProblem);
