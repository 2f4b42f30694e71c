import type { Ending, Pair, RoundLimits } from './rounds';

/** Version of the layout of `data/bench/<machine>.json`. */
export const BENCH_FORMAT = 1;

/** What is timed: one training step, or one forward pass in evaluation. */
export type Work = 'sgd' | 'sam' | 'evaluation';

/** All kinds of work, in the order of the tables. */
export const WORKS: readonly Work[] = ['sgd', 'sam', 'evaluation'];

/** The seconds of one kind of work in one configuration of one side. */
export interface Timing {
  readonly side: 'samlab' | 'PyTorch' | 'tf.layers';
  /** Such as "float32" or "channels_last, bfloat16". */
  readonly configuration: string;
  readonly precision: 'float32' | 'mixed';
  readonly work: Work;
  /** One entry a round; all timings of a comparison begin with the same rounds, and some continue for longer. Empty where the configuration failed. */
  readonly seconds: readonly number[];
  /** Why there are none: PyTorch's message, or "slower" if it was dropped after the first look. */
  readonly failure?: string;
}

/** Seconds of parts of one of samlab's SGD steps, run op by op. */
export interface StepParts {
  /** Products of matrices and convolutions. */
  readonly products: number;
  /** Weight decay, momentum and step. */
  readonly update: number;
}

/** When and at which commit a part was measured that a later run kept; absent where it is of the run itself. */
export interface Kept {
  readonly measured?: Pick<BenchResult, 'commit' | 'finishedAt'>;
}

/** The comparison at one network, stem and batch. */
export interface Comparison extends Kept {
  readonly model: string;
  /** Of ResNet-50; the fast network has first layers of its own. */
  readonly stem: 'imagenet' | 'cifar';
  readonly batch: number;
  /** Largest relative difference found before anything was timed, in float32: of loss, gradient and a few SGD steps, which earlier versions did not compare. */
  readonly agreement: { readonly loss: number; readonly gradientNorm: number; readonly steps?: number };
  readonly timings: readonly Timing[];
  /** Rounds that all timings have, by which the fastest configurations are chosen; absent where that is all of them. */
  readonly leastRounds?: number;
  /** Why the ratios that have goals got no more rounds; absent from results of versions whose number of rounds was fixed. */
  readonly endings?: readonly (Pair & { readonly ending: Ending })[];
  /** Largest resident memory of a process that only takes SAM steps in float32, in bytes. Like all that follows absent where only ratios were measured. */
  readonly peakMemory?: { readonly samlab: number; readonly pytorch: number };
  /** Median share of a float32 SGD step that is spent outside TensorFlow's kernels, 0 to 1. */
  readonly outsideKernels?: number;
  /** Median share of a float32 SGD step that it waits for its batch, 0 to 1; in results of versions without a thread for batches, that it takes to make it. */
  readonly dataShare?: number;
  /** Both shares added up, step by step; absent from results of versions that did not keep them. */
  readonly overhead?: readonly number[];
  /** Absent from results of versions that did not measure it. */
  readonly parts?: Readonly<Record<Timing['precision'], StepParts>>;
}

/** One line of the table of goals. */
export interface Goal {
  readonly name: string;
  /** Such as "<= 0.80". */
  readonly goal: string;
  readonly value: number | null;
  /** null where it could not be measured, where the value is below what is possible, or where the goal lies within the interval. */
  readonly met: boolean | null;
  /** Of the median of the rounds, 95 %; absent from results of versions without one, and for what was measured once. */
  readonly interval?: { readonly low: number; readonly high: number };
  /** Rounds that the value is the median of. */
  readonly rounds?: number;
  /** Why there were no more. */
  readonly ending?: Ending;
}

/** How cost grows with something. */
export interface ScalingPoint {
  readonly model: string;
  readonly batch: number;
  readonly threads: number;
  /** Median seconds of a float32 SGD step. */
  readonly seconds: number;
}

/** Seconds of landscape probes on ResNet-50 with the ImageNet stem, one entry a round; all begin with the same rounds. */
export interface ProbeCost extends Kept {
  /** Images of `forward` and `point`. */
  readonly images: number;
  /** Images of `gradient` and of both products. */
  readonly productImages: number;
  /** Bare forward passes over the images. */
  readonly forward: readonly number[];
  /** One place of a plane: the weights there, loss and error. */
  readonly point: readonly number[];
  /** The same with activations and products in bfloat16; absent from results of versions that did not measure it. */
  readonly mixedPoint?: readonly number[];
  readonly gradient: readonly number[];
  /** A product of the Hessian with a vector. */
  readonly product: readonly number[];
  /** Whether that product is exact; absent from results of versions that took differences of gradients. */
  readonly exactProduct?: true;
  /** The same in PyTorch by PyHessian's method: backpropagation through the graph of a gradient. In the layout that is faster there. */
  readonly pytorchProduct: readonly number[];
  /** The same by hessian-eigenthings, likewise; absent from results of versions that did not measure it. */
  readonly eigenthingsProduct?: readonly number[];
  /** Why the ratios got no more rounds; absent from results of versions whose number of rounds was fixed. */
  readonly endings?: readonly (Pair & { readonly ending: Ending })[];
  /** Bytes: largest resident memory of a process that takes such products and does nothing else; PyTorch's by PyHessian's method. */
  readonly productMemory?: { readonly samlab: number; readonly pytorch: number };
  /** Bytes: largest resident memory of a process that probes and of one that takes SAM steps, and the weights. Absent from results of versions that did not measure it. */
  readonly peakMemory?: { readonly probes: number; readonly step: number; readonly weights: number };
}

/** What `npm run bench` stores. */
export interface BenchResult {
  readonly format: typeof BENCH_FORMAT;
  readonly processor: string;
  /** Tells apart kinds of processors of the same name; absent from results of versions that did not store it. */
  readonly processorDigest?: string;
  /** Vector instructions, such as AVX512F, which the name does not tell. Absent from results of versions that did not store them. */
  readonly instructions?: readonly string[];
  readonly gpu: string | null;
  readonly threads: number;
  readonly versions: { readonly samlab: string; readonly node: string; readonly tensorflow: string; readonly pytorch: string };
  readonly commit: string | null;
  readonly finishedAt: string;
  /** Rounds of each measurement; with `rounds`, the least number of them. */
  readonly repeats: number;
  /** Limits of the rounds; absent from results of versions whose number of rounds was fixed. */
  readonly rounds?: RoundLimits;
  /** GFLOP/s of a product of two 2048 x 2048 matrices in float32, the best of its repeats on each side. Absent where only ratios were measured. */
  readonly ceiling?: { readonly samlab: number; readonly pytorch: number; /** samlab's in bfloat16; absent from results of versions that did not measure it. */ readonly mixed?: number };
  readonly comparisons: readonly Comparison[];
  readonly scaling: readonly ScalingPoint[];
  /** Absent from results of versions that did not measure it. */
  readonly probes?: ProbeCost;
  readonly goals: readonly Goal[];
}
