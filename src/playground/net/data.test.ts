import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DATA_SETS, dataSetOf, testPoints, trainingPoints, WINDOW } from './data';

const SETTING = { data: 'moons', points: 100, noise: 0.1, wrong: 0.2, seed: 4 } as const;

test('exactly the requested share of labels is wrong, and each wrong label is the other class', () => {
  const clean = trainingPoints({ ...SETTING, wrong: 0 });
  for (const wrong of [0, 0.2, 0.335, 0.5]) {
    const points = trainingPoints({ ...SETTING, wrong });
    assert.equal(points.wrong.filter(Boolean).length, Math.round(wrong * 100));
    assert.deepEqual(points.places, clean.places, 'the places do not depend on it');
    points.labels.forEach((label, index) => assert.equal(label, points.wrong[index] === true ? 1 - clean.labels[index]! : clean.labels[index]));
  }
});

test('labels that are wrong at a smaller share are also wrong at a larger one', () => {
  const [few, many] = [0.1, 0.3].map((wrong) => trainingPoints({ ...SETTING, wrong }).wrong);
  few!.forEach((wrong, index) => assert.ok(!wrong || many![index]));
});

test('the test points have right labels, are the same for every seed, and are no training points', () => {
  for (const { id } of DATA_SETS) {
    const one = testPoints({ ...SETTING, data: id });
    assert.deepEqual(one, testPoints({ data: id, noise: SETTING.noise }));
    assert.ok(one.wrong.every((wrong) => !wrong));
    assert.notDeepEqual(one.places.subarray(0, 40), trainingPoints({ ...SETTING, data: id, seed: 0 }).places.subarray(0, 40));
    assert.equal(one.labels.filter((label) => label === 1).length, one.labels.length / 2);
  }
});

test('without noise the points lie on the shapes, within the window', () => {
  const at = (id: string, label: number, share: number): readonly [number, number] => dataSetOf(id).place(label, share, { uniform: () => 0, integer: () => 0, normal: () => 0 });
  assert.deepEqual(at('moons', 0, 0), [0.625, -0.3125]);
  assert.ok(Math.abs(Math.hypot(...at('rings', 1, 0.3)) - 1.6) < 1e-12);
  assert.ok(Math.abs(Math.hypot(...at('spirals', 0, 1)) - 1.9) < 1e-12);
  for (const { id } of DATA_SETS) {
    const { places } = trainingPoints({ ...SETTING, data: id, points: 500, noise: 0 });
    const outside = [...places].filter((place) => place < WINDOW[0] || place > WINDOW[1]).length;
    // The clouds are normal: a few points may lie beyond three standard deviations.
    assert.ok(outside <= (id === 'clouds' ? 10 : 0), `${id}: ${outside}`);
  }
});

test('an unknown data set is refused with the list of known ones', () => {
  assert.throws(() => dataSetOf('circles'), /there is no data set "circles"; choose one of moons, spirals, rings, clouds/);
});
