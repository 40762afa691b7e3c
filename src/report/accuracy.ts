// Top-1 figures from predictions and labels. Not for running models: workers do that.

/** Index of the largest value; the first one wins ties, as torch.argmax on CPU. */
export function argmax(row: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < row.length; i++) if (row[i]! > row[best]!) best = i;
  return best;
}

/** Predicted classes of n rows of logits (or of codes of one scale), each `classes` long. */
export function predictions(
  logits: { length: number; subarray(a: number, b: number): ArrayLike<number> },
  classes: number,
): Uint8Array {
  const n = logits.length / classes;
  return Uint8Array.from({ length: n }, (_, i) => argmax(logits.subarray(i * classes, (i + 1) * classes)));
}

/** Share of positions at which both agree, 0..1: accuracy against labels, agreement against predictions. */
export function agreement(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length || a.length === 0)
    throw new RangeError(`Lengths differ or are 0: ${a.length}, ${b.length}.`);
  let same = 0;
  for (let i = 0; i < a.length; i++) if (a[i] === b[i]) same++;
  return same / a.length;
}
