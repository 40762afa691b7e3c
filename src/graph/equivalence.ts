// The rule by which a fused model counts as equal to the original: torch.allclose's.
// Not for running models: src/train evaluates both and hands the outputs in.

export interface Closeness {
  /** |a - b| <= atol + rtol * |b| everywhere. */
  readonly close: boolean;
  readonly maxAbsError: number;
}

/** torch.allclose(a, b, rtol, atol) and the largest |a - b|; NaN is close to nothing. @throws RangeError on unequal lengths. */
export function allClose(a: ArrayLike<number>, b: ArrayLike<number>, rtol: number, atol: number): Closeness {
  if (a.length !== b.length) throw new RangeError(`Lengths differ: ${a.length}, ${b.length}.`);
  let close = true;
  let maxAbsError = 0;
  for (let i = 0; i < a.length; i++) {
    // Equal infinities are close, though their difference is NaN; unequal ones are not, though they pass the bound.
    const error = a[i] === b[i] ? 0 : Math.abs(a[i] - b[i]);
    const within = Number.isFinite(error) && error <= atol + rtol * Math.abs(b[i]);
    if (error !== 0 && !within) close = false;
    // Math.max keeps a NaN.
    maxAbsError = Math.max(maxAbsError, error);
  }
  return { close, maxAbsError };
}
