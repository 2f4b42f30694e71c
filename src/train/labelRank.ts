/**
 * How many classes have a larger logit than the label; the image is a top-k error if the rank is k or more.
 * Ties count for the label. A label whose logit is not a number ranks last.
 */
export function labelRank(logits: Float32Array, row: number, classes: number, label: number): number {
  const own = logits[row * classes + label]!;
  if (Number.isNaN(own)) {
    return classes;
  }
  let rank = 0;
  for (let other = row * classes; other < (row + 1) * classes; other++) {
    if (logits[other]! > own) {
      rank++;
    }
  }
  return rank;
}
