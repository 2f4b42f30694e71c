/** A program: measures what runs cost; the process that started it names them. */
import { imageCount, select, type Dataset } from '../data/dataset';
import { describeEnvironment } from '../machine/environment';
import { experimentData } from '../experiment/experimentData';
import { preparedModel } from '../experiment/makeRun';
import type { Model } from '../models/model';
import { evaluate } from '../train/evaluate';
import { train } from '../train/loop';
import { disposeNetwork, type NetworkState } from '../train/network';
import type { ExperimentConfig } from '../experiment/config';
import { machineOf, type MeasuredCost } from './cost';
import type { MeasureOrder } from './measure';

/** Training ends after this many steps, or after this many milliseconds if at least two steps are done. */
const STEPS = 12;
const MILLISECONDS = 5000;
/** Images of the timed evaluation. */
const EVALUATED = 250;
/** Evaluations of held-out images in a run (`train` makes about as many). */
const HELD_OUT_EVALUATIONS = 10;

/** Seconds of evaluation for each image. */
async function secondsPerImage(model: Model, network: NetworkState, images: Dataset, config: ExperimentConfig): Promise<number> {
  const count = Math.min(EVALUATED, imageCount(images));
  const part = select(images, Int32Array.from({ length: count }, (_, index) => index));
  const started = performance.now();
  await evaluate(model, network, part, config.normalization, { augmentation: config.testAugmentation });
  return (performance.now() - started) / 1000 / count;
}

async function measure({ config, folders }: MeasureOrder['runs'][number]): Promise<MeasuredCost> {
  const { training, heldOut, test, byLabel } = await experimentData(config, folders);
  const model = preparedModel(config, training.classNames.length);
  const started = performance.now();
  const times: number[] = [];
  const enough = new AbortController();
  let stepsPerEpoch = 1;
  const { network } = await train({
    model,
    settings: config,
    trainingSet: training,
    onProgress: (progress) => {
      stepsPerEpoch = progress.stepsPerEpoch;
      times.push(performance.now());
      if (times.length >= STEPS || (times.length >= 2 && performance.now() - started >= MILLISECONDS)) {
        enough.abort();
      }
    },
    signal: enough.signal,
  });
  // The first step includes preparations, so it counts only if it is the only one.
  const secondsPerStep = times.length === 1 ? (times[0]! - started) / 1000 : (times.at(-1)! - times[0]!) / 1000 / (times.length - 1);
  const perImage = await secondsPerImage(model, network, test, config);
  disposeNetwork(network);
  const heldOutImages = heldOut ? imageCount(heldOut) : 0;
  // Runs with wrong labels evaluate the training and the held-out images in each epoch.
  const imagesEachEpoch = config.selection === 'bestOnTest' ? imageCount(test) : byLabel ? imageCount(training) + heldOutImages : 0;
  const evaluated = imageCount(test) + (byLabel ? 0 : HELD_OUT_EVALUATIONS * heldOutImages);
  return { secondsPerEpoch: secondsPerStep * stepsPerEpoch + perImage * imagesEachEpoch, secondsOnce: perImage * evaluated, config, machine: machineOf(describeEnvironment()) };
}

process.once('message', ({ runs }: MeasureOrder) => {
  void (async () => {
    for (const run of runs) {
      process.send?.(await measure(run));
    }
    process.disconnect();
  })().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  });
});
process.on('disconnect', () => process.exit());
process.on('SIGINT', () => undefined);
