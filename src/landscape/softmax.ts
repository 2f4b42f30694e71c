/** Softmax and cross-entropy in double precision, on logits in JavaScript's memory: [n, classes], row by row. */

/** 1 - smoothing + smoothing / classes on the label, smoothing / classes elsewhere: [n, classes]. */
export function targetDistributions(labels: ArrayLike<number>, classes: number, smoothing: number): Float64Array {
  const targets = new Float64Array(labels.length * classes).fill(smoothing / classes);
  for (let row = 0; row < labels.length; row++) {
    targets[row * classes + labels[row]!]! += 1 - smoothing;
  }
  return targets;
}

/** log softmax(logits), row by row, shifted by the largest logit so that no exponential overflows: [n, classes]. */
function logSoftmax(logits: ArrayLike<number>, classes: number): Float64Array {
  const result = Float64Array.from(logits);
  for (let start = 0; start < result.length; start += classes) {
    const row = result.subarray(start, start + classes);
    const largest = row.reduce((a, b) => Math.max(a, b), -Infinity);
    const logSum = largest + Math.log(row.reduce((sum, logit) => sum + Math.exp(logit - largest), 0));
    row.forEach((logit, index) => (row[index] = logit - logSum));
  }
  return result;
}

/** softmax(logits), row by row: [n, classes]. */
export function softmax(logits: ArrayLike<number>, classes: number): Float64Array {
  return logSoftmax(logits, classes).map(Math.exp);
}

/** Cross-entropy summed over the rows, in nats: - sum over n, c of targets[n, c] log softmax(logits)[n, c]. */
export function crossEntropySum(logits: ArrayLike<number>, targets: Float64Array, classes: number): number {
  // A target of 0 adds nothing, even where the logarithm is -infinity.
  return -logSoftmax(logits, classes).reduce((sum, value, index) => sum + (targets[index] === 0 ? 0 : targets[index]! * value), 0);
}
