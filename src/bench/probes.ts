import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { parameterCount } from '../models/model';
import { agree } from './agreement';
import { compared } from './compared';
import { PROBE_PAIRS, type ProbeName } from './probePairs';
import { disposeProbed, forwardPasses, hessianProduct, IMAGES, planeRow, probedNetwork, PRODUCT_IMAGES, type Probed } from './probed';
import type { ProbeCost } from './result';
import { prepare, Rival } from './rival';
import { takeRounds, type RoundLimits, type Timed } from './rounds';
import { median } from './statistics';
import { noiseBatch } from './workload';

/** What the probes are timed with. */
export interface ProbeSettings {
  readonly python: string;
  readonly threads: number;
  readonly kernelTable: string;
  readonly rounds: RoundLimits;
}

/** Products of a process whose memory is measured, and of a first look at a layout. */
const PRODUCTS = 3;

async function seconds(body: () => unknown): Promise<number> {
  const started = performance.now();
  await body();
  return (performance.now() - started) / 1000;
}

/** Largest resident memory of a process that does one thing a few times, in bytes: probes, products of the Hessian, or SAM steps on as many images as a product has. */
function ownMemory(kernelTable: string, what: 'probes' | 'products' | 'steps'): number {
  return Number(execFileSync(process.execPath, [join(__dirname, 'peakMemory.js'), 'imagenet', String(PRODUCT_IMAGES), kernelTable, what], { encoding: 'utf8' }));
}

/** PyTorch with the batch of a product, in the layout in which its products are faster. */
async function rivalOf({ python, threads }: ProbeSettings): Promise<Rival> {
  const rival = new Rival(python);
  const network = compared('imagenet', PRODUCT_IMAGES);
  await agree(rival, network, noiseBatch(PRODUCT_IMAGES), threads);
  const times = new Map<string, number>();
  for (const layout of ['default', 'channels_last']) {
    await rival.ask('setup', { layout });
    const found = await rival.ask<{ seconds: number[] }>('product', { repeats: PRODUCTS });
    times.set(layout, median(found.seconds));
    console.log(`  first look at PyTorch's product of the Hessian, ${layout}: ${median(found.seconds).toFixed(3)} s on ${PRODUCT_IMAGES} images`);
  }
  const [layout] = [...times].sort(([, a], [, b]) => a - b)[0]!;
  await rival.ask('setup', { layout });
  return rival;
}

/** PyTorch's peak memory of products and nothing else, in the layout that needs less. */
async function rivalMemory({ python, threads }: ProbeSettings): Promise<number> {
  const found: number[] = [];
  for (const layout of ['default', 'channels_last']) {
    const rival = new Rival(python);
    await prepare(rival, compared('imagenet', PRODUCT_IMAGES), noiseBatch(PRODUCT_IMAGES), threads);
    await rival.ask('setup', { layout });
    await rival.ask('product', { repeats: PRODUCTS });
    found.push((await rival.ask<{ bytes: number }>('memory')).bytes);
    rival.close();
  }
  return Math.min(...found);
}

function timedProbes(all: Probed, rival: Rival): readonly (Timed & { readonly name: ProbeName })[] {
  const { network, loss, mixedLoss, productLoss } = all;
  const pointSeconds = async (of: typeof loss): Promise<number> => {
    let places = 1;
    const row = await seconds(async () => (places = await planeRow(all, of)));
    return row / places;
  };
  const theirs = (method: string) => async (): Promise<number> => (await rival.ask<{ seconds: number[] }>('product', { method })).seconds[0]!;
  return [
    { name: 'forward', take: () => seconds(() => forwardPasses(all)) },
    { name: 'point', take: () => pointSeconds(loss) },
    { name: 'mixedPoint', take: () => pointSeconds(mixedLoss) },
    { name: 'gradient', take: () => seconds(async () => (await productLoss.gradient(network.parameters)).gradient.dispose()) },
    { name: 'product', take: () => seconds(() => hessianProduct(all)) },
    { name: 'pytorchProduct', take: theirs('double backward') },
    { name: 'eigenthingsProduct', take: theirs('hessian-eigenthings') },
  ];
}

/**
 * Times the probes of a landscape on ResNet-50 with the ImageNet stem, batch norm frozen: a place of a plane beside bare
 * forward passes over the same images, and a Hessian-vector product beside one gradient, beside PyHessian's method in
 * PyTorch, backpropagation through the graph of a gradient, and beside hessian-eigenthings.
 */
export async function probeCost(settings: ProbeSettings): Promise<ProbeCost> {
  const all = probedNetwork();
  const rival = await rivalOf(settings);
  try {
    const timed = timedProbes(all, rival);
    // The first pass is op by op, the second makes the graph, the third runs only the graph.
    for (let round = 0; round < 3; round++) {
      for (const { take } of timed) {
        await take();
      }
    }
    const { samples, endings } = await takeRounds(timed, settings.rounds, () => PROBE_PAIRS);
    samples.forEach((found, name) => console.log(`  ${name}: ${median(found).toFixed(3)} s, ${found.length} rounds`));
    const times = Object.fromEntries(samples) as Record<ProbeName, readonly number[]>;
    const memory = {
      productMemory: { samlab: ownMemory(settings.kernelTable, 'products'), pytorch: await rivalMemory(settings) },
      peakMemory: { probes: ownMemory(settings.kernelTable, 'probes'), step: ownMemory(settings.kernelTable, 'steps'), weights: Float32Array.BYTES_PER_ELEMENT * parameterCount(all.model) },
    };
    return { images: IMAGES, productImages: PRODUCT_IMAGES, exactProduct: true, ...times, endings, ...memory };
  } finally {
    rival.close();
    disposeProbed(all);
  }
}
