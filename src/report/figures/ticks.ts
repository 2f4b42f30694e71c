/** Where each decade is marked. */
const STEPS = [1, 2, 5];

/** A tick of an axis. */
export interface Tick {
  readonly value: number;
  readonly text: string;
}

/** Ticks of an axis from low to high, at distances of 1, 2 or 5 times a power of ten: two at least, and about `wanted`. */
export function linearTicks(low: number, high: number, wanted = 5): readonly Tick[] {
  const exponent = Math.floor(Math.log10((high - low) / wanted));
  const steps = [exponent + 1, exponent, exponent - 1].flatMap((power) => [...STEPS].reverse().map((step) => ({ power, step: Number(`${step}e${power}`) })));
  // From coarse to fine; the first that gives enough places.
  for (const { power, step } of steps) {
    const from = Math.ceil(low / step - 1e-9);
    const count = Math.floor(high / step + 1e-9) - from + 1;
    if (count >= Math.max(2, wanted - 1)) {
      return Array.from({ length: count }, (_, index) => tickAt((from + index) * step, power));
    }
  }
  return [tickAt(low, exponent), tickAt(high, exponent)];
}

function tickAt(value: number, power: number): Tick {
  const text = Math.abs(value) >= 1e6 || (value !== 0 && Math.abs(value) < 1e-4) ? value.toExponential(Math.max(0, Math.floor(Math.log10(Math.abs(value))) - power)) : value.toFixed(Math.max(0, -power));
  return { value: Number(text), text };
}

/** Ticks of a logarithmic axis from low to high, both above 0: powers of ten, with 2 and 5 times them or linear steps where few decades are shown. */
export function logTicks(low: number, high: number): readonly Tick[] {
  const first = Math.floor(Math.log10(low));
  const decades = Array.from({ length: Math.floor(Math.log10(high)) - first + 1 }, (_, index) => first + index);
  const steps = decades.length > 3 ? STEPS.slice(0, 1) : STEPS;
  const marks = decades.flatMap((decade) => steps.map((step) => Number(`${step}e${decade}`))).filter((mark) => mark >= low && mark <= high);
  return marks.length >= 3 ? marks.map((value) => ({ value, text: String(value) })) : linearTicks(low, high);
}
