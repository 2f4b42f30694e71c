import { binding } from '../engine/binding';

/** Time of one kind of op within a piece of work. */
export interface OpTime {
  readonly op: string;
  readonly seconds: number;
  readonly calls: number;
}

/** Ops of a piece of work by the time they took, the longest first, and what remains outside them. */
export interface Profile {
  readonly ops: readonly OpTime[];
  /** Wall time of the whole piece. */
  readonly seconds: number;
  /** Share of it that no op accounts for: JavaScript, bookkeeping, garbage collection, copies from and to JavaScript. */
  readonly outside: number;
}

/**
 * Times every TensorFlow op of a piece of work. Ops run one after another on the processor, so that the time of
 * a call is the op's own.
 */
export function profile(body: () => void): Profile {
  const found = new Map<string, { seconds: number; calls: number }>();
  const execute = binding.executeOp.bind(binding);
  binding.executeOp = (op, ...rest) => {
    const started = performance.now();
    try {
      return execute(op, ...rest);
    } finally {
      const entry = found.get(op) ?? { seconds: 0, calls: 0 };
      found.set(op, { seconds: entry.seconds + (performance.now() - started) / 1000, calls: entry.calls + 1 });
    }
  };
  const started = performance.now();
  try {
    body();
  } finally {
    binding.executeOp = execute;
  }
  const seconds = (performance.now() - started) / 1000;
  const ops = [...found].map(([op, entry]) => ({ op, ...entry })).sort((a, b) => b.seconds - a.seconds);
  return { ops, seconds, outside: 1 - ops.reduce((sum, { seconds: own }) => sum + own, 0) / seconds };
}
