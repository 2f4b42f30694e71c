import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PlainVector } from '../engine/plainVector';
import type { ParameterSpec, Vector } from '../engine/vector';
import { expectAllClose } from '../testing/expectAllClose';
import { refusesWrong } from '../testing/refusesWrong';
import { adaptiveScale, asam, type AsamSettings } from './asam';
import { sam } from './sam';
import { perturb, ruleInput } from './testing/rule';

const specs: readonly ParameterSpec[] = [
  // Two filters of one row, one column and two channels.
  { name: 'conv.weight', kind: 'weight', shape: [1, 1, 2, 2] },
  { name: 'fc.weight', kind: 'weight', shape: [1, 2] },
  { name: 'bn.weight', kind: 'normScale', shape: [1] },
];
const layered = new PlainVector(specs, [Float64Array.of(3, 5, -4, 12), Float64Array.of(-2, 7), Float64Array.of(9)]);

function expectScale(scale: typeof adaptiveScale): void {
  const scaleOf = (settings: Required<AsamSettings>): number[][] => scale(layered, settings).elements.map((array) => [...array]);
  assert.deepEqual(scaleOf({ eta: 0.5, scaling: 'element', scaledKinds: ['weight'] }), [[3.5, 5.5, 4.5, 12.5], [2.5, 7.5], [1]]);
  assert.deepEqual(scaleOf({ eta: 0.5, scaling: 'filter', scaledKinds: ['weight'] }), [[5.5, 13.5, 5.5, 13.5], [2.5, 7.5], [1]]);
  const [convolution, matrix] = [Math.sqrt(194) + 0.5, Math.sqrt(53) + 0.5];
  assert.deepEqual(scaleOf({ eta: 0.5, scaling: 'layer', scaledKinds: ['weight'] }), [[convolution, convolution, convolution, convolution], [matrix, matrix], [1]]);
  // Kinds that are not named keep the identity; all may be named.
  assert.deepEqual(scaleOf({ eta: 0, scaling: 'element', scaledKinds: ['weight', 'bias', 'normScale', 'normShift'] })[2], [9]);
}

refusesWrong('T by element, by filter and by layer: filters are the last axis, their norms 5 and 13', expectScale, adaptiveScale, {
  'takes filters along the wrong axis': (w, settings) => w.withElements(adaptiveScale(w, settings).toArrays().map((array, index) => (settings.scaling === 'filter' && w.specs[index]!.shape.length === 4 ? array.sort() : array))),
  'scales layers by filter': (w, settings) => adaptiveScale(w, { ...settings, scaling: settings.scaling === 'layer' ? 'filter' : settings.scaling }),
  'leaves other kinds where they are': (w, settings) => adaptiveScale(w, settings).restrict(({ kind }) => settings.scaledKinds.includes(kind)),
  'forgets eta': (w, settings) => adaptiveScale(w, { ...settings, eta: 0 }),
});

function expectAsam(rule: typeof asam): void {
  const input = { parameters: PlainVector.of(2, -3), gradient: PlainVector.of(4, -3), rho: 0.5 };
  // T g = (8, 9), of norm sqrt 145, and T^2 g = (16, -27).
  expectAllClose(perturb(rule({ eta: 0 }), input), [16, -27].map((element) => (0.5 * element) / Math.sqrt(145)), { relative: 1e-12 });
  // eta is added to the magnitudes: with 1, T = (3, 4).
  expectAllClose(perturb(rule({ eta: 1 }), input), [36, -48].map((element) => (0.5 * element) / Math.hypot(12, 12)), { relative: 1e-12 });
  // By default only weights are scaled. |T g|: filters and matrix element by element, and 1 for the scale.
  const [, , bn] = rule({ eta: 0 }).perturb(ruleInput({ parameters: layered, gradient: layered.absPower(0), rho: 1 })).elements;
  expectAllClose(bn!, [1 / Math.sqrt(9 + 25 + 16 + 144 + 4 + 49 + 1)], { relative: 1e-12 });
  // With batch-norm scales, as in the authors' code: T_w = |w| + eta on both, the identity on shifts and biases. T = (3, 2, 1, 1); T g = (3, 4, 2, 4), of norm sqrt 45.
  const parts: readonly ParameterSpec[] = [
    { name: 'fc.weight', kind: 'weight', shape: [1] },
    { name: 'bn.weight', kind: 'normScale', shape: [1] },
    { name: 'bn.bias', kind: 'normShift', shape: [1] },
    { name: 'fc.bias', kind: 'bias', shape: [1] },
  ];
  const of = (...values: number[]): PlainVector => new PlainVector(parts, values.map((value) => Float64Array.of(value)));
  const found = rule({ eta: 1, scaledKinds: ['weight', 'normScale'] }).perturb(ruleInput({ parameters: of(2, -1, 5, 7), gradient: of(1, 2, 2, 4), rho: 1 }));
  expectAllClose(found.elements.flatMap((array) => [...array]), [9, 8, 2, 4].map((element) => element / Math.sqrt(45)), { relative: 1e-12 });
}

