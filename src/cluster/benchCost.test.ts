import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BenchResult } from '../bench/result';
import { DEFAULT_CONFIG } from '../experiment/presets';
import { secondsFromBench } from './benchCost';

const BENCH: BenchResult = {
  format: 1, processor: 'a name', processorDigest: 'P', gpu: null, threads: 2, versions: { samlab: '0', node: '20', tensorflow: '2', pytorch: '2' }, commit: null, finishedAt: '', repeats: 3,
  ceiling: { samlab: 1, pytorch: 1 }, scaling: [], goals: [],
  comparisons: [
    {
      model: 'resnet50', stem: 'imagenet', batch: 100, agreement: { loss: 0, gradientNorm: 0 }, peakMemory: { samlab: 1, pytorch: 1 }, outsideKernels: 0, dataShare: 0,
      timings: [
        { side: 'PyTorch', configuration: 'x', precision: 'float32', work: 'sam', seconds: [9] },
        { side: 'samlab', configuration: 'float32', precision: 'float32', work: 'sgd', seconds: [1, 3, 2] },
        { side: 'samlab', configuration: 'float32', precision: 'float32', work: 'sam', seconds: [5] },
        { side: 'samlab', configuration: 'float32', precision: 'float32', work: 'evaluation', seconds: [0.5] },
      ],
    },
  ],
};

const RUN = { ...DEFAULT_CONFIG, model: 'resnet50', stem: 'imagenet', epochs: 10, imagesPerClass: 100, testImagesPerClass: 20 } as const;

test('a run costs its images times the seconds of a step per image, and evaluations, by hand', () => {
  const here = { this: { processorDigest: 'P', threads: 2 } };
  // 10 epochs of 1,000 images at 0.02 s, and 200 images at 0.005 s.
  assert.equal(secondsFromBench({ ...RUN, method: 'sgd' }, [BENCH], here), 200 + 1);
  assert.equal(secondsFromBench({ ...RUN, method: 'sam' }, [BENCH], here), 500 + 1);
  // All images but those held out, twice as many cores.
  assert.equal(secondsFromBench({ ...RUN, method: 'sgd', epochs: 1, imagesPerClass: 0, heldOutPerClass: 1000, testImagesPerClass: 0 }, [BENCH], { cores: 4, gpus: 0 }), (800 + 50) / 2);
});

test('there is no estimate without a timing: for other machines, methods, networks and precisions', () => {
  const here = { this: { processorDigest: 'P', threads: 2 } };
  assert.equal(secondsFromBench({ ...RUN, method: 'sgd' }, [BENCH], { this: { processorDigest: 'Q', threads: 2 } }), null);
  assert.equal(secondsFromBench({ ...RUN, method: 'asam' }, [BENCH], here), null);
  assert.equal(secondsFromBench({ ...RUN, method: 'sgd', stem: 'cifar' }, [BENCH], here), null);
  assert.equal(secondsFromBench({ ...RUN, method: 'sgd', precision: 'mixed' }, [BENCH], here), null);
});
