import type { Timing } from './result';
import type { Rival } from './rival';

/** One way to run PyTorch. */
export interface RivalConfiguration {
  readonly name: string;
  readonly precision: Timing['precision'];
  readonly setup: { readonly layout: string; readonly precision: string; readonly compile: boolean };
  /** Whether freed memory is kept for the next tensor, as samlab's commands have it. */
  readonly keepsMemory: boolean;
}

/** The way PyTorch scripts are commonly written and started. */
const COMMON: RivalConfiguration = {
  name: 'default, float32, as commonly written',
  precision: 'float32',
  setup: { layout: 'default', precision: 'float32', compile: false },
  keepsMemory: false,
};

/** The name of the way PyTorch scripts are commonly written and started. */
export const COMMON_CONFIGURATION = COMMON.name;

/** The common way; and, with freed memory kept, both layouts in both precisions, eager and, if asked for, compiled. */
export function rivalConfigurations(compile: boolean): RivalConfiguration[] {
  const best = [false, ...(compile ? [true] : [])].flatMap((compiled) =>
    ['default', 'channels_last'].flatMap((layout) =>
      (['float32', 'bfloat16'] as const).map((precision) => ({
        name: `${layout}, ${precision}${compiled ? ', torch.compile' : ''}`,
        precision: precision === 'float32' ? ('float32' as const) : ('mixed' as const),
        setup: { layout, precision, compile: compiled },
        keepsMemory: true,
      })),
    ),
  );
  return [COMMON, ...best];
}

/** A configuration that takes so many times as long as the fastest of all is no candidate: processors without bfloat16 take minutes for a step with it. */
const HOPELESS = 4;
/** The first step also prepares PyTorch's kernels; one that took so many times the fastest step so far needs no second. */
const HOPELESS_AT_FIRST = 20;
/** So many of each precision stay after the first look, since a large batch may order them differently from its small one. */
const STAYING = 2;

/** Outcome of the first look at a configuration. */
export interface Screened {
  readonly configuration: RivalConfiguration;
  /** Of its second SGD step; undefined if it failed. */
  readonly seconds?: number;
  readonly failure?: string;
}

/** Takes two SGD steps in each configuration, one after another; one alone where that is hopelessly slow. @param images of the batch that the rival was given. */
export async function screen(rival: Rival, configurations: readonly RivalConfiguration[], images: number): Promise<Screened[]> {
  const screened: Screened[] = [];
  for (const configuration of configurations) {
    try {
      await rival.ask('setup', configuration.setup);
      const step = async (): Promise<number> => (await rival.ask<{ seconds: number[] }>('time', { work: 'sgd', repeats: 1 })).seconds[0]!;
      const fastest = Math.min(...screened.map(({ seconds = Infinity }) => seconds));
      const first = await step();
      screened.push({ configuration, seconds: first > HOPELESS_AT_FIRST * fastest ? first : Math.min(first, await step()) });
    } catch (error) {
      screened.push({ configuration, failure: (error as Error).message.split('\n')[0]! });
    }
    const { seconds, failure } = screened.at(-1)!;
    console.log(`  first look at PyTorch, ${configuration.name}: ${seconds === undefined ? `failed (${failure!})` : `${seconds.toFixed(3)} s a step of ${images} images`}`);
  }
  return screened;
}

/** The configurations that may be PyTorch's best, and the common one. More would not fit into memory side by side. */
export function hopeful(screened: readonly Screened[]): RivalConfiguration[] {
  const fastest = screened.filter(({ seconds }) => seconds !== undefined).sort((a, b) => a.seconds! - b.seconds!);
  const staying = (['float32', 'mixed'] as const).flatMap((precision) =>
    fastest.filter(({ configuration, seconds }) => configuration.precision === precision && configuration !== COMMON && seconds! <= HOPELESS * fastest[0]!.seconds!).slice(0, STAYING),
  );
  return screened.filter((one) => staying.includes(one) || one.configuration === COMMON).map(({ configuration }) => configuration);
}
