import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { agree } from './agreement';
import { disposeProbed, forwardPasses, hessianProduct, IMAGES, planeRow, probedNetwork, PRODUCT_IMAGES } from './probed';
import { parameterCount } from '../models/model';
import type { ProbeCost } from './result';
import { Rival } from './rival';
import { noiseBatch } from './workload';

async function seconds(body: () => unknown): Promise<number> {
  const started = performance.now();
  await body();
  return (performance.now() - started) / 1000;
}

/** Largest resident memory of a process that probes, and of one that takes SAM steps on as many images as a product has; bytes. */
function peakMemory(kernelTable: string): { readonly probes: number; readonly step: number } {
  const measured = (...what: string[]): number =>
    Number(execFileSync(process.execPath, [join(__dirname, 'peakMemory.js'), 'resnet50', 'imagenet', String(PRODUCT_IMAGES), kernelTable, ...what], { encoding: 'utf8' }));
  return { probes: measured('probes'), step: measured() };
}

/**
 * Times the probes of a landscape on ResNet-50 with the ImageNet stem, batch norm frozen: a place of a plane beside bare
 * forward passes over the same images, and a Hessian-vector product beside one gradient and beside PyHessian's method in
 * PyTorch, backpropagation through the graph of a gradient.
 */
export async function probeCost(python: string, repeats: number, threads: number, kernelTable: string): Promise<ProbeCost> {
  const all = probedNetwork();
  const { model, network, loss, mixedLoss, productLoss } = all;
  const { parameters } = network;
  const rival = new Rival(python);
  const times = { forward: [] as number[], point: [] as number[], mixedPoint: [] as number[], gradient: [] as number[], product: [] as number[], pytorchProduct: [] as number[] };
  const pointSeconds = async (of: typeof loss): Promise<number> => {
    let places = 1;
    const row = await seconds(async () => (places = await planeRow(all, of)));
    return row / places;
  };
  try {
    await agree(rival, model, 'resnet50', 'imagenet', noiseBatch(PRODUCT_IMAGES), threads);
    for (let round = -1; round < repeats; round++) {
      const found = {
        forward: await seconds(() => forwardPasses(all)),
        point: await pointSeconds(loss),
        mixedPoint: await pointSeconds(mixedLoss),
        gradient: await seconds(async () => (await productLoss.gradient(parameters)).gradient.dispose()),
        product: await seconds(() => hessianProduct(all)),
        pytorchProduct: (await rival.ask<{ seconds: number[] }>('product')).seconds[0]!,
      };
      // The first round warms up.
      if (round >= 0) {
        (Object.keys(found) as (keyof typeof found)[]).forEach((key) => times[key].push(found[key]));
      }
    }
  } finally {
    rival.close();
    disposeProbed(all);
  }
  const weights = Float32Array.BYTES_PER_ELEMENT * parameterCount(model);
  return { images: IMAGES, productImages: PRODUCT_IMAGES, exactProduct: true, ...times, peakMemory: { ...peakMemory(kernelTable), weights } };
}
