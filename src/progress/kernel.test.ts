import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kernelSession, type KernelSessionCell } from '../testing/kernelSession';

/** Each step takes far less than a second, all together minutes. */
const PREPARE: KernelSessionCell = {
  code: `
import { data, engine, experiment, federated, landscape, nn, trainer } from 'samlab';
const { balancedSubset, syntheticDataset } = data;
const { PlainVector } = engine;
const { compare, DEFAULT_CONFIG } = experiment;
const { federate, federatedPresetConfigs, findFederatedPreset } = federated;
const { hessianTrace, lossPlane, spectralDensity, topEigenvalues, trainBezier, worstCaseSharpness, averageSharpness, mSharpness, networkLoss } = landscape;
const { createModel, initialParameters, initialStatistics } = nn;
const { train, evaluate } = trainer;
/** An object, for a later cell cannot assign to a variable that functions of this cell use. */
const count = { steps: 0 };
/** Counts steps; at the fifth the stop button is pressed. */
const step = () => { if (++count.steps === 5) process.kill(process.pid, 'SIGINT'); };
const trainingSet = balancedSubset(syntheticDataset(10).train, { imagesPerClass: 4, seed: 0 });
const model = createModel('resnet20', 'cifar', 10);
const settings = { ...DEFAULT_CONFIG, model: 'resnet20' as const, epochs: 300, batchSize: 20, warmupEpochs: 0 };
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const source = { name: 'bowl', images: 0, precision: 'float64' as const };
const slow = {
  source: source,
  evaluate: async (w: engine.PlainVector) => { step(); await wait(20); return { loss: 1 + w.dot(w) }; },
  gradient: async (w: engine.PlainVector) => { step(); await wait(20); return { loss: w.dot(w), gradient: w.times(2) }; },
};
/** Computes for 20 ms without letting anything else of the process run. */
const busy = () => { const end = Date.now() + 20; while (Date.now() < end); };
const operator = {
  source: { matrix: 'given' as const, parameters: 'all' as const }, dimension: 4000,
  matvec: (v: engine.PlainVector) => { step(); busy(); return Promise.resolve(v.withElements(v.toArrays().map((a) => a.map((x, i) => x * i + a[3999 - i])))); },
  draw: (element: () => number) => PlainVector.of(...Array.from({ length: 4000 }, () => element())),
};
const w = new PlainVector([{ name: 'w', kind: 'weight', shape: [2, 2] }], [Float64Array.of(1, 2, 3, 4)]);`,
};

/** Prints the number of steps, and again after a second, to show whether anything still runs. */
const STILL: KernelSessionCell = { code: "{ const before = count.steps; await wait(700); console.log(before > 0 && count.steps === before ? 'stands still' : 'goes on ' + before + ' ' + count.steps); }" };

