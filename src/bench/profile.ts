import { binding } from '../engine/binding';

/** Time of one kind of op, or of the graphs, within a piece of work. */
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

/** Name under which a profile counts graphs, whose ops are not called one by one. */
const GRAPH = 'graph';

/**
 * Times every call of TensorFlow in a piece of work: of an op, or of a graph. On the processor they run one after another, so
 * each call's time is its own.
 */
export function profile(body: () => void): Profile {
  const found = new Map<string, { seconds: number; calls: number }>();
  const timed = <T>(kind: string, call: () => T): T => {
    const started = performance.now();
    try {
      return call();
    } finally {
      const entry = found.get(kind) ?? { seconds: 0, calls: 0 };
      found.set(kind, { seconds: entry.seconds + (performance.now() - started) / 1000, calls: entry.calls + 1 });
    }
  };
  const [executeOp, runSavedModel] = [binding.executeOp.bind(binding), binding.runSavedModel.bind(binding)];
  binding.executeOp = (op, ...rest) => timed(op, () => executeOp(op, ...rest));
  binding.runSavedModel = (...given) => timed(GRAPH, () => runSavedModel(...given));
  const started = performance.now();
  try {
    body();
  } finally {
    Object.assign(binding, { executeOp, runSavedModel });
  }
  const seconds = (performance.now() - started) / 1000;
  const ops = [...found].map(([op, entry]) => ({ op, ...entry })).sort((a, b) => b.seconds - a.seconds);
  return { ops, seconds, outside: 1 - ops.reduce((sum, { seconds: own }) => sum + own, 0) / seconds };
}