/** A rule out of T and T g. */
function outOf(combine: <V extends Vector>(T: V, scaled: V, gradient: V, rho: number) => V): typeof asam {
  return (settings) => ({
    name: 'other',
    perturb({ parameters, gradient, rho }) {
      const T = adaptiveScale(parameters, { eta: 0.01, scaling: 'element', scaledKinds: ['weight'], ...settings });
      return combine(T, T.multiply(gradient), gradient, rho);
    },
  });
}

refusesWrong('ASAM by hand', expectAsam, asam, {
  'applies T once instead of twice': outOf((_, scaled, __, rho) => scaled.times(rho / scaled.norm())),
  'takes the norm of g instead of T g': outOf((T, scaled, gradient, rho) => T.multiply(scaled).times(rho / gradient.norm())),
  'forgets eta': (settings) => asam({ ...settings, eta: 0 }),
  'scales every kind by default': (settings) => asam({ scaledKinds: ['weight', 'bias', 'normScale', 'normShift'], ...settings }),
});

/** f(a b) with f(z) = z^2 / 2 + z: multiplying a and dividing b by the same number leaves the loss unchanged. */
function product(a: number, b: number): { readonly parameters: PlainVector; readonly gradient: PlainVector } {
  const slope = a * b + 1;
  return { parameters: PlainVector.of(a, b), gradient: PlainVector.of(slope * b, slope * a) };
}

test('the loss that is ascended to does not change when a pair of layers is rescaled; with SAM it does', () => {
  const reached = (rule: ReturnType<typeof sam>, a: number, b: number): number => {
    const [x, y] = perturb(rule, { ...product(a, b), rho: 0.1 });
    return (a + x!) * (b + y!);
  };
  fc.assert(
    fc.property(fc.double({ min: 0.5, max: 2, noNaN: true }), fc.double({ min: 0.5, max: 2, noNaN: true }), fc.double({ min: 1.5, max: 4, noNaN: true }), (a, b, factor) => {
      expectAllClose([reached(asam({ eta: 0 }), a * factor, b / factor)], [reached(asam({ eta: 0 }), a, b)], { relative: 1e-9 });
    }),
  );
  assert.ok(Math.abs(reached(sam(), 3, 1 / 3) - reached(sam(), 1, 1)) > 0.01);
});

test('a zero gradient, and zero weights without eta, give zero', () => {
  assert.deepEqual(perturb(asam(), { parameters: PlainVector.of(1, 2), gradient: PlainVector.of(0, 0), rho: 1 }), [0, 0]);
  assert.deepEqual(perturb(asam({ eta: 0 }), { parameters: PlainVector.of(0, 0), gradient: PlainVector.of(1, 2), rho: 1 }), [0, 0]);
});

test('eta out of range is refused', () => {
  for (const eta of [-0.01, NaN, Infinity]) {
    assert.throws(() => asam({ eta }), { name: 'RangeError', message: `asam: expected eta of 0 or more, got ${eta}; the paper uses 0.01.` });
  }
});
