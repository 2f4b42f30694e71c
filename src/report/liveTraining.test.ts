import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TrainingProgress } from '../train/progress';
import { liveTraining } from './liveTraining';
import type { MimeBundle } from '../progress/notebookOutput';
import { duration } from '../progress/progressBar';
import { progressChart, progressLine, progressShare } from './progressChart';

const progress: TrainingProgress = {
  trainingSet: { name: 'CIFAR-10', synthetic: false },
  epoch: 2, epochs: 4, step: 5, stepsPerEpoch: 10, stepsTaken: 15, totalSteps: 40, loss: 1.5, error: 50, imagesPerSecond: 123.4, secondsLeft: 61,
  history: [{ epoch: 1, learningRate: 0.1, trainLoss: 3, trainTop1Error: 80, seconds: 40 }],
};

test('the line shows the progress of a run', () => {
  assert.equal(progressLine(progress), 'epoch 2/4, step 5/10 · loss 1.500 · error 50.0 % · 123 images/s · 61 s left');
  // One epoch and a half of four.
  assert.equal(progressShare(progress), 0.375);
});

test('at the end of a run nothing is printed that differs between repeats', () => {
  assert.equal(progressLine({ ...progress, epoch: 4, step: 10, stepsTaken: 40, imagesPerSecond: 77 }), 'epoch 4/4, step 10/10 · loss 1.500 · error 50.0 %');
});

test('durations', () => {
  assert.deepEqual([12.4, 600, 11100].map(duration), ['12 s', '10 min', '3 h 05 min']);
});

test('the chart draws the bar and both curves to scale', () => {
  const svg = progressChart('SAM & more', progress);
  assert.match(svg, /SAM &amp; more/);
  // The bar is 688 wide: 0.375 of it is 258.
  assert.match(svg, /width="258" height="8"/);
  // Loss: the frame is 280 wide from 60 for 4 epochs, 120 high from 84 for losses 0 to 3. Epoch 1, loss 3 is at
  // (130, 84); epoch 2, loss 1.5 at (200, 144). Error 80 is the top of its frame and 50 is 45 below it.
  assert.match(svg, /points="130,84 200,144"/);
  assert.match(svg, /points="490,84 560,129"/);
  assert.match(svg, />Training loss, nats</);
  assert.match(svg, />Epoch</);
});

test('a loss that is not a number is left out of the curve', () => {
  assert.match(progressChart('a', { ...progress, loss: NaN }), /points="130,84"/);
});

test('one output is made and then updated in place', () => {
  const written: { data: MimeBundle; id: string | undefined; update: boolean | undefined }[] = [];
  const show = liveTraining('SGD', (data, id, update) => void written.push({ data, id, update }));
  show(progress);
  // Too soon after the first to be drawn, except at the end of the run.
  show({ ...progress, step: 6 });
  show({ ...progress, epoch: 4, step: 10, stepsTaken: 40 });
  assert.deepEqual(written.map(({ update }) => update), [false, true]);
  assert.equal(written[0]!.id, written[1]!.id);
  assert.match(written[1]!.data['text/plain'] as string, /^SGD: epoch 4\/4/);
});

test('outside a notebook a line is printed at the end of each epoch', (context) => {
  const log = context.mock.method(console, 'log', () => undefined);
  const show = liveTraining('SGD');
  show(progress);
  show({ ...progress, step: 10 });
  assert.deepEqual(log.mock.calls.map((call) => call.arguments), [[`SGD: ${progressLine({ ...progress, step: 10 })}`]]);
});