/** Long calls, their messages when stopped, and what is kept. */
const CALLS: readonly (readonly [code: string, said: RegExp, kept?: readonly [code: string, printed: RegExp]])[] = [
  [
    'const outcome = await train({ model, settings, trainingSet, onProgress: step });',
    /Stopped at your request: train .* after \d+ of 600 steps.*the network and the history so far/,
    ['console.log(outcome.status, outcome.history.length > 0, outcome.network.parameters.norm() > 0)', /stopped true true/],
  ],
  ['for (const seed of [0, 1, 2]) { await train({ model, settings: { ...settings, seed }, trainingSet, onProgress: step }); }', /Stopped at your request: train/],
  ['void train({ model, settings, trainingSet, onProgress: step }); await wait(60000);', /Stopped at your request: train/],
  ["await lossPlane(w, slow, { seed: 0, range: { radius: 1 }, network: 'w' });", /lossPlane was stopped at your request after \d+ of 625 points. Give it a `file`/],
  ["await lossPlane(w, slow, { seed: 0, range: { rimMultiple: 2 }, network: 'w' });", /lossPlane was stopped at your request/],
  ['await topEigenvalues(operator, { count: 3, seed: 0, maxIterations: 2000, tolerance: 1e-13 });', /topEigenvalues was stopped at your request after \d+ of \d+ products.*partial: \[/s],
  ['await spectralDensity(operator, { seed: 0, steps: 30 });', /spectralDensity was stopped at your request after \d+ of 300 products/],
  ['await hessianTrace(operator, { seed: 0, products: 5000, tolerance: 0 });', /hessianTrace was stopped at your request after \d+ of 5000 products.*trace: \d+.*standardError/s],
  ['await worstCaseSharpness(slow, w, { rho: 1, seed: 0, steps: 1000 });', /worstCaseSharpness was stopped at your request after \d+ of 1000 gradients/],
  ['await averageSharpness(slow, w, { rho: 1, seed: 0, directions: 1000 });', /averageSharpness was stopped at your request after \d+ of 1000 directions/],
  ['await mSharpness(Array(50).fill(slow), (group) => worstCaseSharpness(group, w, { rho: 1, seed: 0 }));', /mSharpness was stopped at your request after \d+ of 50 groups/],
  ['await trainBezier(w, w.times(2), { gradient: (point) => slow.gradient(point), steps: 1000, learningRate: 0.1, seed: 0 });', /trainBezier was stopped at your request after \d+ of 1000 steps/],
  [
    "await federate({ model, settings: { ...federatedPresetConfigs(findFederatedPreset('quick'))[0], rounds: 300, clients: 2, activeClients: 2, batchSize: 20 } as any, clients: [trainingSet, trainingSet], onProgress: step });",
    /Stopped at your request: federate .*the rounds so far/,
  ],
  ["await compare([{ method: 'sam' }], { config: { ...settings, imagesPerClass: 4, testImagesPerClass: 2 }, seeds: [97], onProgress: step });", /Stopped at your request: compare.*its checkpoint is stored/],
];

test('the stop button ends long functions and what they do, keeps what they have, and no cell behind them runs', async () => {
  const cells = CALLS.flatMap(([code, , kept]): KernelSessionCell[] => [{ code: `count.steps = 0; ${code}`, queued: "console.log('the queued cell ran')" }, STILL, { code: kept?.[0] ?? '0' }]);
  const replies = await kernelSession([PREPARE, ...cells]);
  assert.equal(replies[0]!.status, 'ok', replies[0]!.text);
  CALLS.forEach(([code, said, kept], index) => {
    const [stopped, still, printed] = replies.slice(1 + 3 * index, 4 + 3 * index) as [(typeof replies)[0], (typeof replies)[0], (typeof replies)[0]];
    assert.equal(stopped.status, 'error', `${code}: ${stopped.text}`);
    assert.match(stopped.text, said, code);
    assert.notEqual(stopped.queuedStatus, 'ok', `${code}: the queued cell ran`);
    assert.match(still.text, /stands still/, `${code}: ${stopped.text}`);
    assert.match(printed.text, kept?.[1] ?? /0/, code);
  });
});

test('long probes show a bar with the time left, which an onProgress takes the place of', async () => {
  const [, shown, own, trained] = await kernelSession([
    PREPARE,
    { code: "count.steps = 100; await lossPlane(w, slow, { seed: 0, range: { radius: 1 }, network: 'w', gridPoints: 10 });" },
    { code: "await lossPlane(w, slow, { seed: 0, range: { radius: 1 }, network: 'w', gridPoints: 10, onProgress: () => undefined });" },
    { code: 'await train({ model, settings: { ...settings, epochs: 20 }, trainingSet });' },
  ]);
  assert.ok(shown!.displays.some((text) => /^lossPlane: \d+ of 100 points · \d+ s left$/.test(text)), shown!.displays.join('\n'));
  assert.match(shown!.displays.at(-1)!, /^lossPlane: 100 of 100 points · \d+ s$/);
  assert.deepEqual(own!.displays, []);
  assert.ok(trained!.displays.some((text) => /^train .*: \d+ of 40 steps, loss [\d.]+ · \d+ s left$/.test(text)), trained!.displays.join('\n'));
});

test('a second interrupt ends a cell that does not end by itself', async () => {
  const [, reply, after] = await kernelSession([
    PREPARE,
    { code: "await train({ model, settings, trainingSet, onProgress: step }); setTimeout(() => process.kill(process.pid, 'SIGINT'), 100); await wait(600000);" },
    { code: "console.log('the next cell runs')" },
  ]);
  assert.match(reply!.text, /Stopped at your request.*Interrupted asynchronously/s);
  assert.match(after!.text, /the next cell runs/);
});

test('shorthand properties take names from earlier cells', async () => {
  const cells: readonly (readonly [code: string, printed: string | RegExp])[] = [
    ["const config = { epochs: 1 }, seeds = [0]; function twice(x: number) { return 2 * x; } class Net { layers = 3 } import { engine } from 'samlab'; const { PlainVector } = engine; let a = 1, b = 2;", ''],
    ['console.log(JSON.stringify({ config, seeds }));', '{"config":{"epochs":1},"seeds":[0]}\n'],
    ['const inner = () => ({ outer: { config, more: [{ seeds }] } }); console.log(JSON.stringify(inner()));', '{"outer":{"config":{"epochs":1},"more":[{"seeds":[0]}]}}\n'],
    ['const made = { Net, PlainVector, twice }; console.log(new made.Net().layers, made.PlainVector.of(3).norm(), made.twice(4));', '3 3 8\n'],
    ['const later = 7; { const config = 1; console.log(JSON.stringify({ config, later })); }', '{"config":1,"later":7}\n'],
    ['({ a, b = 5 } = { a: 10 } as { a: number; b?: number }); console.log(a, b);', '10 5\n'],
    ['console.log(a, JSON.stringify({ later, async: 1 }), JSON.stringify(((x: number) => ({ x, seeds }))(4)));', '10 {"later":7,"async":1} {"x":4,"seeds":[0]}\n'],
    ['const { epochs } = config; console.log(JSON.stringify(await Promise.resolve({ epochs, later })));', '{"epochs":1,"later":7}\n'],
    // The compiler's errors have their positions in the cell.
    ["console.log({ config, seeds }.config.epoch);", /^1:38 - Property 'epoch' does not exist/],
    ['console.log({ nowhere });', /^1:15 - /],
  ];
  const replies = await kernelSession(cells.map(([code]) => ({ code })));
  cells.forEach(([code, printed], index) => {
    const { text } = replies[index]!;
    if (typeof printed === 'string') {
      assert.equal(text, printed, code);
    } else {
      assert.match(text, printed, code);
    }
  });
});

const LOOKED_UP = [
  'trainer.train', 'trainer.evaluate', 'experiment.compare', 'notebook.compareLive', 'notebook.trainLive', 'federated.federate', 'landscape.lossPlane', 'landscape.samplePoints', 'landscape.topEigenvalues', 'landscape.hessianTrace', 'landscape.spectralDensity', 'landscape.hessian', 'landscape.networkLoss', 'landscape.worstCaseSharpness', 'landscape.averageSharpness', 'landscape.samSharpness', 'landscape.trainBezier', 'figures.displayFigure', 'figures.displayRecords', 'figures.renderFigures',
];

test('Shift+Tab shows @throws and an example', async () => {
  const [, ...shown] = await kernelSession([{ code: `import { ${[...new Set(LOOKED_UP.map((name) => name.split('.')[0]))].join(', ')} } from 'samlab';` }, ...LOOKED_UP.map((code) => ({ code, inspect: true }))]);
  LOOKED_UP.forEach((name, index) => {
    assert.match(shown[index]!.text, new RegExp(`function (\\w+\\.)?${name.split('.')[1]!}\\b[^]*@throws .*[^]*@example .*${name.split('.')[1]!}\\(`), name);
  });
});
